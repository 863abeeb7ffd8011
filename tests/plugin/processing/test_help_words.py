"""The help beside a dialog speaks of parameters as the dialog does."""

from __future__ import annotations

import re

import pytest


@pytest.fixture
def in_desktop(monkeypatch):
    from qgis.core import QgsApplication

    monkeypatch.setattr(QgsApplication, "platform", staticmethod(lambda: "desktop"))


def test_beside_a_dialog_no_help_calls_a_parameter_of_its_own_by_the_name_that_scripts_write(provider, in_desktop):
    for algorithm in provider.algorithms():
        if algorithm.id().count("model") or not hasattr(algorithm, "HELP"):
            continue
        words = set(re.findall(r"[A-Z][A-Z0-9_]+", re.sub("<i>.*?</i>", "", algorithm.shortHelpString())))
        assert not words & {parameter.name() for parameter in algorithm.parameterDefinitions()}, algorithm.id()


def test_the_labels_of_the_dialog_stand_there_instead(provider, in_desktop):
    text = provider.algorithm("matchgranules").shortHelpString()

    assert "<i>Keep only granules that cross the flight line</i>, <i>Direction of flight</i>" in text
    assert "CROSSING_ONLY" not in text


def test_qgis_process_is_told_the_names_to_write(provider):
    assert "CROSSING_ONLY, DIRECTION, MAX_DAYS and BEST" in provider.algorithm("matchgranules").shortHelpString()


def test_what_is_no_parameter_stays_and_nothing_is_taken_for_html(provider):
    from xopr_crossovers.plugin.processing.help_words import in_dialog

    parameters = provider.algorithm("matchgranules").parameterDefinitions()

    assert (
        in_dialog("ATL06 <b> & BEST", parameters)
        == "ATL06 &lt;b&gt; &amp; <i>Only the nearest passes of each frame</i>"
    )


def test_an_algorithm_that_a_help_names_is_called_as_the_toolbox_calls_it(provider):
    titles = {algorithm.displayName() for algorithm in provider.algorithms()}
    for algorithm in provider.algorithms():
        helps = [algorithm.shortHelpString(), *(one.help() for one in algorithm.parameterDefinitions())]
        named = {name for text in helps for name in re.findall(r"'([A-Z][^']+)'", text)}
        assert named <= titles, algorithm.id()
