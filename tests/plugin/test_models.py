"""The models that come with the plugin: what they ask for, how they are drawn, the designer, and Python commands."""

from __future__ import annotations

import importlib.util
import sys
from itertools import combinations

import pytest
from qgis.core import (
    QgsApplication,
    QgsProcessingContext,
    QgsProcessingModelAlgorithm,
    QgsProcessingOutputLayerDefinition,
    QgsProcessingParameterDefinition,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QRectF, QSettings

from xopr_crossovers.plugin import models
from xopr_crossovers.plugin.processing import workflow

SEARCH = ["TIME_MODE", "CYCLE", "START_DATE", "END_DATE", "SHORT_NAME", "VERSION"]
# Inputs, outputs, and the algorithms of the steps. Scripts depend on the names.
MODELS = {
    "pointstogranules": (
        ["SEASON", "CATALOG", "POINTS", "RULE", "DISTANCE", *SEARCH, "METHOD", "CROSSING_ONLY", "MAX_DAYS", "BEST"],
        ["SUBSET", "GRANULES", "MATCHED_FRAMES", "MATCHES"],
        ["loadcatalog", "subsetbypoints", "querygranules", "matchgranules"],
    ),
    "seasontocrossovers": (
        ["SEASON", "CATALOG", "POINTS", "RULE", "DISTANCE", *SEARCH, "BEAMS", "MAX_DAYS", "MIN_ANGLE"],
        ["MATCHED_FRAMES", "MATCHES", "GRANULES", "CROSSOVERS"],
        ["findgranules", "crossoverpoints"],
    ),
    "tracktoframes": (
        ["GRANULE_IDS", "RGTS", "CYCLES", "REGIONS", "SEASONS", "CATALOG", "SYNC", *SEARCH],
        ["FRAMES_CROSSED", "CROSSOVERS", "TRACKS", "MATCHED_FRAMES", "MATCHES", "GRANULES"],
        ["framesfromtrack", "findgranules"],
    ),
    "seasontoheights": (
        [
            *("SEASON", "CATALOG", "POINTS", "RULE", "DISTANCE", *SEARCH[:4], "BEAMS", "MAX_DAYS", "MIN_ANGLE"),
            *("QUALITY", "AUTHCFG", "GRANULE_FILES", "RADAR_FILES"),
        ],
        ["MATCHED_FRAMES", "MATCHES", "HEIGHTS", "SERIES", "REPORT"],
        ["findgranules", "crossoverpoints", "crossoverheights"],
    ),
}
EACH = pytest.mark.parametrize("name", sorted(MODELS))


@pytest.fixture
def model(provider, name):
    return provider.algorithm(name)


@pytest.fixture
def steps(model):
    """The model's steps by the second half of their algorithm's id, from top to bottom."""
    children = sorted(model.childAlgorithms().values(), key=lambda child: child.position().y())
    return {child.algorithmId().partition(":")[2]: child for child in children}


@pytest.fixture
def sample(repository, cmr, name, tmp_path, monkeypatch):
    """Inputs that a model, or an algorithm, takes, and a CMR to search; files of which none is wanted."""
    monkeypatch.setenv("XOPR_CMR_URL", cmr.url)
    folder = repository / "demo" / "sample"
    return {
        "CATALOG": str(folder / "catalog" / "hemisphere=south"),
        **({"RGTS": "407"} if name == "tracktoframes" else {"POINTS": str(folder / "points.geojson")}),
        "TIME_MODE": "cycle",
        "CYCLE": 22,
        **(_no_heights(tmp_path) if name == "seasontoheights" else {}),
    }


def _no_heights(folder):
    (folder / "ATL06_20240101120000_00010101_007_01.h5").touch()
    (folder / "Data_19990101_01_001.mat").touch()
    return {"GRANULE_FILES": str(folder), "RADAR_FILES": str(folder)}


def box(component):
    """The box of a component in the designer: its position is its middle."""
    size = component.size()
    corner = component.position()
    return QRectF(corner.x() - size.width() / 2, corner.y() - size.height() / 2, size.width(), size.height())


def rows(layer):
    """A layer's features as texts, in order."""
    return sorted(str(feature.attributes()) + feature.geometry().asWkt(3) for feature in layer.getFeatures())


def test_the_models_are_in_the_toolbox_in_a_group_of_their_own(provider):
    found = {each.name(): each for each in provider.algorithms() if isinstance(each, QgsProcessingModelAlgorithm)}
    assert sorted(found) == sorted(MODELS)
    for name, model in found.items():
        assert model.id() == f"xopr:{name}"
        assert model.group() == "Workflows (models)"
        assert QgsApplication.processingRegistry().algorithmById(f"xopr:{name}") is not None


@EACH
def test_inputs_and_outputs_are_called_as_those_of_the_algorithms(model, name):
    inputs, outputs, _ = MODELS[name]
    definitions = model.parameterDefinitions()
    assert [each.name() for each in definitions if not each.isDestination()] == inputs
    assert [each.name() for each in definitions if each.isDestination()] == outputs
    assert [each.name() for each in model.outputDefinitions()] == outputs


@EACH
def test_a_new_object_of_a_model_is_the_same_model(model, name):
    made = model.create()
    assert (made.id(), made.displayName(), made.group()) == (model.id(), model.displayName(), model.group())
    assert [each.name() for each in made.parameterDefinitions()] == MODELS[name][0] + MODELS[name][1]


@EACH
def test_the_designer_finds_nothing_wrong_with_the_steps(model, steps, name):
    assert list(steps) == MODELS[name][2]
    assert all(step.algorithm() is not None for step in steps.values())
    assert model.validate() == (True, [])
    assert model.canExecute() == (True, "")


@EACH
def test_an_input_is_that_of_its_step(model, steps, name):
    for step in steps.values():
        for key, sources in step.parameterSources().items():
            if not (ours := model.parameterDefinition(sources[0].parameterName())):
                continue
            theirs = step.algorithm().parameterDefinition(key)
            assert ours.name() == theirs.name() == key
            assert ours.description() == theirs.description()
            assert ours.help() == theirs.help() != ""
            assert ours.defaultValue() == theirs.defaultValue()
            assert ours.type() == theirs.type()
            assert ours.flags() == theirs.flags()
            if theirs.type() == "enum":
                assert ours.options() == theirs.options()
                assert ours.usesStaticStrings()


@EACH
def test_every_input_goes_into_a_step(steps, name):
    used = {
        source.parameterName()
        for step in steps.values()
        for each in step.parameterSources().values()
        for source in each
    }
    assert used - {""} == set(MODELS[name][0])


@EACH
def test_no_box_lies_on_another(model, steps, name):
    # Below an input's box, and above and below a step's, the designer writes In and Out.
    boxes = [box(model.parameterComponent(key)).adjusted(0, 0, 0, 20) for key in MODELS[name][0]]
    boxes += [box(step).adjusted(0, -20, 0, 20) for step in steps.values()]
    boxes += [box(output) for step in steps.values() for output in step.modelOutputs().values()]
    assert [pair for pair in combinations(boxes, 2) if pair[0].intersects(pair[1])] == []
    groups = [box(group) for group in model.groupBoxes()]
    assert [pair for pair in combinations(groups, 2) if pair[0].intersects(pair[1])] == []
    assert all(QRectF(0, 0, 1100, 1000).contains(group) for group in groups)


@EACH
def test_a_step_stands_in_a_box_of_its_own_with_its_inputs_on_the_left_and_its_outputs_on_the_right(model, steps, name):
    groups = sorted(model.groupBoxes(), key=lambda group: group.position().y())
    assert len(groups) == len(steps)
    for number, (group, step) in enumerate(zip(groups, steps.values()), start=1):
        assert group.description().startswith(f"{number}. ")
        sources = [source for each in step.parameterSources().values() for source in each]
        inputs = [box(model.parameterComponent(each.parameterName())) for each in sources if each.parameterName()]
        outputs = [box(output) for output in step.modelOutputs().values()]
        assert all(box(group).contains(each) for each in (*inputs, *outputs, box(step)))
        assert all(each.right() < box(step).left() for each in inputs)
        assert all(each.left() > box(step).right() for each in outputs)


@EACH
def test_titles_and_help_are_in_words(model, steps, name):
    texts = model.helpContent()
    assert len(texts["ALG_DESC"]) > 100
    assert texts["SHORT_DESCRIPTION"].endswith(".")
    assert model.shortDescription() == texts["SHORT_DESCRIPTION"]
    # In a process without a window, as in qgis_process, the help is plain text.
    assert model.shortHelpString() == texts["ALG_DESC"]
    assert all(texts[key].endswith(".") for key in MODELS[name][0])
    for step in steps.values():
        for title, output in step.modelOutputs().items():
            assert title == output.description()
            assert not title.isupper()
            assert texts[f"{step.childId()}:{title}"].endswith(".")
    assert "icesat-2" in model.tags()
    assert model.helpUrl().endswith("docs/models.md")


def test_the_files_are_those_that_the_script_makes(provider, repository, tmp_path):
    spec = importlib.util.spec_from_file_location("make_models", repository / "scripts" / "make_models.py")
    make_models = importlib.util.module_from_spec(spec)
    sys.modules["make_models"] = make_models
    spec.loader.exec_module(make_models)
    made = make_models.write(tmp_path)
    assert [file.name for file in models.model_files()] == sorted(file.name for file in made)
    for file in made:
        ours, theirs = QgsProcessingModelAlgorithm(), QgsProcessingModelAlgorithm()
        assert ours.fromFile(str(file))
        assert theirs.fromFile(str(repository / "models" / file.name))
        assert ours.toVariant() == theirs.toVariant(), "run scripts/make_models.py"


def test_every_qgis_calls_the_outputs_alike(repository):
    for file in models.model_files():
        assert "internal_version" not in file.read_text(encoding="utf-8")


def test_a_default_that_is_set_in_qgis_is_the_models_too(provider):
    key = "xopr_crossovers/product_version"
    QSettings().setValue(key, "006")
    try:
        made = provider.algorithm("pointstogranules").create()
        assert made.parameterDefinition("VERSION").defaultValue() == "006"
    finally:
        QSettings().remove(key)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"TIME_MODE": "date_range"}, "TIME_MODE=date_range needs START_DATE"),
        ({"CYCLE": 0}, "CYCLE must be at least 1, not 0."),
        ({"MATCHES_": "memory:"}, "There is no parameter MATCHES_; did you mean MATCHES?"),
        ({"MATCHES": "x.shp"}, "a shapefile cuts field names"),
    ],
)
@EACH
def test_wrong_inputs_are_named_before_the_first_step_runs(refusal, sample, name, given, words):
    outputs = dict.fromkeys(MODELS[name][1], "memory:")
    assert words in refusal(name, **{**sample, **outputs, **given})
    assert refusal(name, **sample, **outputs) == ""


