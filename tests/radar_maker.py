"""Radar files of a known surface and bed, made by h5py and scipy as MATLAB and the OPR toolbox make them.

A flight is told by where it went and how high; the files by functions that give the heights of surface and bed at
longitudes and latitudes. Nothing of the plugin is used, so that what is read back proves something.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pyproj
import scipy.io

C = 299_792_458.0
ICE = 3.15
_HEADER = "MATLAB 7.3 MAT-file, Platform: GLNXA64, Created on: Sat Oct 10 08:46:43 2020 HDF5 schema 1.00 ."

Surface = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass
class Flight:
    """Where a radar flew, trace by trace.

    Attributes
    ----------
    lon, lat, elevation : (n,) ndarray
        Degrees and metres above the ellipsoid.
    gps_time : (n,) ndarray
        Seconds since 1970 that count leap seconds as the GPS does.
    """

    lon: np.ndarray
    lat: np.ndarray
    elevation: np.ndarray
    gps_time: np.ndarray

    @classmethod
    def straight(cls, start, azimuth, length_m, spacing_m=15.0, elevation=1000.0, gps_time=1.6e9, speed=120.0):
        """Return a flight along the geodesic from (lon, lat), with the distances of its traces as ``.distance``."""
        distance = np.arange(0.0, length_m + spacing_m / 2, spacing_m)
        n = len(distance)
        lon, lat, _ = pyproj.Geod(ellps="WGS84").fwd(
            np.full(n, start[0]), np.full(n, start[1]), np.full(n, azimuth), distance
        )
        flight = cls(np.asarray(lon), np.asarray(lat), np.full(n, float(elevation)), gps_time + distance / speed)
        flight.distance = distance
        return flight

    @classmethod
    def along(cls, lon, lat, spacing_m=15.0, elevation=1000.0, gps_time=1.6e9, speed=120.0):
        """Return a flight along the geodesics from vertex to vertex of a line, such as a frame's."""
        geod = pyproj.Geod(ellps="WGS84")
        azimuth, _, step = (np.asarray(v) for v in geod.inv(lon[:-1], lat[:-1], lon[1:], lat[1:]))
        begins = np.concatenate([[0.0], np.cumsum(step)])
        distance = np.arange(0.0, begins[-1], spacing_m)
        leg = np.clip(np.searchsorted(begins, distance, side="right") - 1, 0, len(step) - 1)
        x, y, _ = geod.fwd(np.asarray(lon)[leg], np.asarray(lat)[leg], azimuth[leg], distance - begins[leg])
        flight = cls(
            np.asarray(x), np.asarray(y), np.full(len(distance), float(elevation)), gps_time + distance / speed
        )
        flight.distance = distance
        return flight

    def times(self, surface: Surface, bed: Surface | None = None, ice=ICE):
        """Return the two-way travel times (s) to a surface and a bed, the latter NaN without one."""
        top = np.asarray(surface(self.lon, self.lat), dtype=float)
        twtt = (self.elevation - top) * 2 / C
        if bed is None:
            return twtt, np.full(len(twtt), np.nan)
        return twtt, twtt + (top - np.asarray(bed(self.lon, self.lat), dtype=float)) * 2 * np.sqrt(ice) / C


@dataclass
class Layers:
    """What is picked on a flight, a row a layer.

    Attributes
    ----------
    twtt : (layers, n) ndarray
    quality, kind : (layers, n) ndarray of int
    number : sequence of int
    name : sequence of str
    """

    twtt: np.ndarray
    quality: np.ndarray
    kind: np.ndarray
    number: tuple = (1, 2)
    name: tuple = ("surface", "bottom")

    @classmethod
    def of(cls, flight, surface, bed=None, quality=(1, 2), kind=(2, 1), unpicked=()):
        """Return the picks of a known surface and bed; `unpicked` are traces (or slices) that hold none at all."""
        twtt = np.stack(flight.times(surface, bed))
        for some in unpicked:
            twtt[:, some] = np.nan
        full = [np.repeat(np.asarray(values)[:, None], twtt.shape[1], axis=1) for values in (quality, kind)]
        return cls(twtt, *full)


