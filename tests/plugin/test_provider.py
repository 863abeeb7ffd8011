"""The plugin, its provider, and how the algorithms introduce themselves."""

from __future__ import annotations

import re

import pytest
from qgis.core import (
    QgsApplication,
    QgsProcessing,
    QgsProcessingModelAlgorithm,
    QgsProcessingParameterDefinition,
)
from qgis.PyQt.QtSvg import QSvgRenderer

from xopr_crossovers import classFactory, core
from xopr_crossovers.algorithms import ALGORITHMS
from xopr_crossovers.core.catalogs.seasons import season_names
from xopr_crossovers.plugin.metadata import icon_path, metadata

WINDOW = ["TIME_MODE", "START_DATE", "END_DATE", "CYCLE"]
MATCHING = ["METHOD", "CROSSING_ONLY", "MAX_DAYS", "BEST", "DIRECTION"]
PRODUCT = ["SHORT_NAME", "VERSION", "PROVIDER", "CMR_URL", "STORE"]
# Parameters, sinks, other outputs. Models and scripts depend on these names.
NAMES = {
    "loadcatalog": (
        ["SEASON", "CATALOG", "HEMISPHERE", "PROVIDER", "START_DATE", "END_DATE"],
        ["FRAMES"],
        ["N_FRAMES"],
    ),
    "synccatalogs": (["HEMISPHERE", "PROVIDER", "SEASON_NAME"], ["SEASONS"], ["N_SEASONS", "N_UPDATED"]),
    "subsetbypoints": (["FRAMES", "POINTS", "RULE", "DISTANCE"], ["SUBSET"], ["N_FRAMES"]),
    "querygranules": (
        ["FRAMES", "EXTENT", "GRANULE_IDS", *WINDOW, *PRODUCT, "GRANULE_FILES"],
        ["GRANULES"],
        ["N_GRANULES", "CMR_HITS", "WINDOW_START", "WINDOW_END"],
    ),
    "matchgranules": (
        ["FRAMES", "GRANULES", *MATCHING],
        ["MATCHED_FRAMES", "MATCHES"],
        ["N_MATCHES"],
    ),
    "findgranules": (
        [
            *["SEASON", "CATALOG", "FRAMES", "HEMISPHERE", "FRAME_PROVIDER", "FLIGHT_START_DATE", "FLIGHT_END_DATE"],
            *["POINTS", "RULE", "DISTANCE", *WINDOW, *PRODUCT, *MATCHING],
        ],
        ["MATCHED_FRAMES", "MATCHES", "GRANULES", "REPORT"],
        ["N_FRAMES", "N_GRANULES", "CMR_HITS", "N_MATCHES", "WINDOW_START", "WINDOW_END"],
    ),
    "crossoverpoints": (
        ["FRAMES", "GRANULES", "BEAMS", "MAX_DAYS", "MIN_ANGLE", "DIRECTION", "CYCLES", "RGTS", "REGIONS"],
        ["CROSSOVERS"],
        ["N_CROSSOVERS"],
    ),
    "framesfromtrack": (
        [
            *["GRANULE_IDS", "RGTS", "GRANULES", "CYCLES", "REGIONS", "SEASONS", "CATALOG", "FRAMES", "SYNC"],
            *["BEAMS", "MAX_DAYS", "MIN_ANGLE", "DIRECTION", "CMR_URL", "STORE"],
        ],
        ["FRAMES_CROSSED", "CROSSOVERS", "TRACKS"],
        ["N_FRAMES", "N_CROSSOVERS", "N_SEASONS", "SEASONS_CROSSED", "FIRST_FLIGHT", "LAST_FLIGHT"],
    ),
    "comparemethods": (
        ["FRAMES", "GRANULES", "METHODS", "REPEATS"],
        ["FRAMES_COMPARED", "COMPARISON", "REPORT"],
        ["N_FRAMES", "N_DISAGREEING"],
    ),
}
OPTIONS = {
    "SEASON": season_names(),
    "SEASONS": season_names(),
    "HEMISPHERE": list(core.geometry.HEMISPHERES),
    "RULE": list(core.frames.RULES),
    "TIME_MODE": list(core.search.TIME_MODES),
    "METHOD": list(core.matching.METHODS),
    "METHODS": list(core.matching.METHODS),
    "STORE": list(core.search.STORE_MODES),
    "BEAMS": list(core.icesat2.LINES),
    "DIRECTION": list(core.icesat2.DIRECTIONS),
}
DEFAULTS = {
    "RULE": "mbox",
    "TIME_MODE": "cycle",
    "CYCLE": 22,
    "SHORT_NAME": "ATL06",
    "VERSION": "007",
    "PROVIDER": "NSIDC_CPRD",
    "METHOD": "strtree",
    "METHODS": ["strtree", "prefix", "flightline"],
    "REPEATS": 1,
    "STORE": "use",
    "CROSSING_ONLY": False,
    "BEAMS": ["gt1l", "gt1r", "gt2l", "gt2r", "gt3l", "gt3r"],
    "MIN_ANGLE": 0.0,
    "DIRECTION": "both",
    "BEST": 0,
    "MAX_DAYS": None,
}
RELEASED = pytest.mark.parametrize("name", sorted(NAMES))
EACH = pytest.mark.parametrize("name", [algorithm.NAME for algorithm in ALGORITHMS])


