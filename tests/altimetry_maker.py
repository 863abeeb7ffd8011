"""Made-up ATL06 granules with the structure of real ones, of a surface that is known exactly; written by h5py.

::

    granule = Granule(rgt=320, cycle=22, region=11, start_m=0.0, length_m=40_000.0)
    path = granule.write(folder, surface=lambda lon, lat: 1000.0 + 50.0 * np.sin(np.radians(lat * 40)))

The segments lie on NASA's reference track and the real offsets of the beams, 20 m apart, from ``start_m`` along the
region on; ``length_m=None`` goes to the region's end, which is a full-size granule of 150,000 segments a beam.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

import h5py
import numpy as np
import pyproj

from xopr_crossovers.core.geometry import lon_lat
from xopr_crossovers.core.icesat2 import BEAMS, BESIDE_M, beam_spread, region_arc, rgt_time
from xopr_crossovers.core.icesat2.orbit import track_vectors

FILL = np.float32(3.4028235e38)
EPOCH = np.datetime64("2018-01-01T00:00:00", "ns")
#: Chunk rows, and how the file's space is laid out; of the fine one small files have many chunks.
LAYOUTS = {
    "original": (10_000, {}),
    "paged": (100_000, {"fs_strategy": "page", "fs_page_size": 1 << 22}),
    "fine": (250, {}),
}

#: A real segment's number times 20 is up to 18 km off its distance along the track.
_METRES_A_NUMBER = 20.0127
# What real granules have beside that: (group, how many float32 and float64), in a full-size file.
_EXTRAS = {"": (1, 0), "bias_correction": (8, 0), "dem": (4, 0), "geophysical": (18, 2), "fit_statistics": (8, 0)}

Surface = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass
class Truth:
    """What was written of one beam.

    Attributes
    ----------
    columns : dict of str to ndarray
        By the path below ``land_ice_segments``, fill values as they are in the file.
    surface : (n,) ndarray
        The exact height, also where the file has none.
    """

    columns: dict[str, np.ndarray]
    surface: np.ndarray

    @property
    def has_height(self):
        return self.columns["h_li"] < 1e30


@dataclass
class Granule:
    """A granule to be written.

    Parameters
    ----------
    rgt, cycle, region, release, revision
        Of its name and track.
    start_m : float
        Where it begins, in metres along the track after its region does.
    length_m : float or None
        How long it is; None for the rest of the region.
    beams : tuple of str
        Those that there are.
    all_fill : tuple of str
        Beams in which no segment has a height.
    clouds, gaps, poor : float
        Share of the segments without a height, that are missing, and whose quality is 1 (their heights are 25 m off).
    noise_m : float
        Of the good heights (standard deviation).
    orientation : int
        ``sc_orient``: 0 left beams strong, 1 right beams strong, 2 in between.
    says_type : bool
        Whether beams have the attribute ``atlas_beam_type``.
    leaves_out : tuple of str
        Fields that are not written, by their path below ``land_ice_segments``.
    left_m : float
        How far the pass lies left of its track.
    x_off_m : float
        How far its ``x_atc`` is off what it should be.
    layout : {'original', 'paged', 'fine'}
    whole : bool
        Whether to write the many other fields of a real granule too.
    seed : int
    """

    rgt: int = 320
    cycle: int = 22
    region: int = 11
    release: int = 7
    revision: int = 1
    start_m: float = 0.0
    length_m: float | None = 20_000.0
    beams: tuple[str, ...] = BEAMS
    all_fill: tuple[str, ...] = ()
    clouds: float = 0.0
    gaps: float = 0.0
    poor: float = 0.0
    noise_m: float = 0.0
    orientation: int = 0
    says_type: bool = True
    leaves_out: tuple[str, ...] = ()
    left_m: float = 0.0
    x_off_m: float = 0.0
    layout: str = "original"
    whole: bool = False
    seed: int = 1
    truth: dict[str, Truth] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def name(self):
        """The granule's name, with ``.h5``."""
        start = rgt_time(self.rgt, self.cycle, region_arc(self.region)[0]).astype("datetime64[s]").item()
        return (
            f"ATL06_{start:%Y%m%d%H%M%S}_{self.rgt:04d}{self.cycle:02d}{self.region:02d}_"
            f"{self.release:03d}_{self.revision:02d}.h5"
        )

    @property
    def begin_m(self):
        """Where it begins, in metres along the track from the equator: the ``x_atc`` of its first segments."""
        return float(np.interp(region_arc(self.region)[0], *_lengths(self.rgt))) + self.start_m

    def places(self, beam, metres):
        """Return longitude and latitude of a beam, so many metres along the track."""
        u = np.interp(metres, *_lengths(self.rgt)[::-1])
        centre, left = track_vectors(self.rgt, u)
        beside = BESIDE_M[beam] * beam_spread(centre[:, 2]) + self.left_m
        lon, lat = lon_lat(centre)
        azimuth_lon, azimuth_lat = lon_lat(centre + 1e-6 * left)
        azimuth = _GEOD.inv(lon, lat, azimuth_lon, azimuth_lat)[0]
        return _GEOD.fwd(lon, lat, azimuth, beside)[:2]

    def write(self, folder, surface: Surface, name=None):
        """Write the granule, and return its path; what was written is in ``truth``."""
        path = Path(folder) / (name or self.name)
        chunk, space = LAYOUTS[self.layout]
        generator = np.random.default_rng(self.seed)
        begin, last = self.begin_m, np.interp(region_arc(self.region)[1], *_lengths(self.rgt))
        end = last if self.length_m is None else begin + self.length_m
        with h5py.File(path, "w", **space) as file:
            self._write_orbit(file)
            for beam in self.beams:
                metres = np.arange(begin, end, _METRES_A_NUMBER)
                metres = metres[~_stretches(len(metres), self.gaps, generator)]
                self.truth[beam] = self._beam(beam, metres, surface, generator)
                group = file.create_group(beam)
                if self.says_type and self.orientation in (0, 1):
                    strong = beam.endswith("lr"[self.orientation])
                    group.attrs["atlas_beam_type"] = np.bytes_("strong" if strong else "weak")
                _write_fields(group.create_group("land_ice_segments"), self.truth[beam].columns, chunk, self.leaves_out)
                if self.whole:
                    _write_extras(group["land_ice_segments"], len(metres), chunk, generator)
        return path

    def _write_orbit(self, file):
        for name, value, kind in (
            ("rgt", self.rgt, "i2"),
            ("cycle_number", self.cycle, "i1"),
            ("sc_orient", self.orientation, "i1"),
        ):
            file[f"orbit_info/{name}"] = np.array([value], dtype=kind)

    def _beam(self, beam, metres, surface, generator):
        n = len(metres)
        lon, lat = self.places(beam, metres)
        height = np.asarray(surface(lon, lat), dtype=float)
        u = np.interp(metres, *_lengths(self.rgt)[::-1])
        # The calendar counts whole milliseconds, in which the satellite goes 7 m.
        times = (rgt_time(self.rgt, self.cycle, u) - EPOCH) / np.timedelta64(1, "s")
        poor = generator.random(n) < self.poor
        cloudy = np.ones(n, bool) if beam in self.all_fill else _stretches(n, self.clouds, generator)
        measured = height + self.noise_m * generator.standard_normal(n) + np.where(poor, 25.0, 0.0)
        slope = np.gradient(height, metres) if n > 1 else np.zeros(n)
        centre, _ = track_vectors(self.rgt, u)

        def filled(values):
            return np.where(cloudy, FILL, values).astype("f4")

        columns = {
            "latitude": lat,
            "longitude": lon,
            "delta_time": times,
            "h_li": filled(measured),
            "h_li_sigma": filled(0.02 + 0.01 * generator.random(n)),
            "atl06_quality_summary": (poor | cloudy).astype("i1"),
            "segment_id": np.round(metres / _METRES_A_NUMBER).astype("i4"),
            "ground_track/x_atc": metres + self.x_off_m,
            "ground_track/y_atc": filled(BESIDE_M[beam] * beam_spread(centre[:, 2]) + self.left_m),
            "ground_track/seg_azimuth": filled(np.full(n, -12.5)),
            "fit_statistics/dh_fit_dx": filled(slope),
            "fit_statistics/dh_fit_dy": filled(np.zeros(n)),
            "fit_statistics/h_robust_sprd": filled(0.1 + 0.05 * generator.random(n)),
            "fit_statistics/snr_significance": filled(1e-3 * generator.random(n)),
            "fit_statistics/n_fit_photons": np.where(cloudy, np.iinfo("i4").max, generator.integers(40, 400, n)).astype(
                "i4"
            ),
        }
        return Truth(columns, height)


