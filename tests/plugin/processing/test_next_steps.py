"""What a run says can be done next: steps that there are, with what it has found, and only then."""

from __future__ import annotations

import pytest
from qgis.core import QgsProcessing, QgsProcessingFeatureSourceDefinition, QgsProcessingMultiStepFeedback

from xopr_crossovers.algorithms import ALGORITHMS

STEPS = [(algorithm, step) for algorithm in ALGORITHMS for step in algorithm.NEXT]


@pytest.mark.parametrize(("algorithm", "step"), STEPS, ids=[f"{one.NAME}-{step.name}" for one, step in STEPS])
def test_each_step_is_an_algorithm_that_takes_what_it_is_said_to(provider, algorithm, step):
    made, following = provider.algorithm(algorithm.NAME), provider.algorithm(step.name)
    assert following is not None
    assert step.what
    outputs = {one.name() for one in made.outputDefinitions() if one.type() == "outputVector"}
    inputs = {one.name() for one in made.parameterDefinitions() if not one.isDestination()}
    assert set(step.takes.values()) & outputs
    assert set(step.takes.values()) <= outputs | inputs
    for parameter, source in step.takes.items():
        taken = following.parameterDefinition(parameter)
        assert taken.type() == "source"
        if source in outputs:
            assert accepts(taken, made.parameterDefinition(source).dataType()), parameter


def accepts(taken, kind):
    """Whether an input takes a layer of a kind: points, lines, polygons (0, 1, 2), or a table as well (5)."""
    return not taken.dataTypes() or bool({kind, int(QgsProcessing.SourceType.TypeVector)} & set(taken.dataTypes()))


def next_lines(feedback):
    return [info for info in feedback.infos if info.startswith("Next: ")]


def test_a_run_ends_with_a_line_that_names_each_step_by_title_id_and_layers(
    run, provider, feedback, save, frames_table, granules_table
):
    outputs = dict.fromkeys(("MATCHED_FRAMES", "MATCHES"), "TEMPORARY_OUTPUT")
    run("matchgranules", FRAMES=save(frames_table), GRANULES=save(granules_table), **outputs)
    (line,) = next_lines(feedback)
    assert feedback.infos[-1] == line
    for name in ("crossoverpoints", "readalong", "downloadscript"):
        assert f"'{provider.algorithm(name).displayName()}' (xopr:{name}) with " in line
    assert "MATCHED_FRAMES as FRAMES and GRANULES" in line


def test_where_nothing_was_found_nothing_is_said_to_be_next_but_what_to_try(
    run, feedback, save, frames_table, granules_table
):
    outputs = dict.fromkeys(("MATCHED_FRAMES", "MATCHES"), "TEMPORARY_OUTPUT")
    run("matchgranules", FRAMES=save(frames_table), GRANULES=save(granules_table[2:]), METHOD="flightline", **outputs)
    assert next_lines(feedback) == []
    (warning,) = (text for text in feedback.warnings if text.startswith("No frame matches"))
    assert warning.endswith("no pair; choose another window, or granules from where the frames are.")


def test_a_step_that_needs_an_input_which_was_not_given_is_not_offered(run, feedback, cmr):
    run("querygranules", EXTENT="-105,-103,-76,-75 [EPSG:4326]", CMR_URL=cmr.url, GRANULES="TEMPORARY_OUTPUT")
    assert next_lines(feedback) == []


def test_a_part_of_a_model_or_of_a_batch_says_nothing_of_next_steps(
    provider, context, feedback, save, frames_table, granules_table
):
    parameters = {
        "FRAMES": save(frames_table),
        "GRANULES": save(granules_table),
        **dict.fromkeys(("MATCHED_FRAMES", "MATCHES"), "TEMPORARY_OUTPUT"),
    }
    _, succeeded = (
        provider.algorithm("matchgranules")
        .create()
        .run(parameters, context, QgsProcessingMultiStepFeedback(2, feedback))
    )
    assert succeeded
    assert next_lines(feedback) == []


def test_inputs_that_are_passed_on_are_so_as_they_were_given(
    run, feedback, save, frames_table, granules_table, context
):
    frames = save(frames_table)
    context.project().addMapLayer(frames)
    chosen = QgsProcessingFeatureSourceDefinition(frames.id(), True)
    frames.selectAll()
    run("crossoverpoints", FRAMES=chosen, GRANULES=save(granules_table), CROSSOVERS="TEMPORARY_OUTPUT")
    (line,) = next_lines(feedback)
    assert "(xopr:crossoverheights) with CROSSOVERS and FRAMES" in line
    assert "(xopr:downloadscript) with CROSSOVERS as MATCHES" in line
    context.project().clear()
