"""Segments of beams: the measured heights, and what the file says of each."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from ..geometry import Columns
from .fields import FIELDS

#: What `delta_time` counts from (UTC); there was no leap second since.
EPOCH = np.datetime64("2018-01-01T00:00:00", "ns")

#: Fill values are the greatest float32; no measured value comes near this.
_FILL_ABOVE = 1e30


@dataclass(frozen=True)
class IceSegments(Columns):
    """Segments of one beam, 40 m long and 20 m apart, in the order of flight; what a file does not say is NaN.

    Attributes
    ----------
    window : (n,) ndarray of int
        Near which of the lines that were asked for; a segment near several of them comes several times.
    lon, lat : (n,) ndarray
        EPSG:4326 degrees.
    h_li, h_li_sigma : (n,) ndarray
        Height above the WGS 84 ellipsoid (ITRF), in metres, and its error.
    time : (n,) ndarray of datetime64[ns]
        UTC.
    quality : (n,) ndarray of int
        ``atl06_quality_summary``: 0 is the best.
    segment_id : (n,) ndarray of int
        Number of the segment along the orbit.
    x_atc, y_atc : (n,) ndarray
        Metres along the reference ground track from its equator crossing, and to its left.
    seg_azimuth : (n,) ndarray
        Degrees.
    dh_fit_dx, dh_fit_dy : (n,) ndarray
        Slope along the beam and across it.
    h_robust_sprd, snr_significance, n_fit_photons : (n,) ndarray
        Spread of the photons about the fit in metres, how likely noise alone looks so, and how many they are.
    """

    window: np.ndarray
    lon: np.ndarray
    lat: np.ndarray
    h_li: np.ndarray
    h_li_sigma: np.ndarray
    time: np.ndarray
    quality: np.ndarray
    segment_id: np.ndarray
    x_atc: np.ndarray
    y_atc: np.ndarray
    seg_azimuth: np.ndarray
    dh_fit_dx: np.ndarray
    dh_fit_dy: np.ndarray
    h_robust_sprd: np.ndarray
    snr_significance: np.ndarray
    n_fit_photons: np.ndarray

    @classmethod
    def of(cls, columns: dict[str, np.ndarray]) -> IceSegments:
        """Make segments of columns as a file has them, with ``window``; of a column that is not given all is NaN."""
        n = len(columns["window"])
        made = {"window": np.asarray(columns["window"], dtype=np.int64)}
        for name in FIELDS:
            made[name] = _column(name, columns[name]) if name in columns else np.full(n, np.nan)
        return cls(**made)

    @property
    def has_height(self) -> np.ndarray:
        """Which have a height, ``(n,)`` bool."""
        return np.isfinite(self.h_li)

    @classmethod
    def none(cls) -> IceSegments:
        """Return no segments."""
        return cls.of({field.name: np.zeros(0) for field in fields(cls)})


def _column(name: str, values: np.ndarray) -> np.ndarray:
    """Return a column as it is used: fill values as NaN, seconds as time."""
    if FIELDS[name].kind == "int":
        return values.astype(np.int64)
    is_fill = values == np.iinfo(values.dtype).max if values.dtype.kind in "iu" else values > _FILL_ABOVE
    numbers = np.where(is_fill, np.nan, values.astype(np.float64))
    if name != "time":
        return numbers
    missing = ~np.isfinite(numbers)
    times = EPOCH + np.round(np.where(missing, 0.0, numbers) * 1e9).astype("timedelta64[ns]")
    times[missing] = np.datetime64("NaT", "ns")
    return times
