"""Make the table of reference ground tracks that the plugin ships, of NASA's points.

    .venv/bin/python scripts/make_tracks.py ../shared/data/orbit/rgt_cycle14_points.csv.gz

The points are a table with the columns ``RGT``, ``longitude`` and ``latitude``: a point a minute of each of the 1,387
tracks, in order of time. NASA publishes them.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[1]

# Local polynomials by least squares: the points are rounded to a millionth of a degree, 0.1 m.
_POINTS, _DEGREE = 12, 7

_HEAD = """\
# NASA's reference ground tracks of ICESat-2 (1,387 tracks, the same in every cycle), made by scripts/make_tracks.py.
# How far left of the even track (even_orbit.py beside this file) they run, in decimetres, every 5 degrees of the
# argument of latitude from RGT 1's ascending node on, one line an orbit. Written are the second differences: two
# cumulative sums give the values.
"""


def table(points: pd.DataFrame, core: ModuleType) -> np.ndarray:
    """Return the offsets of the tracks from the even track, in units of the table."""
    rgt = points["RGT"].to_numpy(dtype=np.int64)
    place = core.geometry.unit_vectors(points["longitude"].to_numpy(), points["latitude"].to_numpy())
    count = points.groupby("RGT")["RGT"].transform("size").to_numpy()
    near = 360.0 * points.groupby("RGT").cumcount().to_numpy() / count
    u, left = core.icesat2.beside_track(rgt, place, near)
    per_orbit, unit = core.icesat2.PER_ORBIT, core.icesat2.UNIT_M
    at = 360.0 / per_orbit * np.arange(core.icesat2.TRACKS_PER_CYCLE * per_orbit + 1)
    smooth = _local_polynomials(u + 360.0 * (rgt - 1), left * core.geometry.EARTH_RADIUS_M, at)
    return np.rint(smooth / unit).astype(np.int64)


def _local_polynomials(x: np.ndarray, y: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Return the value at each place of the polynomial that fits the nearest points best."""
    first = np.clip(np.searchsorted(x, at) - _POINTS // 2, 0, len(x) - _POINTS)
    near = first[:, None] + np.arange(_POINTS)
    away = x[near] - at[:, None]
    powers = (away / np.abs(away).max())[..., None] ** np.arange(_DEGREE + 1)
    normal = np.einsum("nki,nkj->nij", powers, powers)
    return np.linalg.solve(normal, np.einsum("nki,nk->ni", powers, y[near])[..., None])[:, 0, 0]


def main() -> int:
    """Write the table of the points that the command line names."""
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    core = importlib.import_module("xopr_crossovers.core")
    values = table(pd.read_csv(sys.argv[1]), core)
    bends = np.diff(np.concatenate([[0, 0], values]), n=2)
    rows = [" ".join(map(str, row)) for row in bends[:-1].reshape(-1, core.icesat2.PER_ORBIT)]
    core.icesat2.PATH.write_text(f"{_HEAD}{chr(10).join(rows)}\n{bends[-1]}\n", encoding="ascii", newline="\n")
    print(f"{core.icesat2.PATH.relative_to(ROOT)}: {core.icesat2.PATH.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
