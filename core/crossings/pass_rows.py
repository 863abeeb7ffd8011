"""Rows of planned passes, and of crossovers on them: the same geometry in every cycle, in order of time."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ..geometry import (
    LONLAT_CRS,
    chunks,
    cut_lines,
    lon_lat,
    owners_of,
    ranges,
    transformer,
)
from ..icesat2 import (
    BESIDE_M,
    REGIONS,
    OffPointing,
    Steps,
    beam_spread,
    cycle_of,
    direction_names,
    pairs_and_sides,
    reference_tracks,
    region_arc,
    rgt_time,
)
from .approaches import Approaches, NearParts, PlannedCrossings
from .pass_plan import PassPlan
from .passes import TRACK_MODEL, plan_uncertainty_m
from .places import Places

# By this name, since scanners for passwords take "pass_time" with a text beside it for one.
_MOMENT = "datetime"

_FIRST_COLUMNS = {
    "place": "int",
    "place_name": "text",
    "rgt": "int",
    "cycle": "int",
    "region": "int",
    "direction": "text",
    "beam": "text",
}
#: Columns of planned passes before their geometry, and what they hold.
PASS_COLUMNS = {
    **_FIRST_COLUMNS,
    "distance_m": "float",
    "pass_time": _MOMENT,
    "uncertainty_m": "float",
    "accuracy": "text",
}
#: The same of crossovers on planned passes.
PLANNED_COLUMNS = {
    **_FIRST_COLUMNS,
    "pair": "int",
    "side": "text",
    "angle_deg": "float",
    "distance_m": "float",
    "pass_time": _MOMENT,
    "source": "text",
    "uncertainty_m": "float",
    "accuracy": "text",
}

#: The last cycle that the calendar was compared with.
LAST_KNOWN_CYCLE = 30

# Of tables that are made at once: rows, and degrees of orbit that their lines follow.
_ROWS_AT_ONCE, _DEGREES_AT_ONCE = 20_000, 50_000.0
# A line is followed by vertices so far apart: the chord in a pole's plane leaves it by less than a metre.
_VERTEX_M = 20_000.0
_NEAR_PLAN_M = 1_000.0


class PlannedRows:
    """Makes the rows of one plan.

    Parameters
    ----------
    places : Places
    plan : PassPlan
    """

    def __init__(self, places: Places, plan: PassPlan) -> None:
        self._places = places
        self._beams = np.array(plan.beams, dtype=object)
        self._beside_m = np.array([BESIDE_M[name] for name in plan.beams])
        self._pair, self._side = pairs_and_sides(plan.beams)
        self._begin, self._end = plan.span()

    def cycles(self) -> range:
        """Return the repeat cycles of the plan."""
        return range(int(cycle_of(self._begin)), int(cycle_of(self._end)) + 1)

    def of_passes(self, found: Approaches, parts: NearParts) -> Iterator[tuple[gpd.GeoDataFrame, np.ndarray]]:
        """Yield tables of passes in order of time, and which of those found they are of; at least one table."""
        length = np.bincount(
            owners_of(found.count), (parts.u1 - parts.u0)[ranges(found.first_part, found.count)], len(found)
        )
        for cycle, rows, moment in self._times(found.rgt, found.u, length):
            yield self._passes(found.where(rows), parts, cycle, moment), rows

    def of_crossings(self, found: PlannedCrossings) -> Iterator[tuple[gpd.GeoDataFrame, np.ndarray]]:
        """Yield tables of crossovers as :meth:`of_passes` does of passes."""
        for cycle, rows, moment in self._times(found.rgt, found.u, np.zeros(len(found))):
            yield self._crossings(found.where(rows), cycle, moment), rows

    def _times(
        self, rgt: np.ndarray, u: np.ndarray, length: np.ndarray
    ) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
        """Yield each cycle with the rows that pass in the plan's time, and when; rows are in order of time.

        At least once, and so many rows at once as are held with their lines of a length in degrees.
        """
        share = np.ceil(length * (_ROWS_AT_ONCE / _DEGREES_AT_ONCE)).astype(np.int64)
        is_first = True
        for cycle in self.cycles():
            moment = rgt_time(rgt, cycle, u)
            rows = np.flatnonzero((moment >= self._begin) & (moment < self._end))
            for part in chunks(np.maximum(share[rows], 1), _ROWS_AT_ONCE):
                some = rows[part]
                is_first = False
                yield cycle, some, moment[some]
        if is_first:
            none = np.zeros(0, dtype=np.int64)
            yield self.cycles().start, none, rgt_time(none + 1, self.cycles().start, none)

    def _passes(self, found: Approaches, parts: NearParts, cycle: int, moment: np.ndarray) -> gpd.GeoDataFrame:
        columns = self._common(found, cycle, moment)
        return self._table(columns, PASS_COLUMNS, self._lines(found, parts))

    def _crossings(self, found: PlannedCrossings, cycle: int, moment: np.ndarray) -> gpd.GeoDataFrame:
        columns = {
            **self._common(found, cycle, moment),
            "pair": pd.array(self._pair[found.line], dtype="Int64"),
            "side": self._side[found.line],
            "angle_deg": found.angle_deg,
            "source": np.full(len(found), TRACK_MODEL, dtype=object),
        }
        return self._table(columns, PLANNED_COLUMNS, shapely.points(*self._xy(found.point)))

    def _common(self, found: Approaches | PlannedCrossings, cycle: int, moment: np.ndarray) -> dict[str, object]:
        region = _regions(found.u)
        known = plan_uncertainty_m(region, np.full(len(found), cycle))
        return {
            "place": self._places.number[found.place],
            "place_name": self._places.name[found.place],
            "rgt": found.rgt,
            "cycle": np.full(len(found), cycle),
            "region": region,
            "direction": direction_names(found.heading),
            "beam": self._beams[found.line],
            "distance_m": np.round(found.distance_m, 1),
            "pass_time": pd.DatetimeIndex(moment.astype("datetime64[ms]")).tz_localize("UTC"),
            "uncertainty_m": known,
            "accuracy": _accuracies(known, cycle),
        }

    def _table(self, columns: dict[str, object], kinds: dict[str, str], geometry: np.ndarray) -> gpd.GeoDataFrame:
        table = {
            name: pd.Series(columns[name], dtype=object if kind == "text" else None, copy=False)
            for name, kind in kinds.items()
        }
        return gpd.GeoDataFrame(table, geometry=geometry, crs=self._places.crs)

    def _lines(self, found: Approaches, parts: NearParts) -> np.ndarray:
        """Return the lines of the nearest beams, where a beam is near: each of one part or several."""
        count = found.count
        owner, part = owners_of(count), ranges(found.first_part, count)
        u0, u1 = parts.u0[part], parts.u1[part]
        nothing = np.zeros(len(part))
        tracks = reference_tracks(np.arange(len(part)), found.rgt[owner], OffPointing.along(u0, u1), nothing)
        steps = Steps(tracks, _VERTEX_M)
        before, last = steps.at(slice(None), 0.0), tracks.offsets[1:] - 1
        of = steps.track[steps.vertex].astype(np.int64)
        order = np.argsort(np.concatenate([of, np.arange(len(part))]), kind="stable")
        centre, across = (
            np.concatenate([inner, ends[last]])[order]
            for inner, ends in ((before.centre, tracks.centre), (before.across, tracks.across))
        )
        of = np.concatenate([of, np.arange(len(part))])[order]
        left_m = beam_spread(centre[:, 2]) * self._beside_m[found.line[owner[of]]]
        xy = np.column_stack(self._xy(centre + left_m[:, None] * across))
        if len(xy) == 0:
            return np.empty(0, dtype=object)
        lines = shapely.multilinestrings(shapely.linestrings(xy, indices=of), indices=owner)
        return cut_lines(lines) if self._places.crs == LONLAT_CRS else lines

    def _xy(self, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        x, y = lon_lat(vectors)
        if self._places.crs != LONLAT_CRS:
            x, y = transformer(LONLAT_CRS, self._places.crs).transform(x, y)
        return x, y


def _regions(u: np.ndarray) -> np.ndarray:
    """Return the granule regions of places of an orbit."""
    begin, _ = region_arc(np.array(REGIONS))
    return np.searchsorted(begin, u, side="right")


def _accuracies(known: np.ndarray, cycle: int) -> np.ndarray:
    """Return how good planned passes of a cycle are, in words."""
    when = (
        "20 s"
        if cycle <= LAST_KNOWN_CYCLE
        else f"time drifts by up to 35 s a cycle, {cycle - LAST_KNOWN_CYCLE} after the last known"
    )
    near, far = (f"planned: {where}, {when}" for where in ("100 m across", "may be pointed up to 13 km beside"))
    return np.where(known < _NEAR_PLAN_M, near, far).astype(object)


def pass_titles(table: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Return what planned passes are called where there is room for a name alone, and a sentence about each.

    Parameters
    ----------
    table : DataFrame
        With the columns of :data:`PASS_COLUMNS`.
    """
    names, sentences = [], []
    columns = ("place", "place_name", "pass_time", "distance_m", "beam", "rgt", "cycle", "direction", "accuracy")
    for place, name, moment, distance, beam, rgt, cycle, direction, accuracy in zip(*(table[one] for one in columns)):
        names.append(f"{name or f'place {place}'} {moment:%Y-%m-%d %H:%M} UTC")
        where = f"{beam} over the place" if distance == 0 else f"{beam} {distance / 1000:.2f} km off"
        sentences.append(f"{where} at {moment:%H:%M:%S} UTC, {direction}, RGT {rgt}, cycle {cycle}; {accuracy}.")
    return names, sentences
