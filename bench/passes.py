"""Made-up granules: 33 repeat cycles of Antarctic passes, with footprints that look like the real ones of version 007.

Names, times, links and the place of the vertices come from the tests' stand-in of CMR, which knows one footprint for
each reference ground track. Real passes are not repeated so exactly, so here every granule has its own: other vertices,
a shift to the side, and a drift of that shift along the way.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from standin import granules as standin
from standin import records, strips
from xopr_crossovers.core.granules.table import normalize_granules
from xopr_crossovers.core.icesat2 import orbit

REGIONS = (10, 11, 12)
SHIFT_KM = 2.5
"""Standard deviation of a pass's distance from its reference ground track: half of them are more than 1.7 km off."""
DRIFT_KM = 0.5
"""Standard deviation of how much that distance grows from the beginning of the granule to its end."""
_N_LAYOUTS = 32


def granules(cycles: list[int]) -> gpd.GeoDataFrame:
    """Return the granules of repeat cycles, in order of time, as core's granules table."""
    known = standin.Granules(cycles, REGIONS, ["ATL06"], ["007"])
    names, start, end = known.names, known.texts["start"], known.texts["end"]
    links = [
        dict(zip(("https_url", "s3_url"), (link["URL"] for link in records._links(known, row)[:2])))
        for row in range(len(known))
    ]
    table = pd.DataFrame(links)
    table.insert(0, "granule_id", names)
    table["short_name"], table["version"] = "ATL06", "007"
    table["start_time"], table["end_time"] = start, end
    table["size_mb"] = np.round(20 + (known.rgt * 7919 + known.region * 104_729) % 40_000 / 1000, 3)
    shapes = footprints(known.rgt, known.cycle, known.region)
    return normalize_granules(gpd.GeoDataFrame(table, geometry=shapes, crs="EPSG:4326"))


def footprints(rgt: np.ndarray, cycle: np.ndarray, region: np.ndarray) -> np.ndarray:
    """Return one ring for each pass: vertices in pairs, 12.5 km wide, joined by great circles, not split.

    Parameters
    ----------
    rgt, cycle, region : (n,) ndarray of int

    Returns
    -------
    (n,) ndarray of Polygon
        Longitude and latitude to five decimals.
    """
    random = np.random.default_rng(7)
    # Drawn for all cycles there may be, so that a pass is the same whichever others are asked for.
    shape = (100, 15, orbit.TRACKS_PER_CYCLE + 1)
    mine = cycle, region, rgt
    layout = random.integers(0, _N_LAYOUTS, shape)[mine]
    shift = SHIFT_KM * random.standard_normal(shape)[mine]
    drift = DRIFT_KM * random.standard_normal(shape)[mine]
    shapes = np.full(len(rgt), None, dtype=object)
    for one in REGIONS:
        for number in range(_N_LAYOUTS):
            some = np.flatnonzero((region == one) & (layout == number))
            if len(some):
                shapes[some] = _strips(one, number, rgt[some], shift[some], drift[some])
    return shapes


def _strips(region: int, layout: int, rgt: np.ndarray, shift: np.ndarray, drift: np.ndarray) -> np.ndarray:
    right, left = (strips.unit_vectors(*edge.T) for edge in strips.pairs(region, layout))
    middle, across = right + left, left - right
    middle /= np.linalg.norm(middle, axis=1)[:, None]
    across /= np.linalg.norm(across, axis=1)[:, None]
    share = np.linspace(-0.5, 0.5, len(middle))
    centre = shift[:, None] + drift[:, None] * share
    edges = []
    for side in (-1, 1):
        angle = ((centre + side * strips.HALF_WIDTH_KM) / strips.EARTH_RADIUS_KM)[..., None]
        edges.append(strips.degrees(middle * np.cos(angle) + across * np.sin(angle)))
    right, left = edges
    if 5 <= region <= 10:
        outline = np.concatenate([left[:, :1], right, left[:, ::-1]], axis=1)
    else:
        outline = np.concatenate([right[:, -1:], left[:, ::-1], right], axis=1)
    longitude = outline[..., 0] - orbit.NODE_SHIFT * (rgt[:, None] - 1)
    outline[..., 0] = (longitude + 180) % 360 - 180
    return shapely.polygons(np.round(outline, 5))
