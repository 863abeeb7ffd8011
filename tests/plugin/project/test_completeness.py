"""What an algorithm declares of itself is complete; what is missing is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from xopr_crossovers.algorithms import ALGORITHMS
from xopr_crossovers.plugin.looks import Style
from xopr_crossovers.plugin.processing import XoprAlgorithm, parameters

DOCS = Path(__file__).resolve().parents[3] / "docs"


def missing(algorithm):
    """Sentences about what a class lacks; what its columns lack is found where it runs, in test_guide.py."""
    made = algorithm()
    made.initAlgorithm({})
    definitions = {one.name(): one for one in made.parameterDefinitions()}
    layers = {one.name() for one in made.outputDefinitions() if one.type() == "outputVector"}
    sections = {line[3:] for line in (DOCS / "layers.md").read_text("utf-8").splitlines() if line.startswith("## ")}
    wrong = [style.section for style in algorithm.STYLES.values() if style.section and style.section not in sections]
    return [
        *(f"{name} is empty" for name in ("TITLE", "GROUP", "SUMMARY", "HELP", "TAGS") if not getattr(algorithm, name)),
        *(f"there is no page docs/algorithms/{made.name()}.md" for _ in [0] if not _page(made).is_file()),
        *(f"STYLES has no style of {name}" for name in sorted(layers - set(algorithm.STYLES))),
        *(f"STYLES names {name}, which is no layer" for name in sorted(set(algorithm.STYLES) - layers)),
        *(f"docs/layers.md has no section {section}" for section in wrong),
        *(f"{name} has no help" for name, one in definitions.items() if not one.help()),
        *(f"{name} has no title" for name, one in definitions.items() if not one.description()),
    ]


def _page(algorithm):
    return DOCS / "algorithms" / f"{algorithm.name()}.md"


@pytest.mark.parametrize("algorithm", ALGORITHMS, ids=lambda algorithm: algorithm.NAME)
def test_an_algorithm_has_a_page_a_style_for_each_layer_and_a_help_for_each_parameter(algorithm, qgis_app):
    assert missing(algorithm) == []


def test_what_an_algorithm_lacks_is_named(qgis_app):
    class Bare(XoprAlgorithm):
        NAME = "bare"
        TITLE = GROUP = SUMMARY = "Bare"
        STYLES = {"ELSE": Style('"id"', section="Nowhere")}  # noqa: RUF012

        def declare(self):
            self.addParameter(parameters.sink("OUT", "Out", "table", "Something."))
            self.addParameter(parameters.text("IN", "", None, ""))

    assert missing(Bare) == [
        "HELP is empty",
        "TAGS is empty",
        "there is no page docs/algorithms/bare.md",
        "STYLES has no style of OUT",
        "STYLES names ELSE, which is no layer",
        "docs/layers.md has no section Nowhere",
        "IN has no help",
        "IN has no title",
    ]
