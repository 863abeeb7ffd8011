"""Which crossings of beams and flight lines are wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgis.core import QgsProcessingAlgorithm

from ... import core
from ...core.icesat2 import BEAMS, DIRECTIONS, LINES
from ..compat import FLOAT
from .parameters import choice, choices, number, text

if TYPE_CHECKING:
    import numpy as np

    from .run import Run

#: Labels and examples of parameters that are lists of numbers.
NUMBER_LISTS = {
    "CYCLES": ("Repeat cycles", "22,24-26"),
    "RGTS": ("Reference ground tracks", "61,1100-1150"),
    "REGIONS": ("Granule regions", "10-12"),
}


def add_crossover_filters(algorithm: QgsProcessingAlgorithm, advanced: bool = True) -> None:
    """Add ``BEAMS``, ``MAX_DAYS``, ``MIN_ANGLE`` and ``DIRECTION``; the last two are always `advanced`."""
    add_beams(algorithm, advanced=advanced)
    add_max_days(algorithm, "Keep crossovers whose pass was at most so many days before or after.", advanced)
    algorithm.addParameter(
        number(
            "MIN_ANGLE",
            "Smallest crossing angle",
            FLOAT,
            "Degrees, 0 to 90: crossings at a smaller angle are left out.",
            advanced=True,
            defaultValue=0.0,
            minValue=0.0,
            maxValue=90.0,
        )
    )
    add_direction(algorithm)


def add_beams(algorithm: QgsProcessingAlgorithm, with_centre: bool = True, advanced: bool = True) -> None:
    """Add ``BEAMS``; the line between them is among the options unless only what is measured counts."""
    help_text = (
        "Which beams, separated by commas; all six if nothing is chosen. gt1l is the left-most in the direction of "
        "flight"
    )
    if with_centre:
        help_text += "; centre is the line between them"
    options = LINES if with_centre else BEAMS
    algorithm.addParameter(choices("BEAMS", "Beams", options, BEAMS, f"{help_text}.", advanced))


def add_max_days(algorithm: QgsProcessingAlgorithm, help_text: str, advanced: bool = False) -> None:
    """Add ``MAX_DAYS``."""
    algorithm.addParameter(
        number(
            "MAX_DAYS",
            "Most days between flight and pass",
            FLOAT,
            help_text,
            advanced=advanced,
            optional=True,
            minValue=0.0,
        )
    )


def add_direction(algorithm: QgsProcessingAlgorithm, where: str = "Which way the satellite goes there.") -> None:
    """Add ``DIRECTION``."""
    algorithm.addParameter(
        choice(
            "DIRECTION",
            "Direction of flight",
            DIRECTIONS,
            DIRECTIONS[0],
            where,
            advanced=True,
        )
    )


def add_granule_filters(algorithm: QgsProcessingAlgorithm) -> None:
    """Add ``CYCLES``, ``RGTS`` and ``REGIONS``."""
    for name in ("CYCLES", "RGTS", "REGIONS"):
        label, example = NUMBER_LISTS[name]
        algorithm.addParameter(
            text(name, label, None, f"Only granules of these, such as {example}; all of them if empty.", advanced=True)
        )


def wanted_crossovers(run: Run) -> core.crossings.Wanted:
    """Return which crossovers are wanted.

    Raises
    ------
    InputError
        If a number or a list of numbers is none, or out of range.
    """
    return core.crossings.Wanted(
        beams=run.choices("BEAMS") or core.icesat2.BEAMS,
        max_days=max_days(run),
        min_angle=run.number("MIN_ANGLE"),
        direction=run.choice("DIRECTION"),
        cycles=numbers(run, "CYCLES"),
        rgts=numbers(run, "RGTS"),
        regions=numbers(run, "REGIONS"),
    )


def max_days(run: Run) -> float | None:
    """Return the most days between flight and pass; None if all are wanted."""
    return run.number("MAX_DAYS") if run.given("MAX_DAYS") else None


def numbers(run: Run, name: str) -> np.ndarray | None:
    """Return the numbers of ``CYCLES``, ``RGTS`` or ``REGIONS``; None if there are none, for all.

    Raises
    ------
    InputError
        If the text is no list of numbers, or one is out of range.
    """
    regions = core.icesat2.REGIONS
    bounds = {"CYCLES": (1, 99), "RGTS": (1, core.icesat2.TRACKS_PER_CYCLE), "REGIONS": (regions[0], regions[-1])}
    return core.common.read_numbers(run.text(name), name, *bounds[name])
