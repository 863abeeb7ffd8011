"""The guide in docs/ says what the plugin does: parameters, outputs, columns; and its links lead somewhere."""

from __future__ import annotations

import importlib.util
import re
from itertools import chain
from pathlib import Path

import geopandas as gpd
import pytest
from qgis.core import QgsProcessingParameterDefinition, QgsVectorLayer

from standin import StandIn
from xopr_crossovers.algorithms import ALGORITHMS
from xopr_crossovers.plugin.metadata import guide_url
from xopr_crossovers.plugin.packages import installing

ROOT = Path(__file__).resolve().parents[3]
DOCS = ROOT / "docs"
WEB = "https://github.com/xopr-crossovers/xopr_crossovers/blob/main/docs/"
NAMES = [algorithm.NAME for algorithm in ALGORITHMS]
PAGES = sorted(chain(ROOT.glob("*.md"), DOCS.rglob("*.md")))
LARGEST_PICTURE = 250_000

ALGORITHM = pytest.mark.parametrize("name", NAMES)
PAGE = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())


def algorithm_page(name):
    return (DOCS / "algorithms" / f"{name}.md").read_text(encoding="utf-8")


def rows(text):
    """The rows of all tables in a text, as lists of cells, without heads."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    heads = [number - 1 for number, row in enumerate(cells) if set("".join(row)) == {"-"}]
    return [row for number, row in enumerate(cells) if number not in heads and number - 1 not in heads]


def part(text, title):
    """What stands under a heading of the second level."""
    return re.split(r"^## ", text.partition(f"\n## {title}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]


def code(cell):
    """The words in `code` in a cell."""
    return re.findall(r"`([^`]+)`", cell)


# --- where help leads ---


@ALGORITHM
def test_help_leads_to_the_algorithm_s_page(provider, name):
    algorithm = provider.algorithm(name)
    assert algorithm.helpUrl() == f"{WEB}algorithms/{name}.md"
    assert algorithm_page(name).startswith(f"# {algorithm.displayName()}\n")


def test_the_guide_begins_at_a_page_that_leads_to_all_algorithms():
    assert guide_url() == f"{WEB}README.md"
    assert "](algorithms)" in (DOCS / "README.md").read_text(encoding="utf-8")
    assert sorted(path.stem for path in (DOCS / "algorithms").glob("*.md")) == sorted(NAMES)


# --- parameters and outputs ---


@ALGORITHM
def test_a_page_has_each_parameter_with_label_default_and_options(provider, name):
    inputs = [one for one in provider.algorithm(name).parameterDefinitions() if not one.isDestination()]
    told = rows(part(algorithm_page(name), "Parameters"))
    assert [code(row[0])[0] for row in told] == [one.name() for one in inputs]
    assert [row[1] for row in told] == [one.description() for one in inputs]
    for one, (_, _, value, default, meaning) in zip(inputs, told):
        options = one.options() if one.type() == "enum" else []
        assert code(value) == (options if len(options) < 13 else []), one.name()
        assert ("optional" in value) == bool(one.flags() & QgsProcessingParameterDefinition.Flag.FlagOptional), (
            one.name()
        )
        assert ("advanced" in value) == bool(one.flags() & QgsProcessingParameterDefinition.Flag.FlagAdvanced), (
            one.name()
        )
        assert one.help().startswith(meaning), one.name()
        assert meaning, one.name()
        expected = one.defaultValue()
        if isinstance(expected, bool):
            assert default == {True: "yes", False: "no"}[expected]
        elif isinstance(expected, list):
            assert code(default) == expected
        elif isinstance(expected, float):
            assert float(code(default)[0]) == expected
        else:
            assert code(default) == ([] if expected in (None, "") else [str(expected)]), one.name()


@ALGORITHM
def test_a_page_has_each_output(provider, name):
    algorithm = provider.algorithm(name)
    told = {code(row[0])[0]: row for row in rows(part(algorithm_page(name), "Outputs"))}
    assert list(told) == [one.name() for one in algorithm.outputDefinitions()]
    for one in algorithm.outputDefinitions():
        label, kind = told[one.name()][1:3]
        assert label == one.description()
        words = {"outputNumber": "number", "outputString": "text", "outputHtml": "HTML", "outputFile": "file"}
        assert words.get(one.type(), "layer of" if "layer" in kind else "table") in kind


@ALGORITHM
def test_an_example_names_only_parameters_and_options_that_there_are(provider, name):
    algorithm = provider.algorithm(name)
    options = {one.name(): one.options() if one.type() == "enum" else None for one in algorithm.parameterDefinitions()}
    example = part(algorithm_page(name), "Example")
    commands = re.findall(rf"run xopr:{name} -- ((?:.*\\\n)*.*)", example)
    assert commands
    for key, value in re.findall(r'\b([A-Z][A-Z_]+)=([^\s"]+)', " ".join(commands)):
        assert key in options
        assert options[key] is None or set(value.split(",")) <= set(options[key]), (key, value)


def test_the_guide_is_as_its_script_writes_it(qgis_app):
    spec = importlib.util.spec_from_file_location("guide", ROOT / "scripts" / "guide.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    stale = [
        path.name
        for path, text in script.pages([algorithm() for algorithm in ALGORITHMS])
        if path.read_text(encoding="utf-8") != text
    ]
    assert stale == []  # else: .venv/bin/python scripts/guide.py


# --- columns ---


def columns(layer):
    """Name and alias of each column of a file, as QGIS shows them to whoever opens it."""
    fields = layer.fields()
    return {
        fields.at(index).name(): layer.attributeDisplayName(index)
        for index in range(fields.count())
        if fields.at(index).name() != "fid"
    }


def test_the_columns_of_each_layer_are_those_of_its_page(run, needed_by, cmr, tmp_path, monkeypatch):
    sample = ROOT / "demo" / "sample"
    catalog = tmp_path / "stac.parquet"
    full = gpd.read_parquet(next(sample.rglob("hemisphere=south/**/stac.parquet")))
    assets = ("thumbnail", "CSARP_layer", "CSARP_standard", "CSARP_qlook")
    full["assets"] = [{asset: {"href": f"https://example.org/{asset}"} for asset in assets}] * len(full)
    full.to_parquet(catalog)
    files = {}

    def written(name, **parameters):
        outputs = {key: str(tmp_path / f"{name}_{key}.gpkg") for key in WRITES[name]}
        files.update({(name, key): path for key, path in outputs.items()})
        run(name, **parameters, **outputs)
        return outputs

    frames = written("loadcatalog", CATALOG=str(catalog))["FRAMES"]
    points = {"POINTS": str(sample / "points.geojson"), "RULE": "distance", "DISTANCE": 20_000}
    frames = written("subsetbypoints", FRAMES=frames, **points)["SUBSET"]
    found = {
        "FRAMES": frames,
        "PLACES": frames,
        "GRANULES": written("querygranules", FRAMES=frames, CMR_URL=cmr.url)["GRANULES"],
    }
    written("findgranules", FRAMES=frames, CMR_URL=cmr.url)
    with StandIn(cycles=[22], regions=[11], files=sample / "catalog") as published:
        monkeypatch.setenv("XOPR_CATALOG_URL", published.files_url)
        monkeypatch.setenv("XOPR_LISTING_URL", published.bucket_url)
        written("synccatalogs")
    written("framesfromtrack", CATALOG=str(catalog), RGTS="405-407", CYCLES="22")
    # No crossing at all: nobody reads granules for it.
    found["CROSSOVERS"] = written(
        "crossoverpoints", **{key: found[key] for key in needed_by("crossoverpoints")}, MIN_ANGLE=90
    )["CROSSOVERS"]
    # Files that cannot be read: there is nothing near the frame.
    for name in ("ATL06_20240101120000_00010101_007_01.h5", "Data_19990101_01_001.mat"):
        (tmp_path / name).touch()
    own = {name: str(tmp_path) for name in ("GRANULE_FILES", "RADAR_FILES")}
    written("readalong", FRAMES=frames, FRAME=gpd.read_file(frames)["id"].iloc[0], **own)
    # Those that write no layer have no columns.
    for name in {name for name in NAMES if WRITES[name]} - {name for name, _ in files}:
        written(name, **{key: found[key] for key in needed_by(name)})
    for (name, key), path in files.items():
        layer = QgsVectorLayer(path, "fresh", "ogr")
        assert told_columns(name, key) == columns(layer), (name, key)
        assert [column for column in columns(layer) if not alias_of(layer, column)] == [], (name, key)
        del layer


def alias_of(layer, column):
    return layer.attributeAlias(layer.fields().indexOf(column))


WRITES = {algorithm.NAME: sorted(algorithm.STYLES) for algorithm in ALGORITHMS}


def told_columns(name, output):
    """Name and alias of each column that a page tells of an output."""
    tables = re.split(r"^(?=`[A-Z_]+`)", part(algorithm_page(name), "Columns"), flags=re.MULTILINE)
    table = next(table for table in tables if table.startswith(f"`{output}`"))
    told = {code(row[0])[0]: row[1] for row in rows(table)}
    if "[frames](../layers.md#frames), with all their other columns" in table:
        frames = rows(part((DOCS / "layers.md").read_text(encoding="utf-8"), "Frames"))
        told = {**{code(row[0])[0]: row[1] for row in frames}, **told}
    return told


# --- installing ---


@pytest.mark.parametrize(
    ("kind", "python", "options"),
    [
        ("windows", "python", ("--user",)),
        ("macos", "/Applications/QGIS.app/Contents/MacOS/bin/python3", ("--user",)),
        ("linux", "/usr/bin/python3", ("--user",)),
        ("conda", "PREFIX/bin/python3", ()),
        ("flatpak", "python3", ("--user",)),
    ],
)
def test_the_guide_and_the_message_bar_name_the_same_command_and_place(kind, python, options):
    system = installing.System(kind, python, "PREFIX", options)
    text = " ".join((DOCS / "install.md").read_text(encoding="utf-8").replace("**", "").split())
    assert installing.command(system).replace(str(installing.REQUIREMENTS), "REQUIREMENTS") in text
    assert system.where.lower() in text.lower()


def test_the_guide_names_all_packages_and_the_steps_of_qpip():
    text = " ".join((DOCS / "install.md").read_text(encoding="utf-8").replace("*", "").split())
    names = [name for name in installing.requirement_names() if name not in installing.OPTIONAL]
    assert f"needs {', '.join(names[:-1])} and {names[-1]}" in text
    for name in installing.OPTIONAL:
        assert f"{name}, which" in text
    steps = installing.instructions(installing.System("linux", "python3"), ["mortie"]).split("With this command")[0]
    for step in re.findall(r"Plugins > .*", steps):
        assert step in text


# --- links ---


def without_code(text):
    """Text whose code cannot be mistaken for links and headings."""
    text = re.sub(r"^(```|~~~).*?^\1", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"^ {4}.*$", "", text, flags=re.MULTILINE)


def anchors(page):
    """The anchors that GitHub gives the headings of a page."""
    found = []
    for title in re.findall(r"^#+ (.+)$", without_code(page.read_text(encoding="utf-8")), flags=re.MULTILINE):
        plain = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
        same = sum(re.sub(r"-\d+$", "", one) == plain for one in found)
        found.append(f"{plain}-{same}" if same else plain)
    return found


@PAGE
def test_every_link_within_the_project_leads_somewhere(page):
    links = re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`]*`", "", without_code(page.read_text(encoding="utf-8"))))
    for link in links:
        if re.match(r"https?:|mailto:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target), link


def test_every_picture_is_shown_somewhere_and_is_small():
    shown = {
        (page.parent / link).resolve()
        for page in PAGES
        for link in re.findall(r"!\[[^\]]+\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
    }
    pictures = set((DOCS / "images").iterdir())
    assert pictures - shown == set()
    assert [picture.name for picture in pictures if picture.stat().st_size > LARGEST_PICTURE] == []
