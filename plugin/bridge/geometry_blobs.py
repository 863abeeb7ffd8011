"""Geometries as a GeoPackage holds them: a header, and WKB; see https://www.geopackage.org/spec131/#gpb_format."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

_POINT = 0
_HEADER = [("magic", "S2"), ("version", "u1"), ("flags", "u1"), ("srs", "<i4")]
_POINT_DTYPE = np.dtype([*_HEADER, ("order", "u1"), ("kind", "<u4"), ("x", "<f8"), ("y", "<f8")])
_HEADER_BYTES = 8
_LITTLE_ENDIAN, _WITH_XY, _WITH_XYZ, _EMPTY, _EXTENDED = 1, 2, 4, 16, 32
# Bytes of the envelope by the number in the flags; more than four are not defined.
_ENVELOPE_BYTES = np.array([0, 32, 48, 48, 64, -1, -1, -1])
_WKB_HEAD_BYTES = 5
# Points, lines, polygons, and several of them; with heights or without.
_PLAIN_KINDS = {kind + with_z for kind in range(1, 7) for with_z in (0, 1000)}


class OddGeometryError(ValueError):
    """What a GeoPackage holds is none of its geometries, or one that GEOS does not know."""


def encode(geometries: np.ndarray, srs: int, boxes: np.ndarray) -> list[bytes | None]:
    """Return geometries for a GeoPackage as GDAL writes them: all but points with their envelope.

    Parameters
    ----------
    geometries : (n,) ndarray of geometries
        None where there is none.
    srs : int
        Of the layer, in this GeoPackage.
    boxes : (n, 4) ndarray of float
        Their bounds.
    """
    points = shapely.get_type_id(geometries) == _POINT
    empty = shapely.is_empty(geometries)
    has_z = shapely.has_z(geometries)
    if (points & ~empty & ~has_z).all():
        return _encode_points(geometries, srs)
    spatial = has_z & ~points & ~empty
    heads = np.zeros(len(geometries), dtype=[*_HEADER, ("envelope", "<f8", 6 if spatial.any() else 4)])
    heads["magic"], heads["srs"] = b"GP", srs
    with_envelope = ~points & ~empty
    kind = np.where(spatial, _WITH_XYZ, _WITH_XY)
    heads["flags"] = _LITTLE_ENDIAN | np.where(with_envelope, kind, 0) | np.where(empty, _EMPTY, 0)
    heads["envelope"][:, :4] = boxes[:, [0, 2, 1, 3]]
    if spatial.any():
        heads["envelope"][spatial, 4:] = _heights(geometries[spatial])
    data, size = heads.tobytes(), heads.dtype.itemsize
    starts = np.arange(len(heads)) * size
    ends = starts + _HEADER_BYTES + np.where(with_envelope, np.where(spatial, 48, 32), 0)
    wkb = shapely.to_wkb(geometries, byte_order=1, flavor="iso")
    return [
        None if one is None else data[start:end] + one
        for one, start, end in zip(wkb.tolist(), starts.tolist(), ends.tolist())
    ]


def _encode_points(points: np.ndarray, srs: int) -> list[bytes | None]:
    xy = shapely.get_coordinates(points)
    blobs = np.zeros(len(xy), dtype=_POINT_DTYPE)
    blobs["magic"], blobs["flags"], blobs["srs"] = b"GP", _LITTLE_ENDIAN, srs
    blobs["order"], blobs["kind"] = 1, 1
    blobs["x"], blobs["y"] = xy.T
    size, data = _POINT_DTYPE.itemsize, blobs.tobytes()
    return [data[start : start + size] for start in range(0, len(data), size)]


def _heights(geometries: np.ndarray) -> np.ndarray:
    """Return the least and the greatest height of each geometry, ``(n, 2)``."""
    coordinates, owner = shapely.get_coordinates(geometries, include_z=True, return_index=True)
    first = np.searchsorted(owner, np.arange(len(geometries)))
    heights = coordinates[:, 2]
    return np.stack([np.fmin.reduceat(heights, first), np.fmax.reduceat(heights, first)], axis=1)


def decode(blobs: Sequence[bytes | None]) -> np.ndarray:
    """Return the geometries of a GeoPackage's column, ``(n,)``: None where there is none, or an empty one.

    Raises
    ------
    OddGeometryError
        If one is none, or none that GEOS knows.
    """
    result = np.full(len(blobs), None, dtype=object)
    rows = [row for row, blob in enumerate(blobs) if blob is not None]
    present = [blob for blob in blobs if blob is not None]
    if not present:
        return result
    if set(map(type, present)) != {bytes} or min(map(len, present)) < _HEADER_BYTES:
        raise OddGeometryError("no geometry")
    heads = np.frombuffer(b"".join([blob[:4] for blob in present]), dtype=_HEADER[:3])
    length = _ENVELOPE_BYTES[heads["flags"] >> 1 & 7]
    if (heads["magic"] != b"GP").any() or heads["version"].any() or (length < 0).any():
        raise OddGeometryError("no geometry")
    if (heads["flags"] & _EXTENDED).any():
        raise OddGeometryError("an extended geometry")
    wkb = [blob[start:] for blob, start in zip(present, (length + _HEADER_BYTES).tolist())]
    if any(_kind(head) not in _PLAIN_KINDS for head in {one[:_WKB_HEAD_BYTES] for one in wkb}):
        raise OddGeometryError("a curve, a collection, or a geometry with measures")
    try:
        geometries = shapely.from_wkb(np.array(wkb, dtype=object))
    except (shapely.errors.ShapelyError, NotImplementedError) as error:
        raise OddGeometryError(str(error)) from error
    geometries[shapely.is_empty(geometries)] = None
    result[rows] = geometries
    return result


def _kind(head: bytes) -> int:
    """Return the number of a WKB's kind; -1 where there is none."""
    if len(head) < _WKB_HEAD_BYTES or head[0] > 1:
        return -1
    return int.from_bytes(head[1:], "little" if head[0] else "big")
