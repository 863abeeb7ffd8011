"""The laser's heights at all crossovers: each granule read once for all of its own."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from ..altimetry import BEST
from ..common import Progress
from ..geometry import Polylines, begins
from ..icesat2 import BEAMS
from .beam_crossing import SEGMENT_COLUMNS, LaserAt, laser_at
from .crossovers_read import Planned
from .flown_lines import FlownAt
from .granule_readings import BROKEN_BEAM, GranuleAsked, GranuleRead, heights_of_granules
from .pole_planes import from_pole_planes, in_pole_planes
from .sources import Sources

# A place that is off across the beam is off along it by that divided by the sine of the angle. Segments are read as
# far as three times that, within these bounds (m); at a very small angle not farther than for this one (degrees).
_LEAST_SLACK_M, _MOST_SLACK_M, _SMALLEST_ANGLE_DEG = 200.0, 5_000.0, 5.0
_NO_BEAM = "no beam: the pass is known as a line or strip only"


@dataclass(frozen=True)
class LaserHeights:
    """The laser's heights at crossovers.

    Attributes
    ----------
    at : LaserAt
    strong : (n,) ndarray of object
        Whether the beam is the strong one of its pair; None where nobody says.
    """

    at: LaserAt
    strong: np.ndarray


def read_laser(
    planned: Planned,
    flown: FlownAt,
    direction: np.ndarray,
    sources: Sources,
    buffer_m: float,
    quality: str,
    progress: Progress,
) -> LaserHeights:
    """Read the laser's heights at crossovers.

    Parameters
    ----------
    planned : Planned
    flown : FlownAt
        Where the planned beams meet the flown lines.
    direction : (n, 2) ndarray
        Of the beams.
    sources : Sources
    buffer_m, quality
        See :class:`~xopr_crossovers.core.heights.Measuring`.
    progress : Progress
    """
    south, beam = planned.south, planned.texts("beam")
    place = np.where(np.isfinite(flown.xy), flown.xy, in_pole_planes(planned.lon, planned.lat, south))
    lon, lat = from_pole_planes(place, south)
    found = LaserHeights(LaserAt.none(len(planned), _NO_BEAM), np.full(len(planned), None, dtype=object))
    is_beam, placed = np.isin(beam, BEAMS), np.isfinite(place).all(axis=1)
    found.at.reason[is_beam & ~placed] = "no place"
    rows = np.flatnonzero(is_beam & placed)
    groups = _by_granule(planned, rows)
    slack = _slack(planned)

    def windows(rows: np.ndarray) -> Polylines:
        return Polylines(lon[rows], lat[rows], np.arange(len(rows) + 1, dtype=np.int64))

    names, urls = planned.texts("granule_id"), planned.texts("https_url")
    places = sources.granules.places_of([names[one[0]] for one in groups], [urls[one[0]] for one in groups])
    by_beam = [{name: one[beam[one] == name] for name in BEAMS if (beam[one] == name).any()} for one in groups]
    asked = [
        GranuleAsked(
            names[one[0]],
            place_of,
            {name: windows(some) for name, some in beams.items()},
            buffer_m + float(slack[one].max()),
        )
        for one, place_of, beams in zip(groups, places, by_beam)
    ]

    def digest(number: int, read: GranuleRead) -> None:
        # Every granule has rows of its own: nobody else writes there.
        for name, some in by_beam[number].items():
            reading = read.beams.get(name)
            if read.reason or reading is None or reading.near is None:
                is_broken = reading is not None and reading.is_broken
                found.at.reason[some] = read.reason or (BROKEN_BEAM if is_broken else f"the granule has no beam {name}")
                continue
            near = reading.near
            good = near.has_height & ((near.quality == 0) | (quality != BEST))
            args = (place[some], flown.along[some], direction[some], south[some], buffer_m)
            heights = laser_at(near, good, *args)
            for column in fields(LaserAt):
                getattr(found.at, column.name)[some] = getattr(heights, column.name)
            found.strong[some] = reading.strong

    heights_of_granules(asked, digest, quality, SEGMENT_COLUMNS, sources.access, progress)
    return found


def _by_granule(planned: Planned, rows: np.ndarray) -> list[np.ndarray]:
    """Return the rows of each granule, in order of the name; those without a name are one."""
    names = planned.texts("granule_id")[rows].astype(str)
    order = np.argsort(names, kind="stable")
    if not len(rows):
        return []
    return np.split(rows[order], np.flatnonzero(begins(names[order]))[1:])


def _slack(planned: Planned) -> np.ndarray:
    sine = np.sin(np.radians(np.maximum(planned.angle_deg, _SMALLEST_ANGLE_DEG)))
    return np.clip(3.0 * planned.uncertainty_m / sine, _LEAST_SLACK_M, _MOST_SLACK_M)
