"""The message bar after a run: one message about one thing, with buttons that do it."""

from __future__ import annotations

import pytest
from qgis.core import QgsProject
from qgis.gui import QgsMessageBar
from qgis.PyQt import sip
from qgis.PyQt.QtWidgets import QDialog, QPushButton

from xopr_crossovers.plugin.looks import NextStep, message_bar

CROSSOVERS = NextStep(
    "xopr:crossoverpoints", "Crossover points", "where", {"FRAMES": "MATCHED_FRAMES"}, {"GRANULES": "granules_id"}
)
SCRIPT = NextStep("xopr:downloadscript", "Write download script", "the files", {"MATCHES": "MATCHES"}, {})


class Desktop:
    """As much of QGIS's window as is used."""

    def __init__(self):
        self.bar = QgsMessageBar()

    def messageBar(self):  # noqa: N802
        return self.bar


@pytest.fixture
def bar(qgis_app, monkeypatch):
    """The message bar of a desktop that there is."""
    desktop = Desktop()
    monkeypatch.setattr(message_bar, "iface", desktop)
    yield desktop.bar
    message_bar._told.clear()
    desktop.bar.deleteLater()


def choices(bar):
    """What the buttons of the bar do, by what they or their menus say."""
    buttons = [button for item in bar.items() for button in item.findChildren(QPushButton)]
    return {
        one.text(): (one.trigger if button.menu() else one.click)
        for button in buttons
        for one in (button.menu().actions() if button.menu() else [button])
    }


@pytest.fixture
def dialogs(processing, monkeypatch):
    """The dialogs that are opened: algorithm, values and the dialog."""
    opened = []

    def create(algorithm, values):
        opened.append((algorithm, values, QDialog()))
        return opened[-1][2]

    monkeypatch.setattr(processing, "createAlgorithmDialog", create)
    return opened


def test_a_button_for_each_step_opens_its_dialog_with_the_layers(bar, dialogs):
    message_bar.offer_next([CROSSOVERS, SCRIPT], {"MATCHED_FRAMES": "frames_id", "MATCHES": "matches_id"})
    assert list(choices(bar)) == ["Crossover points...", "Write download script..."]
    choices(bar)["Crossover points..."]()
    ((algorithm, values, dialog),) = dialogs
    assert algorithm == "xopr:crossoverpoints"
    assert values == {"FRAMES": "frames_id", "GRANULES": "granules_id"}
    assert dialog.isVisible()
    assert dialog in message_bar._open  # else Python's part of it would be gone, and it would not run


def test_one_step_chosen_leaves_the_others_to_choose(bar, dialogs):
    message_bar.offer_next([CROSSOVERS, SCRIPT], {"MATCHED_FRAMES": "frames_id", "MATCHES": "matches_id"})
    choices(bar)["Crossover points..."]()
    choices(bar)["Write download script..."]()
    assert [algorithm for algorithm, _, _ in dialogs] == ["xopr:crossoverpoints", "xopr:downloadscript"]
    first, second = (dialog for _, _, dialog in dialogs)
    sip.delete(first)
    assert second in message_bar._open
    assert first not in message_bar._open


def test_the_message_leaves_the_panels_beside_the_map_their_room(bar):
    message_bar.offer_next([CROSSOVERS, SCRIPT], {"MATCHED_FRAMES": "frames_id", "MATCHES": "matches_id"})
    assert bar.items()[0].minimumSizeHint().width() < 40 * bar.fontMetrics().averageCharWidth()


def test_a_step_whose_layer_was_not_loaded_has_no_button(bar):
    message_bar.offer_next([CROSSOVERS, SCRIPT], {"MATCHES": "matches_id"})
    assert list(choices(bar)) == ["Write download script..."]
    message_bar.offer_next([CROSSOVERS], {})
    assert len(bar.items()) == 1


def test_of_fifty_runs_one_message_stays(bar):
    for number in range(50):
        message_bar.offer_next([SCRIPT], {"MATCHES": f"matches_{number}"})
    assert len(bar.items()) == 1


def test_messages_about_two_things_stand_side_by_side(bar):
    message_bar.offer_next([SCRIPT], {"MATCHES": "matches"})
    message_bar.tell("projection", "Another.", "Change", [("Change", lambda: None)])
    assert len(bar.items()) == 2
    choices(bar)["Change"]()
    assert list(choices(bar)) == ["Write download script..."]


def test_what_is_said_of_a_project_goes_with_it(bar):
    message_bar.offer_next([SCRIPT], {"MATCHES": "matches"})
    message_bar.tell("projection", "Another.", "Change", [("Change", lambda: None)])
    QgsProject.instance().clear()
    assert bar.items() == []
    message_bar.offer_next([SCRIPT], {"MATCHES": "matches"})
    message_bar.offer_next([SCRIPT], {"MATCHES": "matches"})
    QgsProject.instance().clear()
    assert bar.items() == []


def test_one_that_the_user_has_closed_is_forgotten(bar):
    message_bar.offer_next([SCRIPT], {"MATCHES": "matches"})
    bar.popWidget()
    message_bar.offer_next([SCRIPT], {"MATCHES": "matches"})
    assert len(bar.items()) == 1


def test_a_run_offers_its_steps_with_the_layers_that_it_has_loaded(load, project, monkeypatch):
    offered = []
    monkeypatch.setattr(message_bar, "offer_next", lambda steps, layers: offered.append((steps, layers)))
    load("memory")
    ((steps, layers),) = offered
    assert [step.algorithm for step in steps] == ["xopr:crossoverpoints", "xopr:readalong", "xopr:downloadscript"]
    assert layers == {
        output: project.mapLayersByName(name)[0].id()
        for output, name in (("MATCHED_FRAMES", "Matched frames"), ("MATCHES", "Matches"))
    }
    assert set(steps[0].given) == {"GRANULES"}


def test_without_a_desktop_nothing_is_shown_and_nothing_breaks(qgis_app, monkeypatch):
    monkeypatch.setattr(message_bar, "iface", None)
    message_bar.offer_next([SCRIPT], {"MATCHES": "matches"})
    assert message_bar._told == {}