_GEOD = pyproj.Geod(ellps="WGS84")


@lru_cache(maxsize=32)
def _lengths(rgt):
    """Arguments of latitude, and the track's length to there."""
    degrees = np.linspace(0.0, 360.0, 14_401)
    lon, lat = lon_lat(track_vectors(rgt, degrees)[0])
    return degrees, np.concatenate([[0.0], np.cumsum(_GEOD.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])[2])])


def _stretches(n, share, generator, length=90):
    """Mark a share of a beam, in stretches of 2 km or so."""
    marks = np.zeros(n, dtype=bool)
    length = min(length, max(n // 8, 1))
    for start in generator.integers(0, max(n, 1), round(share * n / length)):
        marks[start : start + length] = True
    return marks


def _write_fields(group, columns, chunk, leaves_out=()):
    for path, values in columns.items():
        if path not in leaves_out:
            data = group.create_dataset(path, data=values, chunks=(chunk,), maxshape=(None,), compression="gzip")
            data.attrs["_FillValue"] = FILL if values.dtype.kind == "f" else np.iinfo(values.dtype).max
            data.attrs["units"] = np.bytes_("see the ATL06 data dictionary")


def _write_extras(group, n, chunk, generator):
    for name, (singles, doubles) in _EXTRAS.items():
        for number in range(singles + doubles):
            kind = "f4" if number < singles else "f8"
            _write_fields(
                group, {f"{name}/other_{number}".lstrip("/"): generator.standard_normal(n).astype(kind)}, chunk
            )