def write_layer_file(path: Path, flight: Flight, layers: Layers, **changes: Any) -> Path:
    """Write a layer file as the OPR toolbox has since 2020; `changes` replace or (None) remove variables."""
    variables = {
        "elev": _row(flight.elevation),
        "file_type": "layer",
        "file_version": "1",
        "gps_time": _row(flight.gps_time),
        "id": np.array([layers.number], dtype=float).T,
        "lat": _row(flight.lat),
        "lon": _row(flight.lon),
        "param": {"day_seg": path.stem[5:16], "season_name": "2020_Test_Synthetic", "sw_version": {"URL": ""}},
        "quality": layers.quality.astype(np.uint8),
        "twtt": np.asarray(layers.twtt, dtype=float),
        "type": layers.kind.astype(np.uint8),
    }
    return write_v73(path, _changed(variables, changes), chunked=("lat", "lon", "elev", "gps_time", "twtt"))


def write_organiser(path: Path, names: Mapping[int, str], **changes: Any) -> Path:
    """Write the organiser of a segment, with the names of layers behind references."""
    numbers = np.array([list(names)], dtype=float).T
    variables = {
        "file_type": "layer_organizer",
        "file_version": "1",
        "lyr_age": np.full((len(names), 1), np.nan),
        "lyr_desc": [""] * len(names),
        "lyr_group_name": ["standard"] * len(names),
        "lyr_id": numbers,
        "lyr_name": list(names.values()),
        "lyr_order": numbers,
        "param": {"day_seg": path.stem[6:17]},
    }
    return write_v73(path, _changed(variables, changes))


def write_old_layer_file(path: Path, flight: Flight, layers: Layers, version="5", named=False, **changes) -> Path:
    """Write a layer file of the format before 2020, as MATLAB v5 or v7.3."""
    data = []
    for row, name in enumerate(layers.name):
        manual = np.where(layers.kind[row] == 1, layers.twtt[row], np.nan)
        layer = {
            "value": [{"data": _row(manual)}, {"data": _row(layers.twtt[row])}],
            "quality": _row(layers.quality[row].astype(float)),
        }
        data.append({**layer, "name": name} if named else layer)
    variables = {
        "GPS_time": _row(flight.gps_time),
        "Latitude": _row(flight.lat),
        "Longitude": _row(flight.lon),
        "Elevation": _row(flight.elevation),
        "layerData": data,
    }
    return write_mat(path, _changed(variables, changes), version)


@dataclass
class Echogram:
    """A picture of a surface and a bed in linear power: bright where they are, dark elsewhere.

    Attributes
    ----------
    dt : float
        Seconds from one sample to the next.
    t0 : float
        Time of the first.
    n_samples : int
    """

    n_samples: int = 600
    dt: float = 1.0e-7
    t0: float = 0.0
    floor: float = 1e-9
    peak: float = 1.0
    extra: dict = field(default_factory=dict)

    def write(self, path: Path, flight: Flight, surface, bed=None, version="7.3", dtype=np.float32, **changes) -> Path:
        """Write it as an echogram file (CSARP_standard, CSARP_qlook)."""
        time = self.t0 + np.arange(self.n_samples) * self.dt
        twtt = flight.times(surface, bed)
        data = np.full((self.n_samples, len(flight.lon)), self.floor)
        for pick in twtt:
            row = np.rint((pick - self.t0) / self.dt)
            seen = np.isfinite(row) & (row >= 0) & (row < self.n_samples)
            data[row[seen].astype(int), np.flatnonzero(seen)] = self.peak
        variables = {
            "Data": data.astype(dtype),
            "Time": time[:, None],
            "GPS_time": _row(flight.gps_time),
            "Latitude": _row(flight.lat),
            "Longitude": _row(flight.lon),
            "Elevation": _row(flight.elevation),
            "Surface": _row(twtt[0]),
            "Bottom": _row(twtt[1]),
        }
        return write_mat(path, _changed(variables, changes), version, chunked=("Data",))