@pytest.mark.parametrize(
    ("name", "given", "words"),
    [
        *(
            (name, given, words)
            for name in ("pointstogranules", "seasontocrossovers")
            for given, words in (
                ({"CATALOG": ""}, "Give SEASON or CATALOG: one of them is needed."),
                ({"SEASON": "2016_Antarctica_DC8"}, "Give only one of SEASON or CATALOG"),
                ({"RULE": "box"}, "RULE has no option 'box'"),
            )
        ),
        ("tracktoframes", {"RGTS": ""}, "Give GRANULE_IDS or RGTS: one of them is needed."),
        ("tracktoframes", {"RGTS": "1388"}, "RGTS: there is no 1388; numbers are 1 to 1387."),
        (
            "tracktoframes",
            {"SEASONS": "2016_Antarctica_DC8"},
            "Give only one of SEASONS or CATALOG; now there are SEASONS and CATALOG.",
        ),
    ],
)
def test_wrong_inputs_of_the_first_step_are_named_before_it_runs(refusal, sample, name, given, words):
    assert words in refusal(name, **{**sample, **dict.fromkeys(MODELS[name][1], "memory:"), **given})


@EACH
def test_what_a_step_says_when_it_fails_is_passed_on(provider, context, feedback, name):
    where = {"RGTS": "407"} if name == "tracktoframes" else {"POINTS": "Point?crs=EPSG:4326"}
    nowhere = {"CATALOG": "/nowhere", **where, **dict.fromkeys(MODELS[name][1], "memory:")}
    _, succeeded = provider.algorithm(name).create().run(nowhere, context, feedback)
    assert not succeeded
    assert "There is no file, folder or season named /nowhere" in " ".join(feedback.errors)


