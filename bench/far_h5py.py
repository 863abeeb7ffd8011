"""The same stretch by h5py: of the whole file once it is downloaded, and over fsspec as its users do."""

from __future__ import annotations

import tempfile
from pathlib import Path

import fsspec
import h5py
import numpy as np
import pyproj
import requests
from far_common import BEAMS, DISTANCE_M, FAR, Report

FIELDS = (
    "h_li",
    "h_li_sigma",
    "delta_time",
    "atl06_quality_summary",
    "segment_id",
    "ground_track/x_atc",
)
HEADERS = {"Authorization": f"Bearer {FAR['token']}"}


def read(file: h5py.File) -> dict[str, list[float]]:
    """Read the positions of three beams, and the stretch of the rest."""
    lon_a, lat_a, lon_b, lat_b = FAR["stretch"]
    geod = pyproj.Geod(ellps="WGS84")
    line = np.array([(lon_a, lat_a), *geod.npts(lon_a, lat_a, lon_b, lat_b, 249), (lon_b, lat_b)])
    earth = pyproj.Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)
    there = np.column_stack(earth.transform(*line.T, np.zeros(len(line))))
    found = {}
    for beam in BEAMS:
        group = file[f"{beam}/land_ice_segments"]
        lon, lat = group["longitude"][:], group["latitude"][:]
        here = np.column_stack(earth.transform(lon, lat, np.zeros(len(lon))))
        about = np.flatnonzero(np.linalg.norm(here - there[len(there) // 2], axis=1) < 60_000.0)
        nearest = np.min(np.linalg.norm(here[about, None] - there[None], axis=2), axis=1)
        rows = about[nearest <= DISTANCE_M]
        values = {name: group[name][rows[0] : rows[-1] + 1][rows - rows[0]] for name in FIELDS}
        high = values["h_li"][values["h_li"] < 1e30].astype(float)
        found[beam] = [len(high), float(high.sum())]
    return found


def main() -> None:
    """Read one granule."""
    report = Report(["whole", "fsspec", "fsspec_blocks"])
    link = FAR["links"][0]
    with report.stage("read"):
        if report.work == "whole":
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "x.h5"
                with requests.get(link, headers=HEADERS, stream=True, timeout=60) as answer, path.open("wb") as target:
                    for piece in answer.iter_content(1 << 20):
                        target.write(piece)
                with h5py.File(path) as file:
                    found = read(file)
        else:
            more = {"block_size": 1 << 20, "cache_type": "blockcache"} if report.work == "fsspec_blocks" else {}
            # As its users do: by a signed link, which does not take fsspec's own question for the size.
            with requests.get(link, headers={**HEADERS, "Range": "bytes=0-0"}, timeout=60) as answer:
                signed, size = answer.url, int(answer.headers["Content-Range"].rpartition("/")[2])
            with fsspec.filesystem("http").open(signed, size=size, **more) as stream, h5py.File(stream) as file:
                found = read(file)
    report.finish(found)


if __name__ == "__main__":
    main()
