"""Makes the benchmark's inputs, once: frames, granules and layers in ``build/bench/inputs``.

Nothing is fetched. The same source gives the same files; when it has changed they are made again.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from collections import Counter

from common import ARCHIVE, CATALOGS, GRANULES, INPUTS, ROOT, SEASON

sys.path.insert(0, str(ROOT / "tests"))

import flights
import geopandas as gpd
import numpy as np
import passes
import shapely

from xopr_crossovers.core import frames
from xopr_crossovers.core.catalogs import seasons
from xopr_crossovers.core.granules import footprints

CYCLES = list(range(1, 34))
LAYERS = {"granules": [22], "granules8": list(range(18, 26)), "granules33": list(CYCLES)}
ARCHIVE_FRAMES = 28_000
_SOURCES = (
    "bench/flights.py",
    "bench/passes.py",
    "bench/inputs.py",
    "tests/standin/strips.py",
    "core/icesat2/calendar.py",
    "core/icesat2/orbit.py",
    "core/icesat2/rgt_offsets.txt",
)


def main() -> None:
    """Make what is missing."""
    label = INPUTS / "label.json"
    recipe = hashlib.sha256(b"".join((ROOT / source).read_bytes() for source in _SOURCES)).hexdigest()
    if label.exists() and json.loads(label.read_text())["recipe"] == recipe:
        return
    shutil.rmtree(INPUTS, ignore_errors=True)
    INPUTS.mkdir(parents=True)
    season = flights.frames([flights.LIKE_DC8])
    season.to_parquet(SEASON, index=False)
    print(f"{len(season):,} frames of a season")
    archive = flights.frames(flights.archive_seasons(n_frames=ARCHIVE_FRAMES))
    archive.to_parquet(ARCHIVE, index=False)
    print(f"{len(archive):,} frames of {archive['collection'].nunique()} seasons")
    catalogs(archive)
    granules = passes.granules(CYCLES)
    # As core/search/store.py writes them, which adds what was asked to the file's metadata.
    granules.to_parquet(GRANULES, index=False, compression="zstd", write_page_checksum=True)
    print(f"{len(granules):,} granules of {len(CYCLES)} cycles")
    layers(season, granules)
    facts = {"season": describe(season), "archive": describe(archive), "granules": describe_granules(granules)}
    label.write_text(json.dumps({"recipe": recipe, **facts}, indent=1))


def catalogs(archive: gpd.GeoDataFrame) -> None:
    """Write each season of an archive where a published one lies."""
    places = (season.path for season in seasons.shipped_seasons().values())
    for (_, season), place in zip(archive.groupby("collection", sort=False), places, strict=True):
        file = CATALOGS / place
        file.parent.mkdir(parents=True)
        season.reset_index(drop=True).to_parquet(file, index=False)


def layers(season: gpd.GeoDataFrame, granules: gpd.GeoDataFrame) -> None:
    """Write frames and granules as the layers that the plugin's algorithms make."""
    lines = frames.frames_in_layer_crs(frames.normalize_frames(season))
    lines["opr:mbox"] = [json.dumps(cells) for cells in lines["opr:mbox"]]
    lines.to_file(INPUTS / "layers.gpkg", layer="frames", engine="pyogrio")
    for name, cycles in LAYERS.items():
        some = granules[granules["cycle"].isin(cycles)].reset_index(drop=True)
        layer = footprints.granules_in_layer_crs(some)
        layer.to_file(INPUTS / "layers.gpkg", layer=name, engine="pyogrio", append=True)


def describe(season: gpd.GeoDataFrame) -> dict:
    """Return what can be compared with a real season."""
    vertices = shapely.get_num_coordinates(season.geometry.to_numpy())
    orders = Counter(len(str(abs(cell))) - 1 for cells in season["opr:mbox"] for cell in set(cells))
    return {
        "frames": len(season),
        "seasons": int(season["collection"].nunique()),
        "bounds": np.round(season.total_bounds, 1).tolist(),
        "vertices (10, 50, 90 %)": np.percentile(vertices, [10, 50, 90]).tolist(),
        "cells by order": {str(order): orders[order] for order in sorted(orders)},
    }


def describe_granules(granules: gpd.GeoDataFrame) -> dict:
    """Return what can be compared with real footprints."""
    vertices = shapely.get_num_coordinates(granules.geometry.to_numpy())
    return {
        "granules": len(granules),
        "vertices (least, median, most)": np.percentile(vertices, [0, 50, 100]).tolist(),
        "megabytes": round(GRANULES.stat().st_size / 1e6, 1),
        "shift_km": passes.SHIFT_KM,
        "drift_km": passes.DRIFT_KM,
    }


if __name__ == "__main__":
    main()
