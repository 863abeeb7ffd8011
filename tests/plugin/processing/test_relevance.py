"""No parameter is ignored without a word: each of every algorithm and model counts always, or by a rule."""

from __future__ import annotations

import pytest
from qgis.core import QgsProcessingParameterDateTime, QgsProcessingParameterEnum, QgsProcessingParameterNumber

from xopr_crossovers.core.common.errors import InputError
from xopr_crossovers.plugin.processing.relevance import GIVEN, MISSING, RULES, check_relevance
from xopr_crossovers.plugin.processing.run import Run

#: Parameters that count in every run of an algorithm that has them, or are refused by its own check.
ALWAYS = {
    *("CROSSOVERS", "BUFFER", "QUALITY", "RADAR_FILES", "DEM", "DHDT", "FRAME", "ECHOGRAM", "TURN"),
    *("SEASON", "CATALOG", "FRAMES", "HEMISPHERE", "FRAME_PROVIDER", "FLIGHT_START_DATE", "FLIGHT_END_DATE", "POINTS"),
    *(
        "TIME_MODE",
        "SHORT_NAME",
        "VERSION",
        "METHOD",
        "CROSSING_ONLY",
        "BEST",
        "GRANULES",
        "EXTENT",
        "GRANULE_FILES",
        "GRANULE_IDS",
        "METHODS",
        "PLACES",
    ),
    *("METHODS", "REPEATS", "BEAMS", "MAX_DAYS", "MIN_ANGLE", "DIRECTION", "CYCLES", "RGTS", "REGIONS", "SEASON_NAME"),
    *("MATCHES", "KIND", "CROSSES_LINE", "SEASONS", "SYNC"),
    *("CROSSOVERS", "BUFFER", "QUALITY", "RADAR_FILES", "DEM", "DHDT", "ECHOGRAM", "FRAME", "TURN"),
}
#: Parameters that count always where the other one is not there, of which a rule speaks.
WITHOUT = {
    "TIME_MODE": {"START_DATE", "END_DATE"},
    "GRANULE_FILES": {"PROVIDER", "CMR_URL", "STORE"},
    "POINTS": {"DISTANCE"},
}


@pytest.fixture
def algorithms(provider):
    return {algorithm.name(): algorithm for algorithm in provider.algorithms()}


def definitions(algorithm):
    return {one.name(): one for one in algorithm.parameterDefinitions() if not one.isDestination()}


def rules_of(algorithm):
    known = definitions(algorithm)
    return [rule for rule in RULES if rule.name in known and rule.other in known]


def another(definition):
    """A value that is not the default."""
    if isinstance(definition, QgsProcessingParameterEnum):
        return next(option for option in definition.options() if option != definition.defaultValue())
    if isinstance(definition, QgsProcessingParameterNumber):
        return float(definition.defaultValue() or 0) + 1
    if isinstance(definition, QgsProcessingParameterDateTime):
        return "2024-01-31"
    return "http://127.0.0.1:9"


def setting(rule, algorithm, fulfilled):
    """Parameters that fulfil a rule's condition, or do not."""
    if rule.values in (GIVEN, MISSING):
        return {rule.other: another(definitions(algorithm)[rule.other])} if (rule.values == GIVEN) == fulfilled else {}
    options = definitions(algorithm)[rule.other].options()
    return {rule.other: next(option for option in options if (option in rule.values) == fulfilled)}


def told(algorithm, parameters, context):
    try:
        return check_relevance(Run(algorithm, parameters, context)), ""
    except InputError as error:
        return [], str(error)


def test_every_parameter_of_every_algorithm_and_model_counts_always_or_by_a_rule(algorithms):
    assert len(algorithms) >= 10
    for name, algorithm in algorithms.items():
        ruled = {rule.name for rule in rules_of(algorithm)}
        known = definitions(algorithm).keys()
        always = ALWAYS.union(*(names for other, names in WITHOUT.items() if other not in known))
        assert known - always - ruled == set(), name


def test_each_rule_holds_in_every_algorithm_that_has_both_parameters(algorithms, context):
    n_checked = 0
    for algorithm in algorithms.values():
        for rule in rules_of(algorithm):
            value = {rule.name: another(definitions(algorithm)[rule.name])}
            others = {} if rule.other == "POINTS" or "POINTS" not in definitions(algorithm) else {"POINTS": "somewhere"}
            warnings, refusal = told(algorithm, {**others, **setting(rule, algorithm, False), **value}, context)
            said = [refusal] if rule.refuses else warnings
            assert said
            assert said[0].startswith(f"{rule.name} is ")
            assert rule.other in said[0]
            n_checked += 1
    assert n_checked >= len(RULES)


def test_what_is_used_is_neither_refused_nor_warned_of(algorithms, context):
    for algorithm in algorithms.values():
        known = definitions(algorithm)
        for name in {rule.name for rule in rules_of(algorithm)}:
            parameters = {name: another(known[name])}
            for rule in (rule for rule in rules_of(algorithm) if rule.name == name):
                parameters.update(setting(rule, algorithm, True))
            if "POINTS" in known:
                parameters["POINTS"] = "somewhere"
            assert told(algorithm, parameters, context) == ([], ""), (algorithm.name(), name)


