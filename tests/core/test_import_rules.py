"""Who may import whom: the rooms of core and plugin, as docs/architecture.md lists them."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

PACKAGE = "xopr_crossovers"
ROOT = Path(__file__).resolve().parents[2]
LIBRARIES = set(re.findall(r"^\w+", (ROOT / "requirements.txt").read_text(encoding="utf-8"), flags=re.MULTILINE))
#: A visitor must be able to take the list in at a glance.
MOST_ENTRIES, MOST_FLOORS = 21, 9


def rooms_of(part: str) -> dict[str, set[str]]:
    """The rooms of core or plugin in the architecture, each with those that it may import."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = text.split(f"## Rooms of `{part}`")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \|[^|]*\|([^|]*)\|$", table, flags=re.MULTILINE)
    return {name: set(re.findall(r"`(\w+)`", allowed)) for name, allowed in rows}


def imports(source: str, package: str, for_types: bool = True) -> set[str]:
    """Absolute names of all that a module of the package imports, wherever in the file; `from a import b` is a.b."""
    names = set()
    tree = ast.parse(source)
    if not for_types:
        tree.body = [node for node in tree.body if not (isinstance(node, ast.If) and "TYPE" in ast.dump(node.test))]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")
            base = parts[: len(parts) + 1 - node.level] if node.level else []
            base += [node.module] if node.module else []
            names |= {".".join([*base, alias.name]) for alias in node.names}
    return names


@cache
def files_of(part: str, for_types: bool = True) -> dict[str, set[str]]:
    """The files of core or plugin by their place, ``core.search.store``, each with what it imports."""
    found = {}
    for path in sorted((ROOT / part).rglob("*.py")):
        place = path.relative_to(ROOT).with_suffix("").parts
        package = ".".join([PACKAGE, *place[:-1]])
        found[".".join(place)] = imports(path.read_text(encoding="utf-8"), package, for_types)
    return found


def room_of(place: str) -> str:
    """The room of a file, or its own name where it stands at the top."""
    return place.split(".")[1]


def within(place: str, part: str, for_types: bool = True) -> dict[str, set[str]]:
    """What a file imports of its own part, by room or file at the top: names after that."""
    found: dict[str, set[str]] = {}
    for name in files_of(part, for_types)[place]:
        if name.startswith(f"{PACKAGE}.{part}."):
            room, _, rest = name.removeprefix(f"{PACKAGE}.{part}.").partition(".")
            found.setdefault(room, set()).add(rest)
    return found