def test_a_model_that_cannot_be_read_leaves_the_rest(provider, monkeypatch, tmp_path):
    (tmp_path / "broken.model3").write_text("no model", encoding="utf-8")
    (tmp_path / "good.model3").write_bytes(models.model_files()[0].read_bytes())
    monkeypatch.setattr(models, "MODELS_FOLDER", tmp_path)
    told = []
    QgsApplication.messageLog().messageReceived.connect(lambda *message: told.append(message[0]))
    assert [model.name() for model in workflow.load_models()] == ["good"]
    assert any(f"QGIS cannot read the model {tmp_path / 'broken.model3'}." in str(text) for text in told)


def test_a_menu_can_list_the_models(provider):
    assert models.model_titles() == {
        "pointstogranules": "Points to granules",
        "seasontocrossovers": "Season to crossover points",
        "tracktoframes": "Track to frames",
        "seasontoheights": "Season to measured heights",
    }


@EACH
def test_the_designer_opens_a_copy_that_can_be_run_and_saved_elsewhere(provider, processing, monkeypatch, name):
    from processing.modeler import ModelerDialog

    monkeypatch.setattr(ModelerDialog, "iface", None)  # there is no main window here
    dialog = models.open_in_designer(name)
    try:
        model = dialog.model()
        assert model.displayName() == models.model_titles()[name]
        assert len(model.childAlgorithms()) == len(MODELS[name][2])
        # Saved under the plugin's own path, it would be lost with the next version.
        assert model.sourceFilePath() == ""
        # Without a provider, QGIS 3.22 crashes as it shows the dialog in which the model is run.
        assert model.provider().id() == "model"
        items = [item for item in dialog.view().scene().items() if hasattr(item, "component")]
        assert len(items) >= len(MODELS[name][0]) + len(MODELS[name][1]) + len(MODELS[name][2])
    finally:
        dialog.setDirty(False)
        dialog.close()