def write_mat(path: Path, variables: Mapping[str, Any], version: str, chunked: tuple = ()) -> Path:
    """Write variables as MATLAB v5 or v7.3; dicts are structures, lists are cell arrays."""
    if version == "7.3":
        return write_v73(path, variables, chunked)
    path.parent.mkdir(parents=True, exist_ok=True)
    scipy.io.savemat(path, {name: _for_scipy(value) for name, value in variables.items()}, do_compression=True)
    return path


def write_v73(path: Path, variables: Mapping[str, Any], chunked: tuple = ()) -> Path:
    """Write variables as MATLAB v7.3 does: a userblock of 512 bytes, arrays transposed, cells behind references."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w", userblock_size=512, libver=("earliest", "v108")) as file:
        for name, value in variables.items():
            _put(file, file, name, value, name in chunked)
    with path.open("r+b") as stream:
        stream.write(_HEADER.ljust(116).encode() + bytes(8) + b"\x00\x02IM")
    return path


def _put(file, group, name, value, chunked=False):
    if isinstance(value, Mapping):
        made = group.create_group(name)
        made.attrs["MATLAB_class"] = np.bytes_("struct")
        for key, inner in value.items():
            _put(file, made, key, inner)
    elif isinstance(value, list):
        refs = file.require_group("#refs#")
        cells = np.empty((len(value), 1), dtype=h5py.ref_dtype)
        for row, inner in enumerate(value):
            inside = f"r{len(refs)}"
            _put(file, refs, inside, inner)
            cells[row, 0] = refs[inside].ref
        layout = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        if name.startswith("lyr_"):  # as in the organisers that there are
            layout.set_layout(h5py.h5d.COMPACT)
        made = h5py.Dataset(
            h5py.h5d.create(group.id, name.encode(), h5py.h5t.STD_REF_OBJ, h5py.h5s.create_simple(cells.shape), layout)
        )
        made[...] = cells
        made.attrs["MATLAB_class"] = np.bytes_("cell")
    elif isinstance(value, str):
        codes = np.array([[ord(sign)] for sign in value], dtype=np.uint16)
        made = group.create_dataset(name, data=codes if value else np.zeros(2, dtype=np.uint64))
        made.attrs["MATLAB_class"] = np.bytes_("char")
        made.attrs["MATLAB_int_decode" if value else "MATLAB_empty"] = np.int32(2) if value else np.uint8(1)
    else:
        _put_array(group, name, np.asarray(value), chunked)


def _put_array(group, name, value, chunked):
    empty = value.size == 0
    data = np.array(value.shape, dtype=np.uint64) if empty else value.T
    options = {"chunks": _chunks(data.shape), "compression": "gzip", "compression_opts": 3} if chunked else {}
    made = group.create_dataset(name, data=data, **({} if empty else options))
    names = {"float64": "double", "float32": "single"}
    made.attrs["MATLAB_class"] = np.bytes_(names.get(str(value.dtype), str(value.dtype)))
    if empty:
        made.attrs["MATLAB_empty"] = np.uint8(1)


def _chunks(shape):
    return tuple(min(size, most) for size, most in zip(shape, (4096, 64)))


def _for_scipy(value):
    if isinstance(value, Mapping):
        return {key: _for_scipy(inner) for key, inner in value.items()}
    if isinstance(value, list):
        cells = np.empty((1, len(value)), dtype=object)
        for column, inner in enumerate(value):
            cells[0, column] = _for_scipy(inner)
        return cells
    return value


def _row(values):
    return np.asarray(values, dtype=float)[None, :]


def _changed(variables, changes):
    return {name: value for name, value in {**variables, **changes}.items() if value is not None}
