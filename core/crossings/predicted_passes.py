"""When ICESat-2 passes near places, by plan: nothing is asked of a server, and nothing is measured."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import numpy as np

from ..common import Progress, count, some_of
from ..icesat2 import rgt_time
from .approaches import PlannedTracks
from .options import PLAN
from .pass_plan import PassPlan
from .pass_rows import LAST_KNOWN_CYCLE, PlannedRows
from .places import Places, read_places

# No beam comes nearer to a pole than at the latitude of the turn, in sine of geodetic latitude.
_TURN_Z = np.sin(np.radians(88.0))


class Prediction:
    """What is predicted: tables of passes and of crossovers, which are made as they are asked for.

    Parameters
    ----------
    places : Places
    plan : PassPlan
    progress : Progress
    """

    def __init__(self, places: Places, plan: PassPlan, progress: Progress) -> None:
        self._places = places
        self._plan = plan
        self._progress = progress
        self._rows = PlannedRows(places, plan)
        self._tracks = PlannedTracks(places, plan)
        self._tell_window()
        self._found, self._parts = self._tracks.approaches(progress.part(0.0, 0.5))
        self._tell_missed()

    def passes(self) -> Iterator[gpd.GeoDataFrame]:
        """Yield the passes in order of time, some at a time; at least one table.

        One row is a pass (RGT and cycle) near a place, in one direction: where that is near the place more than once,
        its nearest approach. Columns as in :data:`~xopr_crossovers.core.crossings.PASS_COLUMNS`, where

        - ``place`` is the feature's ``fid``, or its number in the layer from 1; ``place_name`` is its name;
        - ``beam`` comes nearest, and ``distance_m`` is its distance then, in metres on the ellipsoid, good for some
          metres; 0 where it crosses a line or passes through a polygon;
        - ``pass_time`` is when (UTC); in a polygon, the middle of the way;
        - ``direction`` and ``region`` are those of that moment;
        - ``uncertainty_m`` says how far beside its track the satellite may pass, and ``accuracy`` that, and how good
          the time is, in words.

        The geometry is the line of that beam, as long as any beam is near, in the pole's projection, or in longitude
        and latitude where places lie in both hemispheres.
        """
        n_rows = 0
        seen = np.zeros(len(self._places), dtype=bool)
        writing = self._progress.part(0.5, 0.9)
        cycles = self._rows.cycles()
        for table, rows in self._rows.of_passes(self._found, self._parts):
            self._progress.check()
            n_rows += len(table)
            seen[self._found.place[rows]] = True
            if len(table):
                writing.fraction((int(table["cycle"].iloc[-1]) - cycles.start + 1) / len(cycles))
            yield table
        self._tell_passes(n_rows, seen)

    def crossovers(self) -> Iterator[gpd.GeoDataFrame]:
        """Yield where beams cross the lines among the places, in order of time; at least one table.

        Columns as in :data:`~xopr_crossovers.core.crossings.PLANNED_COLUMNS`; those that
        :func:`~xopr_crossovers.core.crossings.crossover_points` has too mean the same.
        """
        if len(self._places.lines.frame) == 0:
            self._progress.warn("CROSSOVERS: no place is a line, so there is no crossover.")
        n_rows = 0
        for table, _ in self._rows.of_crossings(self._tracks.crossings(self._progress.part(0.9, 0.95))):
            self._progress.check()
            n_rows += len(table)
            yield table
        self._progress.info(f"{count(n_rows, 'planned crossover', 'planned crossovers')} of the places' lines.")

    def _tell_window(self) -> None:
        first, last = self._plan.days()
        cycles = self._rows.cycles()
        which = f"cycle {cycles.start}" if len(cycles) == 1 else f"cycles {cycles.start} to {cycles.stop - 1}"
        self._progress.info(
            f"Passes from {first:%Y-%m-%d} to {last:%Y-%m-%d} ({which}) with a beam within "
            f"{self._plan.distance_m / 1000:g} km of a place."
        )
        self._progress.info(PLAN)
        if cycles.stop - 1 > LAST_KNOWN_CYCLE:
            after = count(cycles.stop - 1 - LAST_KNOWN_CYCLE, "cycle", "cycles")
            self._progress.info(
                f"Cycle {cycles.stop - 1} is {after} after the last one that the calendar was compared with; the times "
                "drifted by up to 35 s from one cycle to the next."
            )

    def _tell_missed(self) -> None:
        """Name the places that no track comes near."""
        missed = np.setdiff1d(np.arange(len(self._places)), self._found.place)
        if len(missed) == 0:
            return
        z = np.abs(self._places.pieces.start[:, 2])
        beyond = np.isin(missed, self._places.pieces.frame[z > _TURN_Z])
        why = "; the tracks turn at 88 degrees, 220 km from the poles" if beyond.any() else ""
        some = some_of(len(missed), len(self._places), "place", "places")
        self._progress.warn(
            f"Nothing passes within {self._plan.distance_m / 1000:g} km of {some} in any cycle: "
            f"{self._places.called(missed)}{why}; increase DISTANCE."
        )

    def _tell_passes(self, n_rows: int, seen: np.ndarray) -> None:
        places = some_of(int(seen.sum()), len(seen), "place", "places")
        self._progress.info(f"{count(n_rows, 'planned pass', 'planned passes')} near {places}.")
        waiting = np.setdiff1d(np.unique(self._found.place), np.flatnonzero(seen))
        if len(waiting):
            rgt, moment, place = self._next(waiting)
            self._progress.warn(
                f"{count(len(waiting), 'place has', 'places have')} passes, but none in this time: "
                f"{self._places.called(waiting)}. The next one is at "
                f"{self._places.called(np.array([place]))}, {str(moment)[:16].replace('T', ' ')} UTC (RGT {rgt})."
            )

    def _next(self, waiting: np.ndarray) -> tuple[int, np.datetime64, int]:
        """Return the first pass after the plan's time at one of some places: RGT, moment and place."""
        rows = np.flatnonzero(np.isin(self._found.place, waiting))
        last = self._rows.cycles().stop - 1
        rgt, u = self._found.rgt[rows], self._found.u[rows]
        _, end = self._plan.span()
        moment = np.where((soon := rgt_time(rgt, last, u)) >= end, soon, rgt_time(rgt, last + 1, u))
        first = int(np.argmin(moment))
        return int(rgt[first]), moment[first], int(self._found.place[rows[first]])


def predict_passes(
    table: gpd.GeoDataFrame, plan: PassPlan | None = None, progress: Progress | None = None
) -> Prediction:
    """Find out when ICESat-2 passes near places, by NASA's reference ground tracks and the orbit's calendar.

    Parameters
    ----------
    table : GeoDataFrame
        Points, lines and polygons in any CRS; see :func:`~xopr_crossovers.core.crossings.places.read_places`.
    plan : PassPlan, optional
    progress : Progress, optional
        Is told what is read, left out and found, and that it is a plan.

    Returns
    -------
    Prediction

    Raises
    ------
    InputError
        If there is no place, or no known CRS.
    """
    plan, progress = plan or PassPlan(), progress or Progress()
    return Prediction(read_places(table, "PLACES", progress), plan, progress)