@pytest.fixture
def algorithm(provider, name):
    return provider.algorithm(name)


def test_the_plugin_adds_its_provider_and_takes_it_away(qgis_app):
    registry = QgsApplication.processingRegistry()
    plugin = classFactory(None)
    plugin.initGui()
    assert registry.algorithmById("xopr:findgranules") is not None
    plugin.unload()
    assert registry.providerById("xopr") is None
    plugin.unload()


def test_the_provider_says_who_it_is(provider):
    assert provider.id() == "xopr"
    assert provider.name() == "xOPR Crossovers"
    assert provider.versionInfo() == metadata()["version"]
    assert not provider.icon().isNull()


def test_the_provider_offers_the_algorithm_of_each_file_of_the_folder_and_all_that_were_released(provider, repository):
    algorithms = [each for each in provider.algorithms() if not isinstance(each, QgsProcessingModelAlgorithm)]
    files = {path.stem for path in (repository / "algorithms").glob("*.py")} - {"__init__"}
    assert {algorithm.name() for algorithm in algorithms} == files >= set(NAMES)


def test_every_icon_is_a_drawing(repository):
    icons = list((repository / "icons").glob("*.svg"))
    assert {icon.stem for icon in icons} >= {"xopr", *NAMES}
    assert all(QSvgRenderer(str(icon)).isValid() for icon in icons)


def test_an_algorithm_without_an_icon_of_its_own_has_the_plugin_s():
    assert icon_path("countframes") == icon_path("xopr")
    assert icon_path("loadcatalog") != icon_path("xopr")


@RELEASED
def test_the_names_of_parameters_and_outputs_are_those_that_models_depend_on(algorithm, name):
    parameters, sinks, others = NAMES[name]
    definitions = algorithm.parameterDefinitions()
    assert {p.name() for p in definitions if not p.isDestination()} == set(parameters)
    assert {p.name() for p in definitions if p.isDestination()} == set(sinks)
    assert {output.name() for output in algorithm.outputDefinitions()} == {*sinks, *others}


@RELEASED
def test_outputs_are_declared_with_their_type(algorithm, name):
    kinds = {output.name(): output.type() for output in algorithm.outputDefinitions()}
    for output in NAMES[name][2]:
        is_number = output.startswith("N_") or output == "CMR_HITS"
        assert kinds[output] == ("outputNumber" if is_number else "outputString")
    for output in NAMES[name][1]:
        assert kinds[output] == ("outputHtml" if output == "REPORT" else "outputVector")


@RELEASED
def test_options_are_texts_and_defaults_are_those_of_the_product(algorithm, name):
    for parameter in algorithm.parameterDefinitions():
        if parameter.type() == "enum":
            assert parameter.usesStaticStrings()
            assert parameter.options() == OPTIONS[parameter.name()]
        key = parameter.name()
        if key in DEFAULTS and not (name in ("loadcatalog", "synccatalogs") and key == "PROVIDER"):
            assert parameter.defaultValue() == DEFAULTS[key]