@EACH
def test_layers_of_a_model_are_called_by_their_titles_and_styled(provider, context, feedback, sample, name):
    project = QgsProject.instance()
    layers = [key for key in MODELS[name][1] if key != "REPORT"]
    outputs = {key: QgsProcessingOutputLayerDefinition("memory:", project) for key in layers}
    model = provider.algorithm(name)
    results, succeeded = model.create().run({**sample, **outputs}, context, feedback)
    assert succeeded, feedback.errors
    # What can follow a step is in the model, or is not wanted.
    assert [info for info in feedback.infos if info.startswith("Next: ")] == []
    details = context.layersToLoadOnCompletion()
    titles = {key: model.parameterDefinition(key).description() for key in layers}
    assert {key: details[results[key]].name for key in titles} == titles
    frames = context.getMapLayer(results["MATCHED_FRAMES"])
    assert frames.renderer().type() == "graduatedSymbol"


@pytest.mark.parametrize("name", ["findgranules", *sorted(MODELS)])
def test_the_python_command_that_qgis_offers_does_the_same(provider, processing, sample, name):
    algorithm = provider.algorithm(name)
    outputs = [each.name() for each in algorithm.destinationParameterDefinitions() if not _optional(each)]
    given = {**sample, **dict.fromkeys(outputs, "TEMPORARY_OUTPUT")}
    if name.startswith("seasonto"):
        given["BEAMS"] = ["gt1l", "gt3r"]  # QGIS 3.22 itself would write ''
    direct = processing.run(f"xopr:{name}", given)
    command = algorithm.asPythonCommand(given, QgsProcessingContext())
    assert command.startswith(f'processing.run("xopr:{name}", ')
    again = eval(command, {"processing": processing})  # noqa: S307 (it is what is tested)
    for output in outputs:
        assert isinstance(again[output], QgsVectorLayer)
        assert rows(again[output]) == rows(direct[output])
        assert output == "SERIES" or rows(direct[output]) != []


@pytest.mark.parametrize("name", ["crossoverpoints", "seasontocrossovers"])
def test_the_python_command_names_every_option_that_was_chosen(provider, name):
    command = provider.algorithm(name).asPythonCommand({"BEAMS": ["gt1l", "gt3r"]}, QgsProcessingContext())
    assert "'BEAMS':['gt1l','gt3r']" in command


def _optional(definition):
    return bool(definition.flags() & QgsProcessingParameterDefinition.Flag.FlagOptional)