def test_all_defaults_at_once_as_the_dialog_hands_them_on_are_not_refused(algorithms, context):
    for algorithm in algorithms.values():
        parameters = {name: one.defaultValue() for name, one in definitions(algorithm).items()}
        assert told(algorithm, parameters, context) == ([], ""), algorithm.name()
        for mode in ("date_range", "exact_year", "all_years"):
            if "TIME_MODE" in parameters:
                assert told(algorithm, {**parameters, "TIME_MODE": mode}, context) == ([], "")


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        (
            {"START_DATE": "2024-02-01"},
            "START_DATE is only used with TIME_MODE=date_range, and TIME_MODE is cycle: choose that, or leave "
            "START_DATE out.",
        ),
        (
            {"TIME_MODE": "date_range", "START_DATE": "2024-02-01", "CYCLE": 23},
            "CYCLE is only used with TIME_MODE=cycle or TIME_MODE=nominal_cycle, and TIME_MODE is date_range: choose "
            "that, or leave CYCLE at 22.",
        ),
        (
            {"DISTANCE": 5},
            "DISTANCE is only used with POINTS, which is not given: give POINTS, or leave DISTANCE at 10000.",
        ),
        (
            {"RULE": "distance"},
            "RULE is only used with POINTS, which is not given: give POINTS, or leave RULE at mbox.",
        ),
        (
            {"POINTS": "somewhere", "DISTANCE": 5},
            "DISTANCE is only used with RULE=distance, and RULE is mbox: choose that, or leave DISTANCE at 10000.",
        ),
    ],
)
def test_the_sentence_says_what_to_do_before_the_work_begins(provider, context, parameters, sentence):
    algorithm = provider.algorithm("findgranules").create()
    outputs = dict.fromkeys(("MATCHED_FRAMES", "MATCHES", "GRANULES"), "memory:")
    given = {"SEASON": "2016_Antarctica_DC8", **outputs, **parameters}
    assert algorithm.checkParameterValues(given, context) == (False, sentence)


def test_a_model_does_not_let_its_steps_ignore_anything_either(provider, context):
    model = provider.algorithm("pointstogranules").create()
    accepted, message = model.checkParameterValues(
        {"SEASON": "2016_Antarctica_DC8", "POINTS": "somewhere", "START_DATE": "2024-02-01"}, context
    )
    assert not accepted
    assert message.startswith("START_DATE is only used with TIME_MODE=date_range")


def test_addresses_that_are_not_asked_are_warned_of(run, tmp_path, feedback, provider, context):
    algorithm = provider.algorithm("querygranules").create()
    parameters = {
        "EXTENT": "-105,-104,-76,-75.5 [EPSG:4326]",
        "GRANULE_FILES": str(tmp_path),
        "CMR_URL": "http://127.0.0.1:9",
        "STORE": "refresh",
        "GRANULES": "memory:",
    }
    algorithm.run(parameters, context, feedback)
    assert feedback.warnings[:2] == [
        "CMR_URL is not used, since GRANULE_FILES is given.",
        "STORE is not used, since GRANULE_FILES is given.",
    ]


@pytest.mark.parametrize(
    ("extent", "words"),
    [
        (
            "-105,-76,-104,-75.5 [EPSG:4326]",
            "that is the order west,south,east,north, and here it is west,east,south,north: write -105,-104,-76,-75.5.",
        ),
        ("170,-80,190,-70", "that is the order west,south,east,north"),
        ("0,1,-70,-80", "write it as west,east,south,north, with latitudes from -90 to 90."),
        ("0,1,nan,5", "EXTENT is no extent: '0,1,nan,5'; write it as west,east,south,north."),
        (
            "-105,-104,-76,-75.5 [EPSG:9999999]",
            "has an unknown coordinate reference system, [EPSG:9999999]: write",
        ),
        ("-105,-104,-76,-75.5 [nonsense]", "has an unknown coordinate reference system, [nonsense]: write"),
    ],
)
def test_an_extent_in_another_order_or_system_is_told_so(provider, context, extent, words):
    algorithm = provider.algorithm("querygranules").create()
    accepted, message = algorithm.checkParameterValues({"EXTENT": extent, "GRANULES": "memory:"}, context)
    assert not accepted
    assert words in message


@pytest.mark.parametrize(
    "extent",
    [
        "-105,-104,-76,-75.5",
        "-105,-104,-76,-75.5 [EPSG:4326]",
        "170,-170,-80,-70 [EPSG:4326]",
        "-80,-75,-70,-60 [EPSG:4326]",
        "-180,180,-90,-60 [OGC:CRS84]",
        "-1600000,-1500000,-300000,-200000 [EPSG:3031]",
    ],
)
def test_a_legitimate_extent_is_accepted(provider, context, extent):
    algorithm = provider.algorithm("querygranules").create()
    assert algorithm.checkParameterValues({"EXTENT": extent, "GRANULES": "memory:"}, context) == (True, "")
