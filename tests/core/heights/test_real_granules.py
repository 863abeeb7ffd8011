"""Real ATL06 granules through the whole way: their own heights come out again."""

import geopandas as gpd
import h5py
import numpy as np
import pandas as pd
import pyproj
import pytest

from xopr_crossovers.core.heights import GranulePlaces, Measuring, Sources, crossover_heights

GEOD = pyproj.Geod(ellps="WGS84")


@pytest.mark.parametrize(
    "name",
    [
        "processed_ATL06_20190424220725_04070305_002_01.h5",
        "processed_ATL06_20190613193602_11690305_002_01.h5",
        "processed_ATL06_20190613065109_11610303_002_01.h5",
    ],
)
def test_beside_a_real_segment_its_own_height_comes_out(real_data, name):
    path = real_data / "readalong" / name
    parts = []
    with h5py.File(path) as file:
        for beam in [one for one in file if f"{one}/land_ice_segments/h_li" in file]:
            group = file[f"{beam}/land_ice_segments"]
            columns = {key: group[key][()] for key in ("longitude", "latitude", "h_li", "atl06_quality_summary")}
            good = np.flatnonzero((columns["h_li"] < 1e30) & (columns["atl06_quality_summary"] == 0))[5:-5]
            if len(good) < 100:
                continue
            some = good[np.linspace(0, len(good) - 1, 25).astype(int)]
            parts += [pd.DataFrame({**{key: values[some] for key, values in columns.items()}, "beam": beam})]
            parts[-1]["azimuth"] = GEOD.inv(
                *(columns[key][some + side] for side in (-1, 1) for key in ("longitude", "latitude"))
            )[0]
    table = pd.concat(parts, ignore_index=True)
    assert len(table) >= 25
    # Planned 30 m to the right of the segment.
    lon, lat, _ = GEOD.fwd(table["longitude"], table["latitude"], table["azimuth"] + 90.0, np.full(len(table), 30.0))
    rows = table[["beam"]].assign(frame_id="Data_20190101_01_001", granule_id=name.removeprefix("processed_"))
    planned = gpd.GeoDataFrame(rows, geometry=gpd.points_from_xy(lon, lat, crs="EPSG:4326"))
    found = crossover_heights(planned, None, Sources(GranulePlaces(str(path))), Measuring(buffer_m=60.0)).table
    assert found["h_li"].notna().all()
    # The foot of the perpendicular is metres from the segment's middle at most: beams bend, and segments lie unevenly.
    allowed = 0.05 + 3.0 * found["slope"].abs()
    assert (np.abs(found["h_li"] - table["h_li"]) <= allowed).mean() > 0.95
    assert found["moved_m"].between(27.0, 33.0).mean() > 0.95
