"""Serves full-size made-up granules behind the stand-in's login, 50 ms an answer; asked for its counts by its input.

Prints what a reader needs to know as a line of JSON. Each line that it is sent is answered with the requests and
bytes since the last one.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from altimetry_maker import Granule  # noqa: E402
from standin import Earthdata, Fault  # noqa: E402

LAYOUTS = ("original", "paged")
BEAMS = ("gt1l", "gt2l", "gt3r")
N_SEGMENTS = 150_000
N_GRANULES = 200
DELAY_S = 0.05
#: So far (m) along the region the stretch lies, and so long is it: a frame.
STRETCH_M = (1_200_000.0, 1_250_000.0)


def granule_of(layout: str) -> Granule:
    """Return the granule of a layout, with 150,000 segments in each of six beams."""
    length = N_SEGMENTS * 20.0127 / 0.91  # what the gaps leave
    return Granule(layout=layout, start_m=-250_000.0, length_m=length, whole=True, clouds=0.2, gaps=0.1, noise_m=0.05)


def make(folder: Path, layout: str) -> tuple[str, list[float]]:
    """Write a granule, if it is not there, under so many names; return the first, and the stretch's two ends."""
    granule = granule_of(layout)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / granule.name
    if not path.exists():
        part = granule.write(folder, lambda _, lat: 2000 + 300 * np.sin(np.radians(60 * lat)), "part.h5")
        part.rename(path)
    for number in range(1, N_GRANULES):
        other = path.with_name(path.name.replace("_007_01.h5", f"_{number // 90 + 7:03d}_{number % 90 + 2:02d}.h5"))
        if not other.exists():
            os.link(path, other)
    begin = granule.begin_m - granule.start_m
    lon, lat = granule.places("gt2l", begin + np.array(STRETCH_M))
    return path.name, [float(lon[0]), float(lat[0]), float(lon[1]), float(lat[1])]


def main() -> None:
    """Serve one layout until the input ends."""
    folder, layout = Path(sys.argv[1]), sys.argv[2]
    name, stretch = make(folder, layout)
    names = sorted(path.name for path in folder.glob("ATL06_*.h5"))
    faults = [Fault("delay", host=host, seconds=DELAY_S) for host in ("data", "login", "storage")]
    with Earthdata(folder, faults=faults) as nasa:
        facts = {"login": nasa.urls["login"], "links": [nasa.link(one) for one in names], "stretch": stretch}
        facts.update(token=nasa.token, name=name, mb=(folder / name).stat().st_size / 1e6)
        print(json.dumps(facts), flush=True)
        for _ in sys.stdin:
            seen, nasa.requests[:] = list(nasa.requests), []
            print(json.dumps({"requests": len(seen), "mb": sum(one.n_bytes for one in seen) / 1e6}), flush=True)


if __name__ == "__main__":
    main()
