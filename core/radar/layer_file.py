"""Layer files of Open Polar Radar in both formats: the traces of a frame, and the layers picked on them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..common import InputError, count
from .fields import missing_field, numbers_of, row_of, table_of
from .kinds import ECHOGRAM, LAYERS, ORGANISER, OTHER, kind_of
from .leap_seconds import gps_to_utc
from .mat_file import Node, opened
from .organiser import DEFAULT_NAMES
from .picks import NO_PICK, Layer, RadarPicks
from .possible_picks import possible_picks

_FRAME = re.compile(r"Data_\d{8}_\d{2}_\d{3}")
_SURFACE = ("surface",)
_BED = ("bottom", "bed")
_MANUAL, _AUTOMATIC = 1, 2
_OTHERS = {
    ORGANISER: "the organiser of a segment and no layer file",
    ECHOGRAM: "an echogram file and no layer file",
    OTHER: "no layer file, as it holds neither 'twtt' nor 'layerData'",
}


@dataclass(frozen=True)
class _Traces:
    """The columns of a file that has one value a trace, and its layers by name."""

    lon: np.ndarray
    lat: np.ndarray
    elevation: np.ndarray
    gps_time: np.ndarray
    layers: Mapping[str, Layer]


def frame_of_file(text: str) -> str:
    """Return the frame that the name of a file tells, ``Data_YYYYMMDD_SS_FFF``; empty if it tells none."""
    found = _FRAME.findall(text)
    return found[-1] if found else ""


def read_layer_file(
    path: Path, names: Mapping[int, str] = DEFAULT_NAMES, name: str = "", frame_id: str = ""
) -> RadarPicks:
    """Read the surface and the bed that were picked on a frame's echogram.

    Parameters
    ----------
    path : Path
        A layer file of the format since 2020 (``twtt``, ``id``) or of the one before (``layerData``).
    names : mapping of int to str
        What the layers are, by number: of the segment's organiser. Files of the old format may bring their own.
    name : str
        What the file is called in messages; its path without one.
    frame_id : str
        The frame; that of the file's name without one.

    Returns
    -------
    RadarPicks
        Traces without a position are left out, and picks that cannot be; `RadarPicks.without_position` and
        `RadarPicks.impossible` say how many.

    Raises
    ------
    InputError
        If it is no layer file, or a field is missing or of another shape than the others.
    """
    name = name or str(path)
    with opened(path, name) as file:
        if (kind := kind_of(file)) != LAYERS:
            raise InputError(f"{name} is {_OTHERS[kind]}: give the frame's file of CSARP_layer.")
        is_old = "layerData" in file.names()
        traces = _old_format(file, names, name) if is_old else _new_format(file, names, name)
    return _picks(traces, name, frame_id or frame_of_file(Path(path).name))


def _new_format(file: Node, names: Mapping[int, str], name: str) -> _Traces:
    lat = row_of(file, "lat", None, name)
    lon, elevation, gps_time = (row_of(file, field, len(lat), name) for field in ("lon", "elev", "gps_time"))
    numbers = numbers_of(file, "id", name).ravel()
    twtt = table_of(file, "twtt", len(numbers), len(lat), name)
    quality = table_of(file, "quality", len(numbers), len(lat), name)
    kind = table_of(file, "type", len(numbers), len(lat), name)
    layers: dict[str, Layer] = {}
    for row, number in enumerate(numbers):
        layers.setdefault(names.get(int(number), ""), Layer.of(twtt[row], quality[row], kind[row]))
    return _Traces(lon, lat, elevation, gps_time, layers)


def _old_format(file: Node, names: Mapping[int, str], name: str) -> _Traces:
    lat = row_of(file, "Latitude", None, name)
    lon, elevation, gps_time = (row_of(file, field, len(lat), name) for field in ("Longitude", "Elevation", "GPS_time"))
    data = file.child("layerData")
    layers: dict[str, Layer] = {}
    for number, layer in enumerate(data.cells() if data else [], 1):
        own = layer.child("name")
        layer_name = (own.text().lower() if own else "") or names.get(number, "")
        if layer_name in (*_SURFACE, *_BED) and layer_name not in layers:
            layers[layer_name] = _old_layer(layer, f"layerData{{{number}}}", len(lat), name)
    return _Traces(lon, lat, elevation, gps_time, layers)


def _old_layer(layer: Node, field: str, n: int, name: str) -> Layer:
    value = layer.child("value")
    ways = value.cells() if value else []
    if len(ways) < _AUTOMATIC:
        raise missing_field(f"{field}.value{{{len(ways) + 1}}}", name)
    manual, automatic = (
        row_of(way, "data", n, name, f"{field}.value{{{number}}}.") for number, way in enumerate(ways[:2], 1)
    )
    quality = row_of(layer, "quality", n, name, f"{field}.") if layer.child("quality") else np.full(n, NO_PICK)
    twtt = np.where(np.isfinite(automatic), automatic, manual)
    return Layer.of(twtt, quality, np.where(np.isfinite(manual), _MANUAL, _AUTOMATIC))


def _picks(traces: _Traces, name: str, frame_id: str) -> RadarPicks:
    placed = np.isfinite(traces.lon) & np.isfinite(traces.lat)
    placed[placed] &= (np.abs(traces.lat[placed]) <= 90.0) & (np.abs(traces.lon[placed]) <= 360.0)
    if placed.sum() < 2:
        few = count(int(placed.sum()), "trace", "traces")
        raise InputError(
            f"{name} holds {few} with a place on the Earth in its fields of latitude and longitude, and a "
            "track needs two: fetch it anew, or leave it out."
        )
    empty = Layer.of(np.full(len(placed), np.nan), np.zeros(len(placed)), np.zeros(len(placed)))
    surface, bed = (
        next((traces.layers[word] for word in words if word in traces.layers), empty) for words in (_SURFACE, _BED)
    )
    picks = RadarPicks(
        frame_id=frame_id,
        source=name,
        lon=traces.lon[placed],
        lat=traces.lat[placed],
        elevation=traces.elevation[placed],
        time=gps_to_utc(traces.gps_time[placed]),
        surface_pick=surface.where(placed),
        bed_pick=bed.where(placed),
        without_position=int((~placed).sum()),
    )
    return possible_picks(picks)
