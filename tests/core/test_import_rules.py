"""Who may import whom; docs/architecture.md says it in words, and its list of modules is read here."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = "xopr_crossovers"
ROOT = Path(__file__).resolve().parents[2]
LIST = re.findall(
    r"^\| `(\w+)` \|",
    (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").split("## Modules of `core`")[1].split("\n## ")[0],
    flags=re.MULTILINE,
)
LIBRARIES = set(re.findall(r"^\w+", (ROOT / "requirements.txt").read_text(encoding="utf-8"), flags=re.MULTILINE))


def imports(source: str, package: str) -> set[str]:
    """Absolute names of all that a module of the package imports, wherever in the file; `from a import b` is a.b."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) + 1 - node.level] if node.level else []
            base += [node.module] if node.module else []
            names |= {".".join([*base, alias.name]) for alias in node.names}
    return names


def files_of(room: str) -> dict[str, set[str]]:
    """The modules of a room by name, each with what it imports."""
    return {
        path.stem: imports(path.read_text(encoding="utf-8"), f"{PACKAGE}.{room}")
        for path in sorted((ROOT / room).glob("*.py"))
    }


CORE = files_of("core")


def core_modules_in(names: set[str]) -> set[str]:
    return {name.split(".")[2] for name in names if name.startswith(f"{PACKAGE}.core.")}


def run(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout


def test_every_way_of_importing_is_seen():
    source = "import a.b as c\nfrom . import d\ndef f():\n    from ..e import g\n    from h.i import j"
    assert imports(source, "p.core") == {"a.b", "p.core.d", "p.e.g", "h.i.j"}


def test_the_list_in_the_architecture_names_every_module_of_core_once():
    assert sorted(LIST) == sorted(set(CORE) - {"__init__"})


@pytest.mark.parametrize("module", sorted(set(CORE) - {"__init__"}))
def test_a_core_module_imports_only_those_above_it_in_the_list(module):
    assert core_modules_in(CORE[module]) <= set(LIST[: LIST.index(module)])


@pytest.mark.parametrize("module", sorted(CORE))
def test_a_core_module_imports_only_core_the_requirements_and_the_standard_library(module):
    outside = {name for name in CORE[module] if not name.startswith(f"{PACKAGE}.core.")}
    assert {name.split(".")[0] for name in outside} <= LIBRARIES | set(sys.stdlib_module_names) | {"__future__"}


def test_only_morton_imports_mortie():
    users = {module for module, names in CORE.items() if any(name.split(".")[0] == "mortie" for name in names)}
    assert users == {"morton"}


def test_only_the_provider_imports_algorithms():
    users = {
        module
        for module, names in files_of("plugin").items()
        if any(name.startswith(f"{PACKAGE}.algorithms") for name in names)
    }
    assert users == {"provider"}


def test_core_tells_type_checkers_of_every_module():
    assert core_modules_in(CORE["__init__"]) == set(LIST)


def test_importing_core_imports_no_library():
    loaded = run(f"import sys; from {PACKAGE} import core; print(*sys.modules)").split()
    assert not {name.partition(".")[0] for name in loaded} & LIBRARIES


def test_a_module_of_core_is_there_on_first_use():
    assert run(f"from {PACKAGE} import core; print(core.errors.InputError.__name__)") == "InputError\n"


def test_a_module_that_core_does_not_have_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'glaciers'"):
        __import__(f"{PACKAGE}.core").core.glaciers  # noqa: B018


def test_all_of_core_can_be_imported_without_qgis_or_qt():
    loaded = run(
        f"import sys; from {PACKAGE} import core; [getattr(core, name) for name in {LIST}]; print(*sys.modules)"
    ).split()
    assert {f"{PACKAGE}.core.{name}" for name in LIST} <= set(loaded)
    assert not {name.partition(".")[0] for name in loaded} & {"qgis", "PyQt5", "PyQt6"}
