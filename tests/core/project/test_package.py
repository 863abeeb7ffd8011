"""The package for QGIS's plugin repository: what goes in, and that each rule of the repository is held.

The rules are those of https://plugins.qgis.org/docs/publish and https://plugins.qgis.org/docs/security-scanning.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from shutil import copy2, which
from zipfile import ZipFile, ZipInfo

import pytest

GIT = which("git") or ""
SCRIPTS = Path(__file__).resolve().parents[3] / "scripts"
NAME = "xopr_crossovers"
METADATA = {
    "name": "Good",
    "description": "One line.",
    "about": "Needs geopandas.",
    "version": "1.2.3",
    "qgisMinimumVersion": "3.22",
    "qgisMaximumVersion": "4.99",
    "author": "A. Nother",
    "email": "a@example.org",
    "homepage": "https://example.org",
    "tracker": "https://example.org/issues",
    "repository": "https://example.org/code",
    "tags": "ice",
    "icon": "icons/a.svg",
    "experimental": "True",
}
FILES = {
    "__init__.py": b"def classFactory(iface):\n    return None\n",
    "LICENSE": b"GPL",
    "icons/a.svg": b"<svg/>",
    "requirements.txt": b"geopandas>=1.0\n",
}


def load(name):
    """A script of scripts/ as a module."""
    spec = importlib.util.spec_from_file_location(name, SCRIPTS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


rules = load("repository_rules")
package = load("package")


def metadata_text(**changes):
    entries = {**METADATA, **changes}
    return "[general]\n" + "".join(f"{key}={value}\n" for key, value in entries.items() if value is not None)


@pytest.fixture
def make(tmp_path):
    """Write a package: a good one, but for some files (None leaves one out) and some entries of metadata.txt."""

    def write(files=None, top=NAME, modes=None, **metadata):
        path = tmp_path / "package.zip"
        all_files = {"metadata.txt": metadata_text(**metadata).encode(), **FILES, **(files or {})}
        with ZipFile(path, "w") as archive:
            for name, content in all_files.items():
                if content is not None:
                    entry = ZipInfo(f"{top}/{name}" if top else name)
                    entry.external_attr = (modes or {}).get(name, 0o100644) << 16
                    archive.writestr(entry, content)
        return path

    return write


def test_a_good_package_has_no_problem(make):
    assert rules.problems(make(), NAME) == []


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"LICENSE": None}, "LICENSE is missing"),
        ({"__init__.py": None}, "__init__.py is missing"),
        ({"metadata.txt": None}, "metadata.txt is missing"),
        ({"core/__pycache__/a.txt": b""}, "is a cache"),
        ({"__MACOSX/a": b""}, "what macOS adds"),
        ({"core/a.cpython-311.pyc": b""}, "is a program"),
        ({"core/a.so": b""}, "is a program"),
        ({"run.sh": b""}, "is a program"),
        ({".gitignore": b""}, "is hidden"),
        ({".git/config": b""}, "is hidden"),
        ({"data.bin": b"\0\1"}, "is a binary file"),
        ({"../a.py": b""}, "leads out of the package"),
        ({"icons/a.svg": None}, "The icon in metadata.txt, icons/a.svg, is not in the package"),
        ({"requirements.txt": b"geopandas\nmortie>=0.9\n"}, "does not name mortie"),
        ({"metadata.txt": b"name=x"}, "metadata.txt cannot be read"),
        ({"metadata.txt": b"[other]\nname=x"}, "metadata.txt cannot be read"),
        ({"metadata.txt": b"[general]\nname=\xff"}, "metadata.txt cannot be read"),
    ],
)
def test_what_may_not_be_in_a_package_or_must_be_is_named(make, files, words):
    assert words in "\n".join(rules.problems(make(files), NAME))


@pytest.mark.parametrize("key", [key for key in METADATA if key not in ("experimental",)])
def test_each_entry_of_the_metadata_must_be_there_and_not_empty(make, key):
    for value in (None, " "):
        assert f"metadata.txt has no {key}." in rules.problems(make(**{key: value}), NAME)


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("homepage", "example.org", "homepage in metadata.txt is no address"),
        ("tracker", "http://bugs", "tracker in metadata.txt is no address"),
        ("repository", "http://repo", "repository in metadata.txt is no address"),
        ("author", "A/B", "has a slash"),
        ("email", "nobody", "email in metadata.txt is no address"),
        ("version", "one", "version in metadata.txt is not like 1.2.3"),
        ("experimental", "perhaps", "neither True nor False"),
        ("qgisMinimumVersion", "5.0", "asks for QGIS 5.0 or later and 4.99 or earlier"),
        ("qgisMaximumVersion", "four", "not like 3.22"),
        ("about", "Needs nothing.", "does not name geopandas"),
        ("about", "Needs geopandas, 100 % of it.", "metadata.txt cannot be read"),
    ],
)
def test_a_wrong_entry_of_the_metadata_is_named(make, key, value, words):
    assert words in "\n".join(rules.problems(make(**{key: value}), NAME))


def test_a_picture_is_no_binary_file(make):
    assert rules.problems(make({"icons/b.png": b"\x89PNG\0"}), NAME) == []


@pytest.mark.parametrize(("mode", "words"), [(0o100755, "is a program"), (0o120777, "is a link")])
def test_a_file_that_may_be_run_or_is_a_link_is_named(make, mode, words):
    assert words in "\n".join(rules.problems(make(modes={"LICENSE": mode}), NAME))


@pytest.mark.parametrize("top", ["other", "", f"{NAME}/{NAME}"])
def test_the_one_folder_must_be_the_plugin_s(make, top):
    assert rules.problems(make(top=top), NAME) != []


def test_a_second_folder_is_named(make):
    path = make()
    with ZipFile(path, "a") as archive:
        archive.writestr("docs/a.md", "")
    assert "must hold one folder" in "\n".join(rules.problems(path, NAME))


def test_a_package_that_is_too_large_is_named(make):
    assert "25,000,000 are the most" in rules.problems(make({"a.txt": b" " * 25_000_001}), NAME)[0]


def test_a_damaged_package_is_named(make):
    path = make({"a.txt": b"quite a long text"})
    path.write_bytes(path.read_bytes().replace(b"quite a long", b"quite a lonG"))
    assert rules.problems(path, NAME) == [f"{NAME}/a.txt is damaged."]
    path.write_bytes(b"no zip")
    assert rules.problems(path, NAME) == ["package.zip is not a zip file."]


def test_code_that_the_repository_refuses_is_found_where_it_is(tmp_path):
    (tmp_path / "good.py").write_text('"""Nothing."""\n')
    (tmp_path / "shell.py").write_text('import os\n\nos.system("ls")\n')
    token = "AKIA" + "IOSFODNN7" + "EXAMPL3"  # the form of a key of Amazon's
    (tmp_path / "secret.py").write_text(f'KEY = "{token}"\n')
    (tmp_path / "qt5.py").write_text("from PyQt5.QtCore import Qt\n")
    (tmp_path / "metadata.txt").write_text(f"commit={'0123456789abcdef' * 2}01234567\n")
    found = rules.findings(tmp_path)
    assert {line.removeprefix("./").split(":")[0] for line in found} == {"shell.py", "secret.py", "qt5.py"}
    assert any("bandit B605" in line for line in found)
    assert any("detect-secrets: AWS Access Key" in line for line in found)
    assert any("QGS" in line for line in found)


def git(folder, *arguments):
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    ran = subprocess.run([GIT, "-C", str(folder), *identity, *arguments], capture_output=True, text=True)
    return ran.stdout if ran.returncode == 0 else None


@pytest.fixture(scope="module")
def committed(tmp_path_factory):
    """A repository with one commit of the working tree: what git knows or would add."""
    root = SCRIPTS.parent
    listed = git(root, "ls-files", "--cached", "--others", "--exclude-standard") if GIT else None
    if not listed:
        pytest.skip("this is not a git repository, or there is no git")
    folder = tmp_path_factory.mktemp("committed")
    for name in listed.splitlines():
        if (root / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            copy2(root / name, folder / name)
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    assert git(folder, "commit", "--quiet", "--message=all") is not None
    return folder


@pytest.fixture(scope="module")
def built(committed, tmp_path_factory):
    return package.build(committed, tmp_path_factory.mktemp("built") / "package.zip")


def test_the_package_of_this_tree_holds_the_rules_of_the_repository(built):
    assert rules.problems(built, NAME) == []


def test_the_package_holds_all_of_the_plugin_and_nothing_else(built, committed):
    rooms = ("algorithms", "core", "icons", "models", "plugin")
    alone = {"CHANGELOG.md", "LICENSE", "README.md", "__init__.py", "metadata.txt", "py.typed", "requirements.txt"}
    tracked = git(committed, "ls-files").splitlines()
    wanted = {name for name in tracked if name.partition("/")[0] in rooms or name in alone}
    with ZipFile(built) as archive:
        held = {name.removeprefix(f"{NAME}/") for name in archive.namelist() if not name.endswith("/")}
    assert held == wanted
    assert alone <= held


def test_the_same_commit_gives_the_same_bytes(committed, built, tmp_path, monkeypatch):
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    previous = os.umask(0o077)
    try:
        again = package.build(committed, tmp_path / "again.zip")
    finally:
        os.umask(previous)
    assert again.read_bytes() == built.read_bytes()


def test_what_is_not_committed_stays_out(committed, tmp_path):
    (committed / "core" / "draft.py").write_text("")
    try:
        with ZipFile(package.build(committed, tmp_path / "package.zip")) as archive:
            assert f"{NAME}/core/draft.py" not in archive.namelist()
    finally:
        (committed / "core" / "draft.py").unlink()


@pytest.mark.skipif(not GIT, reason="there is no git")
def test_without_a_commit_git_s_own_words_are_passed_on(tmp_path):
    with pytest.raises(package.PackageError, match="git cannot make the package: "):
        package.build(tmp_path, tmp_path / "package.zip")


def test_the_core_works_from_the_package_alone(built, tmp_path):
    with ZipFile(built) as archive:
        archive.extractall(tmp_path)
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from {NAME} import core; "
        "from pathlib import Path; print(Path(core.__file__).parents[1]); print(len(core.catalogs.season_names()) > 40)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert ran.stdout.splitlines() == [str(tmp_path / NAME), "True"]
