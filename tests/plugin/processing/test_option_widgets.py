"""Options by their names in Processing's own dialogs, and the options themselves wherever else they are."""

from __future__ import annotations

import subprocess
import sys

import pytest
from qgis.core import (
    QgsProcessingContext,
    QgsProcessingModelAlgorithm,
    QgsProcessingModelChildAlgorithm,
    QgsProcessingModelChildParameterSource,
    QgsProcessingModelParameter,
    QgsProcessingParameterEnum,
)
from qgis.PyQt.QtWidgets import QCheckBox, QComboBox

from xopr_crossovers.algorithms import ALGORITHMS
from xopr_crossovers.plugin.processing import option_names, parameters

#: Options of which the names are said here; a list that grows with the plugin.
SAID = {
    "exact_year": "First to last flight date of the frames",
    "date_range": "Between two dates",
    "flightline": "its footprint meets the flight line",
    "curl": "Shell script with curl, for Linux and macOS",
}


@pytest.fixture
def gui(processing, monkeypatch):
    """Processing's dialogs, as where there is no desktop round them: pytest-qgis has one of mocks."""
    from processing.gui import AlgorithmDialog, BatchAlgorithmDialog, BatchPanel, ParametersPanel
    from processing.modeler import ModelerParametersDialog

    for module in (ParametersPanel, BatchPanel, ModelerParametersDialog):
        monkeypatch.setattr(module, "iface", None)
    kinds = {
        "standard": AlgorithmDialog.AlgorithmDialog,
        "batch": BatchAlgorithmDialog.BatchAlgorithmDialog,
        "designer": ModelerParametersDialog.ModelerParametersDialog,
    }
    made = []

    def make(kind, *given):
        made.append(kinds[kind](*given))
        return made[-1]

    yield make
    for each in made:
        each.close()
        each.deleteLater()


@pytest.fixture
def dialog(provider, gui):
    """Makes an algorithm's dialog with some values, as the toolbox, the history and scripts do."""

    def make(name, **values):
        made = gui("standard", provider.algorithm(name).create())
        made.setParameters(values)
        return made

    return make


def wrapper(dialog, name):
    return dialog.mainWidget().wrappers[name]


def box(widget):
    return widget if isinstance(widget, QComboBox) else widget.findChildren(QComboBox)[0]


def shown(dialog, name):
    """What a dialog shows of an option."""
    return box(wrapper(dialog, name).wrappedWidget()).currentText()


def value(dialog, name):
    """What a dialog hands on: to the run, the history, and the command that it copies."""
    return wrapper(dialog, name).parameterValue()


def test_a_dialog_shows_the_names_of_options_and_hands_on_the_options(dialog):
    made = dialog("findgranules")
    combo = wrapper(made, "TIME_MODE").wrappedWidget()
    modes = [combo.itemData(row) for row in range(combo.count())]
    assert modes == ["date_range", "cycle", "nominal_cycle", "exact_year", "all_years"]
    assert (shown(made, "TIME_MODE"), value(made, "TIME_MODE")) == ("Repeat cycle by the orbit calendar", "cycle")
    for option in ("exact_year", "date_range"):
        combo.setCurrentText(SAID[option])
        assert value(made, "TIME_MODE") == option
    assert value(made, "HEMISPHERE") is None
    assert shown(made, "HEMISPHERE").startswith("[Not")


def test_the_tool_tip_and_the_help_name_the_option_beside_the_words(dialog, provider):
    combo = wrapper(dialog("findgranules"), "METHOD").wrappedWidget()
    assert "its footprint meets the flight line (flightline)." in combo.toolTip()
    told = provider.algorithm("findgranules").parameterDefinition("TIME_MODE").help()
    assert "First to last flight date of the frames (exact_year);" in told
    assert told.endswith("Options: date_range, cycle, nominal_cycle, exact_year, all_years.")


def test_values_of_an_earlier_run_are_shown_again(dialog):
    made = dialog("findgranules", TIME_MODE="exact_year", METHOD="flightline", HEMISPHERE="south", CATALOG="x")
    assert shown(made, "TIME_MODE") == SAID["exact_year"]
    given = made.createProcessingParameters()
    assert (given["TIME_MODE"], given["METHOD"], given["HEMISPHERE"]) == ("exact_year", "flightline", "south")


def test_a_change_is_told_to_who_listens(dialog):
    made, heard = dialog("findgranules"), []
    wrapper(made, "METHOD").widgetValueHasChanged.connect(lambda it: heard.append(it.parameterValue()))
    wrapper(made, "METHOD").wrappedWidget().setCurrentText(SAID["flightline"])
    assert heard == ["flightline"]


def test_what_is_no_option_is_shown_as_it_is_and_not_replaced(dialog, refusal):
    made = dialog("findgranules", METHOD="rtree")
    assert (shown(made, "METHOD"), value(made, "METHOD")) == ("rtree (no such option)", "rtree")
    assert not made.algorithm().parameterDefinition("METHOD").checkValueIsAcceptable(value(made, "METHOD"))
    assert "METHOD has no option 'rtree'; choose strtree." in refusal("findgranules", CATALOG="x", METHOD="rtree")


