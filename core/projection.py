"""The pole's projection: polar stereographic, where straight lines are nearly great circles."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pyproj
import shapely

#: Antarctic and Arctic polar stereographic, true at 71 degrees south and 70 degrees north.
POLE_CRS = {"south": "EPSG:3031", "north": "EPSG:3413"}
LONLAT_CRS = "EPSG:4326"

#: Great-circle edges longer than this are given more vertices before they are projected. A straight chord of 600 km
#: stays within 0.25 km of its great circle near the pole; the error falls with the square of the length and grows away
#: from the pole, so that 50 km is good for 10 m down to 60 degrees of latitude.
MAX_CHORD_M = 50_000.0


@lru_cache(maxsize=32)
def transformer(source: str, target: str) -> pyproj.Transformer:
    """Return the (cached) transformer between two CRS, in order x, y (longitude first)."""
    return pyproj.Transformer.from_crs(source, target, always_xy=True)


def same_crs(a: object, b: object) -> bool:
    """Whether two CRS are the same, however they are written."""
    return pyproj.CRS.from_user_input(a).equals(pyproj.CRS.from_user_input(b), ignore_axis_order=True)


def layer_crs(hemispheres: np.ndarray) -> str:
    """Return the CRS of a layer: the pole's projection, or longitude/latitude where both hemispheres are in it."""
    present = set(np.unique(np.asarray(hemispheres, dtype=object).astype(str))) & set(POLE_CRS)
    return POLE_CRS[present.pop()] if len(present) == 1 else LONLAT_CRS


def reproject(geometries: np.ndarray, source: object, target: object) -> np.ndarray:
    """Reproject an array of geometries vertex by vertex; None stays None."""
    if same_crs(source, target):
        return geometries
    change = transformer(_text(source), _text(target))

    def move(xy: np.ndarray) -> np.ndarray:
        # To PROJ, 0 and -0 are on two sides of the antimeridian: a ring that begins at one and ends at the other would
        # not be closed any more. Adding 0 makes 0 of both.
        return np.column_stack(change.transform(xy[:, 0] + 0.0, xy[:, 1] + 0.0))

    return shapely.transform(geometries, move)


def _text(crs: object) -> str:
    return crs if isinstance(crs, str) else pyproj.CRS.from_user_input(crs).to_string()
