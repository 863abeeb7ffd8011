"""The geometries of a table as one layer can hold them: of one kind, all with heights or all without."""

from __future__ import annotations

import numpy as np
import shapely

from ...core.common import InputError

_POINT, _LINE, _RING, _POLYGON, _MULTIPOINT, _MULTILINE, _MULTIPOLYGON, _COLLECTION = range(8)
_WKB_NAMES = {
    _POINT: "Point",
    _LINE: "LineString",
    _POLYGON: "Polygon",
    _MULTIPOINT: "MultiPoint",
    _MULTILINE: "MultiLineString",
    _MULTIPOLYGON: "MultiPolygon",
}
_MULTI = {_POINT: _MULTIPOINT, _LINE: _MULTILINE, _POLYGON: _MULTIPOLYGON}
_MAKE_MULTI = {_POINT: shapely.multipoints, _LINE: shapely.multilinestrings, _POLYGON: shapely.multipolygons}


def type_name(geometries: np.ndarray, empty: str) -> str:
    """Return the name of the type that can hold geometries: single where all are single, with Z where one has it.

    Parameters
    ----------
    geometries : (n,) ndarray of geometries
    empty : str
        The name where there is no geometry to tell by.

    Raises
    ------
    InputError
        If no layer can hold them together.
    """
    kinds = _kinds(geometries)
    if not kinds:
        return empty
    name = _WKB_NAMES.get(next(iter(kinds)) if len(kinds) == 1 else _common_multi(kinds))
    if name is None:
        raise InputError("The result holds geometries of different kinds, which one layer cannot hold.")
    return name + ("Z" if shapely.has_z(geometries).any() else "")


def of_one_kind(geometries: np.ndarray, multi: bool = False, with_z: bool = False) -> np.ndarray:
    """Return geometries of which all are multi where one is, and all have heights where one has.

    Parameters
    ----------
    geometries : (n,) ndarray of geometries
    multi, with_z : bool
        Whether the layer is of that type, whatever these are.
    """
    kinds = _kinds(geometries)
    if len(kinds) > 1 or (multi and kinds & set(_MULTI)):
        geometries = _as_multi(geometries, _common_multi(kinds))
    has_z = shapely.has_z(geometries)
    if with_z or has_z.any():
        geometries = np.where(has_z, geometries, shapely.force_3d(geometries))
    return geometries


def _kinds(geometries: np.ndarray) -> set[int]:
    kinds = shapely.get_type_id(geometries)
    kinds = np.where(kinds == _RING, _LINE, kinds)
    return set(np.unique(kinds[kinds >= 0]).tolist())


def _common_multi(kinds: set[int]) -> int:
    multi = {_MULTI.get(kind, kind) for kind in kinds}
    return multi.pop() if len(multi) == 1 else _COLLECTION


def _as_multi(geometries: np.ndarray, multi: int) -> np.ndarray:
    single = next(kind for kind, of_many in _MULTI.items() if of_many == multi)
    geometries = geometries.copy()
    rows = np.flatnonzero(np.isin(shapely.get_type_id(geometries), (single, _RING)))
    geometries[rows] = _MAKE_MULTI[single](geometries[rows], indices=np.arange(len(rows)))
    return geometries