def test_several_options_are_boxes_to_check(dialog):
    made = dialog("comparemethods", METHODS=["strtree", "flightline"])
    boxes = wrapper(made, "METHODS").wrappedWidget().findChildren(QCheckBox)
    assert [(one.text().rpartition(" ")[2], one.isChecked()) for one in boxes] == [
        ("(strtree)", True),
        ("(prefix)", False),
        ("(flightline)", True),
    ]
    boxes[0].setChecked(False)
    boxes[1].setChecked(True)
    assert value(made, "METHODS") == ["prefix", "flightline"]
    beams = wrapper(dialog("crossoverpoints"), "BEAMS").wrappedWidget().findChildren(QCheckBox)
    assert [one.text() for one in beams] == ["gt1l", "gt1r", "gt2l", "gt2r", "gt3l", "gt3r", "centre"]


def test_a_batch_shows_the_names_and_hands_on_the_options(provider, gui):
    made = gui("batch", provider.algorithm("downloadscript").create())
    row = {one.parameterDefinition().name(): one for one in made.mainWidget().wrappers[0] if one}
    kind = row["KIND"]
    assert box(kind.wrappedWidget()).currentText() == SAID["curl"]
    kind.setParameterValue("urls", QgsProcessingContext())
    assert box(kind.wrappedWidget()).currentText() == "Plain list of links"
    assert kind.parameterValue() == "urls"
    several = gui("batch", provider.algorithm("comparemethods").create()).mainWidget().wrappers[0]
    methods = next(one for one in several if one and one.parameterDefinition().name() == "METHODS")
    assert methods.wrappedWidget().findChildren(QCheckBox) == []  # boxes would not fit into a row of a table
    assert methods.parameterValue() == ["strtree", "prefix", "flightline"]


# --- the model designer ---


@pytest.fixture
def step(provider, gui):
    """Opens the dialog of a model's only step, with sources for its parameters."""
    models = []

    def make(**sources):
        models.append(QgsProcessingModelAlgorithm("Own", "own"))
        own = QgsProcessingParameterEnum("HOW", "How", ["strtree", "prefix"], usesStaticStrings=True)
        models[-1].addModelParameter(own, QgsProcessingModelParameter("HOW"))
        child = QgsProcessingModelChildAlgorithm("xopr:matchgranules")
        child.setChildId("match")
        for key, source in sources.items():
            child.addParameterSources(key, [source])
        models[-1].addChildAlgorithm(child)
        return gui("designer", models[-1].childAlgorithm("match").algorithm(), models[-1], "match")

    return make


SOURCE = QgsProcessingModelChildParameterSource


@pytest.mark.parametrize(
    "source",
    [SOURCE.fromStaticValue("flightline"), SOURCE.fromModelParameter("HOW"), SOURCE.fromExpression("'prefix'")],
    ids=["option", "input", "calculated"],
)
def test_the_designer_keeps_what_a_step_takes_its_option_from(step, source):
    made = step(METHOD=source)
    assert made.createAlgorithm().parameterSources()["METHOD"] == [source]


def options_of(dialog):
    return next(one for one in dialog.findChildren(QComboBox) if one.findData("strtree") >= 0)


def test_the_designer_shows_what_is_no_option_as_it_is(step):
    assert options_of(step(METHOD=SOURCE.fromStaticValue("rtree"))).currentText() == "rtree (no such option)"


def test_the_designer_shows_the_names_of_options(step):
    made = step(METHOD=SOURCE.fromStaticValue("flightline"))
    combo = options_of(made)
    assert combo.currentText() == SAID["flightline"]
    combo.setCurrentIndex(combo.findData("prefix"))
    assert made.createAlgorithm().parameterSources()["METHOD"] == [SOURCE.fromStaticValue("prefix")]


def test_a_model_s_own_input_shows_the_names_in_the_dialog_too(dialog):
    made = dialog("pointstogranules", TIME_MODE="exact_year")
    assert (shown(made, "TIME_MODE"), value(made, "TIME_MODE")) == (SAID["exact_year"], "exact_year")


# --- where there is no window ---


def test_every_option_has_a_name_for_people_or_is_named_as_people_do(provider):
    nameless = {
        option
        for algorithm in ALGORITHMS
        for one in provider.algorithm(algorithm.NAME).parameterDefinitions()
        if isinstance(one, QgsProcessingParameterEnum) and one.name() not in ("SEASON", "SEASONS")
        for option in one.options()
        if option_names.name_of(option) == option
    }
    assert nameless == {"gt1l", "gt1r", "gt2l", "gt2r", "gt3l", "gt3r", "centre"}


def test_no_name_stands_for_two_options():
    assert len(set(option_names.NAMES.values())) == len(option_names.NAMES)


def test_an_option_that_nobody_named_is_shown_as_it_is():
    assert option_names.name_of("else") == "else"
    assert parameters.choice("X", "X", ["else"], "else", "What.").help() == "What. Options: else."


def test_nothing_of_windows_is_loaded_to_declare_parameters(repository):
    code = (
        "import sys; from xopr_crossovers.algorithms import ALGORITHMS; [a().initAlgorithm({}) for a in ALGORITHMS];"
        "print([name for name in sys.modules if name.endswith('option_widgets')])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
