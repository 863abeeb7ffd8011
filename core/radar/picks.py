"""What was picked on a frame's echogram: the ice surface and the bed, as heights at the traces of the flown track."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .track import FlownTrack

#: Speed of light in vacuum (m/s; by definition), taken for air too.
LIGHT_M_S = 299_792_458.0
#: Relative permittivity of ice, as the OPR toolbox and its users take it: sqrt(3.15) is the index of refraction.
ICE_PERMITTIVITY = 3.15
#: Quality and type where there is no pick, or where nobody says.
NO_PICK = 0


@dataclass(frozen=True)
class Layer:
    """One picked layer, a value a trace.

    Attributes
    ----------
    twtt : (n,) ndarray of float
        Two-way travel time from the aircraft in seconds; NaN where nothing is picked.
    quality, kind : (n,) ndarray of uint8
        See `PICK_QUALITIES` and `PICK_TYPES`; 0 where nothing is picked.
    """

    twtt: np.ndarray
    quality: np.ndarray
    kind: np.ndarray

    @classmethod
    def of(cls, twtt: np.ndarray, quality: np.ndarray, kind: np.ndarray) -> Layer:
        """Return a layer of what a file holds: quality and type only where something is picked.

        Parameters
        ----------
        twtt, quality, kind : (n,) ndarray
        """
        picked = np.isfinite(twtt)
        return cls(np.where(picked, twtt, np.nan), *(_small(values, picked) for values in (quality, kind)))

    def where(self, mask: np.ndarray) -> Layer:
        """Return the traces that a mask keeps."""
        return Layer(self.twtt[mask], self.quality[mask], self.kind[mask])


def _small(values: np.ndarray, picked: np.ndarray) -> np.ndarray:
    known = picked & np.isfinite(values) & (values >= 0) & (values <= np.iinfo(np.uint8).max)
    return np.where(known, values, NO_PICK).astype(np.uint8)


@dataclass(frozen=True)
class RadarPicks:
    """The traces of a frame in the order of flight, with the surface and the bed that were picked.

    Attributes
    ----------
    frame_id : str
        ``Data_YYYYMMDD_SS_FFF``; empty where neither the catalog nor the file's name tells it.
    source : str
        The file or address that it was read from.
    lon, lat : (n,) ndarray
        Degrees, WGS 84.
    elevation : (n,) ndarray
        Of the radar, metres above the ellipsoid WGS 84.
    time : (n,) ndarray of datetime64[us]
        UTC; NaT where the file does not say.
    surface_pick, bed_pick : Layer
    without_position : int
        How many traces the file holds beside these, which have no place on the Earth.
    impossible : int
        How many picks it holds beside these, of surface and bed, which cannot be.
    """

    frame_id: str
    source: str
    lon: np.ndarray
    lat: np.ndarray
    elevation: np.ndarray
    time: np.ndarray
    surface_pick: Layer
    bed_pick: Layer
    without_position: int = 0
    impossible: int = 0

    def __len__(self) -> int:
        return len(self.lon)

    @cached_property
    def track(self) -> FlownTrack:
        """The flown track, vertex by vertex the traces."""
        return FlownTrack(self.lon, self.lat)

    @property
    def distance(self) -> np.ndarray:
        """Metres along the flown track on the ellipsoid, ``(n,)``; 0 at the first trace."""
        return self.track.distance

    @cached_property
    def surface(self) -> np.ndarray:
        """Height of the picked surface, metres above the ellipsoid WGS 84, ``(n,)``; NaN where nothing is picked."""
        return self.elevation - self.surface_pick.twtt * (LIGHT_M_S / 2.0)

    @cached_property
    def bed(self) -> np.ndarray:
        """Height of the picked bed, metres above the ellipsoid WGS 84, ``(n,)``; NaN without a pick of either.

        Below the picked surface everything is taken for ice: no correction for firn.
        """
        in_ice = self.bed_pick.twtt - self.surface_pick.twtt
        return self.surface - in_ice * (LIGHT_M_S / 2.0 / np.sqrt(ICE_PERMITTIVITY))
