"""The crossovers of a layer as they are measured: which of them, where, on which pass and which frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ..common import InputError, Progress, count
from ..crossings import Wanted
from ..geometry import LONLAT_CRS, reproject
from ..icesat2 import BEAMS, BOTH, LINES, parse_granule_names

_NEEDED = {"granule_id": "names the granule", "frame_id": "names the frame", "beam": "names the beam"}
#: Where the planned place is by so much off across the beam (m) if nobody says it.
USUAL_UNCERTAINTY_M = 60.0


@dataclass(frozen=True)
class Planned:
    """Crossovers to be measured.

    Attributes
    ----------
    table : GeoDataFrame
        As it was given, without those that the filters leave out.
    lon, lat : (n,) ndarray
        EPSG:4326 degrees; NaN without a place.
    rgt, region, cycle : (n,) ndarray of int
        0 where they are not known.
    angle_deg, uncertainty_m : (n,) ndarray
    """

    table: gpd.GeoDataFrame
    lon: np.ndarray
    lat: np.ndarray
    rgt: np.ndarray
    region: np.ndarray
    cycle: np.ndarray
    angle_deg: np.ndarray
    uncertainty_m: np.ndarray

    def __len__(self) -> int:
        return len(self.table)

    @property
    def south(self) -> np.ndarray:
        """Whether each lies in the southern hemisphere, ``(n,)`` bool."""
        return self.lat < 0

    def texts(self, name: str) -> np.ndarray:
        """Return a column as an array of texts, empty where there is none."""
        if name not in self.table.columns:
            return np.full(len(self), "", dtype=object)
        return self.table[name].astype(object).where(self.table[name].notna(), "").astype(str).to_numpy(dtype=object)


def read_crossovers(
    table: gpd.GeoDataFrame, wanted: Wanted | None = None, name: str = "CROSSOVERS", progress: Progress | None = None
) -> Planned:
    """Take the crossovers that are to be measured out of a layer.

    Parameters
    ----------
    table : GeoDataFrame
        As ``xopr:crossoverpoints`` or ``xopr:framesfromtrack`` writes it: points with ``frame_id``, ``granule_id`` and
        ``beam``; ``collection``, ``rgt``, ``region``, ``cycle``, ``direction``, ``angle_deg``, ``days_between``,
        ``uncertainty_m`` and ``https_url`` where they are there.
    wanted : Wanted, optional
        Which of them; without it all.
    name : str
        What the layer is called in messages.
    progress : Progress, optional
        Is told how many are left out, and why.

    Raises
    ------
    InputError
        If a column that is needed is missing, or what is filtered by is not there.
    """
    progress = progress or Progress()
    for column, use in _NEEDED.items():
        if column not in table.columns:
            raise InputError(
                f"{name} has no column '{column}', which {use}; give the layer Crossovers of 'Crossover points of "
                "beams and flight lines'."
            )
    table = table.reset_index(drop=True)
    points = reproject(table.geometry.to_numpy(), table.crs or LONLAT_CRS, LONLAT_CRS)
    lon, lat = shapely.get_x(points), shapely.get_y(points)
    named = parse_granule_names(table["granule_id"].astype(object).where(table["granule_id"].notna(), ""))
    numbers = {column: _whole(table, column, named[column]) for column in ("rgt", "cycle", "region")}
    planned = Planned(
        table,
        lon,
        lat,
        numbers["rgt"],
        numbers["region"],
        numbers["cycle"],
        _numbers(table, "angle_deg", 90.0),
        _numbers(table, "uncertainty_m", USUAL_UNCERTAINTY_M),
    )
    return planned if wanted is None else _filtered(planned, wanted, name, progress)


def _whole(table: pd.DataFrame, column: str, named: pd.Series) -> np.ndarray:
    values = named.reset_index(drop=True)
    if column in table.columns:
        values = values.fillna(pd.to_numeric(table[column], errors="coerce").round().astype("Int64"))
    return values.fillna(0).to_numpy(dtype=np.int64)


def _numbers(table: pd.DataFrame, column: str, otherwise: float) -> np.ndarray:
    if column not in table.columns:
        return np.full(len(table), otherwise)
    values = pd.to_numeric(table[column], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    return np.where(np.isfinite(values), values, otherwise)


def _filtered(planned: Planned, wanted: Wanted, name: str, progress: Progress) -> Planned:
    keep = np.ones(len(planned), dtype=bool)
    for what, fits in _filters(planned, wanted, name).items():
        left_out = keep & ~fits
        if left_out.any():
            progress.info(f"{count(int(left_out.sum()), 'crossover', 'crossovers')} left out: {what}.")
        keep &= fits
    if keep.all():
        return planned
    return Planned(
        planned.table[keep].reset_index(drop=True),
        *(
            getattr(planned, column)[keep]
            for column in ("lon", "lat", "rgt", "region", "cycle", "angle_deg", "uncertainty_m")
        ),
    )


def _filters(planned: Planned, wanted: Wanted, name: str) -> Mapping[str, np.ndarray]:
    """Return by what is said of those that are left out which crossovers fit."""
    beam = planned.texts("beam")
    # What has no beam stays, with the reason why it has no height, unless some beams are asked for.
    beams = set(wanted.beams) if set(wanted.beams) != set(BEAMS) else {*LINES, ""}
    filters = {"of another beam": np.isin(beam, list(beams))}
    for column, text in (("cycle", "cycles"), ("rgt", "rgts"), ("region", "regions")):
        numbers = getattr(wanted, text)
        if numbers is not None:
            filters[f"of another {column if column != 'rgt' else 'track'}"] = np.isin(getattr(planned, column), numbers)
    if wanted.min_angle > 0:
        filters[f"at less than {wanted.min_angle:g} degrees"] = planned.angle_deg >= wanted.min_angle
    if wanted.max_days is not None:
        if "days_between" not in planned.table.columns:
            raise InputError(f"{name} has no column 'days_between', which MAX_DAYS needs; leave MAX_DAYS empty.")
        days = np.abs(_numbers(planned.table, "days_between", np.inf))
        filters[f"more than {wanted.max_days:g} days from the flight, or of an unknown day"] = days <= wanted.max_days
    if wanted.direction != BOTH:
        filters[f"not on {wanted.direction} passes"] = planned.texts("direction") == wanted.direction
    return filters
