"""What QGIS's plugin repository asks of a package, as far as it can be told without the network.

The rules are those of its validator and of its security scan, https://plugins.qgis.org/docs/publish and
https://plugins.qgis.org/docs/security-scanning; where it only informs (hidden files, programs, Qt 5), we refuse.
"""

from __future__ import annotations

import json
import re
import stat
import subprocess
import sys
from configparser import ConfigParser
from configparser import Error as ConfigError
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit
from zipfile import BadZipFile, ZipFile

#: Largest package (bytes) that the repository takes.
LARGEST = 25_000_000

REQUIRED_FILES = ("__init__.py", "metadata.txt", "LICENSE")
REQUIRED_KEYS = (
    *("name", "description", "about", "version", "qgisMinimumVersion", "qgisMaximumVersion"),
    *("author", "email", "homepage", "tracker", "repository", "tags", "icon"),
)
_ADDRESSES = ("homepage", "tracker", "repository")
_FLAGS = ("experimental", "deprecated", "hasProcessingProvider")
_FORBIDDEN_FOLDERS = {"__MACOSX", "__pycache__"}
_PROGRAMS = {".exe", ".dll", ".so", ".dylib", ".pyd", ".bat", ".sh", ".ps1", ".cmd", ".pyc", ".pyo"}
_PICTURES = {".png", ".jpg", ".jpeg", ".gif"}

# flake8-qgis: what Qt 6 and QGIS 4 no longer know. Left out are its advice on iface, which QGIS itself hands to
# classFactory, and on the answers of methods, which is experimental. The names of Qt 5 are in compat.py on purpose.
_FLAKE8 = ("--isolated", "--select=QGS", "--extend-ignore=QGS105,QGS2", "--per-file-ignores=*/plugin/compat.py:QGS402")


def problems(package: Path, folder: str) -> list[str]:
    """Return what the repository would refuse in a package, a sentence each.

    Parameters
    ----------
    package : pathlib.Path
        The zip file.
    folder : str
        The plugin's name: the one folder that the package holds.
    """
    found = []
    if package.stat().st_size > LARGEST:
        found.append(f"The package has {package.stat().st_size:,} bytes; {LARGEST:,} are the most.")
    try:
        with ZipFile(package) as archive:
            broken = archive.testzip()
            if broken:
                return [*found, f"{broken} is damaged."]
            files = {entry.filename: archive.read(entry) for entry in archive.infolist() if not entry.is_dir()}
            modes = {entry.filename: entry.external_attr >> 16 for entry in archive.infolist() if not entry.is_dir()}
            names = archive.namelist()
    except BadZipFile:
        return [*found, f"{package.name} is not a zip file."]
    found += _of_names(names, folder)
    for name, content in files.items():
        found += _of_file(name, content, modes[name])
    return found + _of_metadata({name.partition("/")[2]: content for name, content in files.items()})


def findings(folder: Path) -> list[str]:
    """Return what bandit, detect-secrets and flake8-qgis find in an unpacked package, one line each."""
    bandit = json.loads(_run("bandit", "--recursive", "--format=json", "--quiet", ".", cwd=folder))
    if bandit["errors"]:
        raise RuntimeError(f"bandit could not read everything: {bandit['errors']}")
    found = [
        f"{one['filename']}:{one['line_number']}: bandit {one['test_id']}: {one['issue_text']}"
        for one in bandit["results"]
    ]
    # As the repository does: a hash in the metadata is no secret.
    scan = ("scan", "--all-files", "--exclude-files", r"metadata\.txt", ".")
    secrets = json.loads(_run("detect_secrets", *scan, cwd=folder))
    found += [
        f"{name}:{one['line_number']}: detect-secrets: {one['type']}"
        for name, several in secrets["results"].items()
        for one in several
    ]
    return found + _run("flake8", *_FLAKE8, ".", cwd=folder).splitlines()


def _run(tool: str, *arguments: str, cwd: Path) -> str:
    """Return what a tool prints; bandit and flake8 end with 1 where they found something."""
    ran = subprocess.run([sys.executable, "-m", tool, *arguments], cwd=cwd, capture_output=True, text=True)
    if ran.returncode not in (0, 1) or "Traceback" in ran.stderr:
        raise RuntimeError(f"{tool} failed: {ran.stderr.strip()}")
    return ran.stdout