def test_layers_are_asked_for_by_their_geometry(provider):
    kinds = {
        (algorithm.name(), parameter.name()): parameter.dataTypes()
        for algorithm in provider.algorithms()
        for parameter in algorithm.parameterDefinitions()
        if parameter.type() == "source"
    }
    types = QgsProcessing.SourceType
    assert all(len(asked) == 1 for asked in kinds.values())
    assert kinds["matchgranules", "FRAMES"] == [types.TypeVectorLine]
    assert kinds["subsetbypoints", "POINTS"] == [types.TypeVectorPoint]
    assert kinds["matchgranules", "GRANULES"] == [types.TypeVectorPolygon]


@pytest.mark.parametrize(
    ("name", "first"),
    {
        "findgranules": "SEASON CATALOG FRAMES POINTS TIME_MODE CYCLE START_DATE END_DATE METHOD",
        "querygranules": "FRAMES EXTENT GRANULE_IDS TIME_MODE CYCLE START_DATE END_DATE SHORT_NAME VERSION",
        "matchgranules": "FRAMES GRANULES METHOD CROSSING_ONLY MAX_DAYS BEST",
        "crossoverpoints": "FRAMES GRANULES BEAMS MAX_DAYS",
        "crossoverheights": "CROSSOVERS FRAMES AUTHCFG GRANULE_FILES RADAR_FILES",
        "readalong": "FRAMES FRAME GRANULES MATCHES BUFFER AUTHCFG GRANULE_FILES RADAR_FILES ECHOGRAM",
        "predictpasses": "PLACES DISTANCE START_DATE END_DATE",
        "subsetbypoints": "FRAMES POINTS RULE DISTANCE",
        "seasontocrossovers": "SEASON CATALOG POINTS TIME_MODE CYCLE START_DATE END_DATE BEAMS MAX_DAYS",
    }.items(),
)
def test_a_dialog_shows_what_most_people_set_in_this_order_and_the_rest_is_advanced(provider, name, first):
    shown = [
        parameter.name()
        for parameter in provider.algorithm(name).parameterDefinitions()
        if not parameter.isDestination() and not parameter.flags() & QgsProcessingParameterDefinition.Flag.FlagAdvanced
    ]
    assert shown == first.split()


@EACH
def test_every_parameter_has_a_help_text_that_names_its_options(algorithm, name):
    for parameter in algorithm.parameterDefinitions():
        assert parameter.help().endswith("."), parameter.name()
        if parameter.type() == "enum" and parameter.name() not in ("SEASON", "SEASONS"):
            assert all(option in parameter.help() for option in parameter.options())


@EACH
def test_the_help_is_plain_text(algorithm, name):
    texts = [algorithm.shortHelpString(), algorithm.shortDescription()]
    assert all(len(text) > 40 and not re.search(r"</?\w+>", text) for text in texts)


@EACH
def test_an_algorithm_can_be_found(algorithm, name):
    assert algorithm.displayName()
    assert algorithm.group() in ("Frames", "Granules", "Crossovers")
    assert algorithm.groupId() == algorithm.group().lower()
    assert "icesat-2" in algorithm.tags()
    assert algorithm.helpUrl().startswith("https://")
    assert not algorithm.icon().isNull()
    assert algorithm.canExecute() == (True, "")
    assert algorithm.create().name() == name


def test_the_card_has_what_the_plugin_repository_asks_for(repository):
    card = metadata()
    needed = ["name", "description", "about", "version", "author", "email", "homepage", "tracker", "repository"]
    assert all(card[key] for key in needed)
    assert card["qgisMinimumVersion".lower()] == "3.22"
    assert card["qgisMaximumVersion".lower()] == "4.99"
    assert card["hasProcessingProvider".lower()] == "yes"
    assert card["plugin_dependencies"] == "qpip"
    assert (repository / card["icon"]).is_file()
    packages = re.findall(r"^\w+", (repository / "requirements.txt").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert [package for package in packages if package not in card["about"]] == []