def run(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout


PARTS = {part: rooms_of(part) for part in ("core", "plugin")}
PLACES = [(part, place) for part in PARTS for place in files_of(part) if not place.endswith("__init__")]
FACES = [f"{part}.{room}" for part, rooms in PARTS.items() for room in rooms if (ROOT / part / room).is_dir()]


def names_of(face: str) -> list[str]:
    source = (ROOT / face.replace(".", "/") / "__init__.py").read_text(encoding="utf-8")
    return re.findall(r"^ {4}from \.\w* import \w+ as (\w+)$", source, flags=re.MULTILINE)


def test_every_way_of_importing_is_seen():
    source = "import a.b as c\nfrom . import d\ndef f():\n    from ..e import g\n    from h.i import j"
    assert imports(source, "p.core") == {"a.b", "p.core.d", "p.e.g", "h.i.j"}


@pytest.mark.parametrize("part", PARTS)
def test_the_architecture_names_every_room_and_every_file_at_the_top(part):
    there = {path.stem for path in (ROOT / part).iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert set(PARTS[part]) == there - {"__init__"}


@pytest.mark.parametrize(("part", "place"), PLACES, ids=[place for _, place in PLACES])
def test_a_file_imports_only_the_rooms_that_its_own_may(part, place):
    mine = room_of(place)
    assert set(within(place, part)) - {mine} <= PARTS[part][mine]


@pytest.mark.parametrize(("part", "place"), PLACES, ids=[place for _, place in PLACES])
def test_of_another_room_a_file_imports_only_what_its_face_names(part, place):
    for room, names in within(place, part).items():
        if room != room_of(place) and f"{part}.{room}" in FACES:
            assert names <= set(names_of(f"{part}.{room}"))


@pytest.mark.parametrize("face", FACES)
def test_from_outside_only_what_the_faces_name_is_imported(face):
    outside = {**(files_of("plugin") if face.startswith("core.") else {}), **files_of("algorithms")}
    used = {name for names in outside.values() for name in names if name.startswith(f"{PACKAGE}.{face}.")}
    assert {name.removeprefix(f"{PACKAGE}.{face}.") for name in used} <= set(names_of(face))


def floors_of(rooms: dict[str, set[str]]) -> dict[str, int]:
    """The floor of each room: one above the highest of those that it may import."""
    floors: dict[str, int] = {}
    while len(floors) < len(rooms):
        ready = {room for room, below in rooms.items() if room not in floors and below <= set(floors)}
        assert ready, f"a circle among {set(rooms) - set(floors)}"
        floors |= {room: 1 + max((floors[one] for one in rooms[room]), default=0) for room in ready}
    return floors


@pytest.mark.parametrize("part", PARTS)
def test_the_rooms_are_few_and_stand_on_few_floors_without_a_circle(part):
    assert max(floors_of(PARTS[part]).values()) <= MOST_FLOORS
    assert len(PARTS[part]) + 1 <= MOST_ENTRIES


def test_the_picture_has_each_room_of_core_on_its_floor():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    picture = text.split("## Rooms of `core`")[1].split("```")[1]
    lines = re.findall(r"^ (\d) +(.+)$", picture, flags=re.MULTILINE)
    assert {room: int(floor) for floor, names in lines for room in names.split()} == floors_of(PARTS["core"])


@pytest.mark.parametrize("face", FACES)
def test_the_files_of_a_room_import_each_other_without_a_circle(face):
    part, room = face.split(".")
    files = {
        place.split(".")[2]: within(place, part, for_types=False).get(room, set())
        for place in files_of(part)
        if place.startswith(f"{face}.") and not place.endswith("__init__")
    }
    uses = {file: {name.split(".")[0] for name in names} & set(files) - {file} for file, names in files.items()}
    done: set[str] = set()
    while done != set(files):
        ready = {file for file in set(files) - done if uses[file] <= done}
        assert ready, f"a circle among {set(files) - done}"
        done |= ready


@pytest.mark.parametrize("face", FACES)
def test_no_name_of_a_face_is_that_of_a_file_beside_it(face):
    # Once that file is imported, Python itself gives the room an attribute of its name: the module, not what it holds.
    folder = ROOT / face.replace(".", "/")
    named = re.findall(
        r"^ {4}from \.\w+ import (\w+) ", (folder / "__init__.py").read_text("utf-8"), flags=re.MULTILINE
    )
    assert not {path.stem for path in folder.glob("*.py")} & set(named)


@pytest.mark.parametrize("face", FACES)
def test_every_function_and_class_that_a_face_names_has_a_docstring(face):
    files = (ROOT / face.replace(".", "/")).glob("*.py")
    nodes = [node for path in files for node in ast.parse(path.read_text(encoding="utf-8")).body]
    defined = [node for node in nodes if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    assert {node.name for node in defined if not ast.get_docstring(node)} & set(names_of(face)) == set()


def test_no_two_public_functions_of_core_have_one_name():
    places: dict[str, list[str]] = {}
    for place in files_of("core"):
        path = ROOT / f"{place.replace('.', '/')}.py"
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
                places.setdefault(node.name, []).append(place)
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


@pytest.mark.parametrize("place", files_of("core"))
def test_core_imports_only_core_the_requirements_and_the_standard_library(place):
    outside = {name for name in files_of("core")[place] if not name.startswith(f"{PACKAGE}.core.")}
    assert {name.split(".")[0] for name in outside} <= LIBRARIES | set(sys.stdlib_module_names) | {"__future__"}


def test_only_one_file_imports_mortie():
    core = files_of("core").items()
    users = {place for place, names in core if any(name.split(".")[0] == "mortie" for name in names)}
    assert users == {"core.morton.cell_numbers"}


def test_only_the_provider_imports_algorithms():
    users = {
        place
        for place, names in files_of("plugin").items()
        if any(name.startswith(f"{PACKAGE}.algorithms") for name in names)
    }
    assert users == {"plugin.provider"}


def test_importing_core_and_its_faces_imports_no_library():
    faces = [face for face in FACES if face.startswith("core.")]
    loaded = run(
        f"import sys; from {PACKAGE} import core; from importlib import import_module;"
        f"[import_module('{PACKAGE}.' + face) for face in {faces}]; print(*sys.modules)"
    ).split()
    assert not {name.partition(".")[0] for name in loaded} & LIBRARIES


def test_what_can_be_asked_for_is_known_before_any_library_is():
    options = {
        "downloads": ["BEST_BY", "ENDINGS", "KINDS", "Picking"],
        "frames": ["RULES", "PointRule"],
        "geometry": ["HEMISPHERES"],
        "icesat2": ["BEAMS", "DIRECTIONS", "LINES"],
        "matching": ["METHODS", "Matching"],
        "search": ["STORE_MODES", "TIME_MODES", "Product", "WindowChoice"],
    }
    loaded = run(
        f"import sys; from {PACKAGE} import core;"
        f"[getattr(getattr(core, room), name) for room, names in {options}.items() for name in names];"
        "print(*sys.modules)"
    ).split()
    assert not {name.partition(".")[0] for name in loaded} & LIBRARIES


def test_a_name_of_a_room_is_there_on_first_use():
    assert run(f"from {PACKAGE} import core; print(core.common.InputError.__name__)") == "InputError\n"


def test_a_room_that_core_does_not_have_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'glaciers'"):
        __import__(f"{PACKAGE}.core").core.glaciers  # noqa: B018


def test_all_that_the_faces_of_core_name_is_there_without_qgis_or_qt():
    names = {face: names_of(face) for face in FACES if face.startswith("core.")}
    assert all(names.values())
    loaded = run(
        "import sys; from importlib import import_module;"
        f"[getattr(import_module('{PACKAGE}.' + face), name) for face, names in {names}.items() for name in names];"
        "print(*sys.modules)"
    ).split()
    assert not {name.partition(".")[0] for name in loaded} & {"qgis", "PyQt5", "PyQt6"}