def _of_names(names: list[str], folder: str) -> list[str]:
    found = [f"{name} leads out of the package." for name in names if ".." in name or name.startswith(("/", "\\"))]
    found += [f"{name} is in the package twice." for name in sorted({name for name in names if names.count(name) > 1})]
    tops = sorted({name.partition("/")[0] for name in names})
    if tops != [folder] or any("/" not in name for name in names):
        found.append(f"The package must hold one folder, {folder}, not {', '.join(tops)}.")
    if not folder.isidentifier() or not folder.isascii():
        found.append(f"{folder} is not a name that Python can import.")
    found += [f"{name} is missing." for name in REQUIRED_FILES if f"{folder}/{name}" not in names]
    return found


def _of_file(name: str, content: bytes, mode: int) -> list[str]:
    path = PurePosixPath(name)
    found = []
    if _FORBIDDEN_FOLDERS & set(path.parts):
        found.append(f"{name} is a cache, or what macOS adds.")
    if any(part.startswith(".") for part in path.parts):
        found.append(f"{name} is hidden.")
    if path.suffix.lower() in _PROGRAMS or (mode & (stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)):
        found.append(f"{name} is a program.")
    if mode and stat.S_ISLNK(mode):
        found.append(f"{name} is a link.")
    if b"\0" in content and path.suffix.lower() not in _PICTURES:
        found.append(f"{name} is a binary file.")
    return found


def _of_metadata(files: dict[str, bytes]) -> list[str]:
    """Return what is wrong with the entries of metadata.txt; `files` by their name in the plugin's folder."""
    if "metadata.txt" not in files:
        return []
    parser = ConfigParser()  # with interpolation, as in the repository: a single % is an error there
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    try:
        parser.read_string(files["metadata.txt"].decode("utf-8"))
        entries = dict(parser.items("general"))
    except (ConfigError, UnicodeDecodeError) as error:
        return [f"metadata.txt cannot be read: {error}"]
    found = [f"metadata.txt has no {key}." for key in REQUIRED_KEYS if not entries.get(key, "").strip()]
    entries = {key: value.strip() for key, value in entries.items()}

    for key in _ADDRESSES:
        address = urlsplit(entries.get(key, ""))
        if entries.get(key) and (address.scheme not in ("http", "https") or "." not in address.netloc):
            found.append(f"{key} in metadata.txt is no address: {entries[key]}")
    if entries.get("icon") and entries["icon"] not in files:
        found.append(f"The icon in metadata.txt, {entries['icon']}, is not in the package.")
    if "/" in entries.get("author", ""):
        found.append("author in metadata.txt has a slash.")
    if entries.get("email") and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", entries["email"]):
        found.append(f"email in metadata.txt is no address: {entries['email']}")
    if entries.get("version") and not re.fullmatch(r"\d+(\.\d+){1,2}([-.]?(alpha|beta|rc)\d*)?", entries["version"]):
        found.append(f"version in metadata.txt is not like 1.2.3: {entries['version']}")
    found += [
        f"{key} in metadata.txt is neither True nor False nor yes nor no: {entries[key]}"
        for key in _FLAGS
        if key in entries and entries[key].lower() not in ("true", "false", "yes", "no")
    ]
    return found + _of_versions(entries) + _of_dependencies(entries, files)


def _of_versions(entries: dict[str, str]) -> list[str]:
    limits = [entries.get(key, "") for key in ("qgisMinimumVersion", "qgisMaximumVersion")]
    if not all(re.fullmatch(r"\d+(\.\d+){1,2}", limit) for limit in limits):
        return [f"The versions of QGIS in metadata.txt are not like 3.22: {', '.join(limits)}"]
    lowest, highest = (tuple(map(int, limit.split("."))) for limit in limits)
    return [] if lowest <= highest else [f"metadata.txt asks for QGIS {limits[0]} or later and {limits[1]} or earlier."]


def _of_dependencies(entries: dict[str, str], files: dict[str, bytes]) -> list[str]:
    """Return which packages that a user has to install are not named in `about`."""
    lines = files.get("requirements.txt", b"").decode("utf-8").splitlines()
    names = [match[0] for line in lines if (match := re.match(r"[A-Za-z0-9._-]+", line))]
    about = set(re.findall(r"[a-z0-9_-]+", entries.get("about", "").lower()))
    return [f"about in metadata.txt does not name {name}." for name in names if name.lower() not in about]
