"""Heights along a frame with a real granule: its own columns come out again."""

import geopandas as gpd
import h5py
import numpy as np
import pytest
import shapely

from xopr_crossovers.core.heights import Along, GranulePlaces, Sources, read_along
from xopr_crossovers.core.radar import RadarFiles

GRANULE = "processed_ATL06_20190613065109_11610303_002_01.h5"


def columns_of(path, beam):
    with h5py.File(path) as file:
        group = file[f"{beam}/land_ice_segments"]
        names = ("longitude", "latitude", "h_li", "atl06_quality_summary", "ground_track/x_atc", "ground_track/y_atc")
        return {name.rpartition("/")[2]: group[name][()] for name in names}


def test_of_a_flight_along_a_beam_the_distances_and_offsets_are_those_that_the_granule_tells(real_data):
    path = real_data / "readalong" / GRANULE
    left, right = (columns_of(path, beam) for beam in ("gt2l", "gt2r"))
    flown = slice(500, 1_500)
    line = shapely.linestrings(np.column_stack([left["longitude"][flown], left["latitude"][flown]]))
    frames = gpd.GeoDataFrame({"id": ["Data_20190101_01_001"]}, geometry=[line], crs="EPSG:4326")
    found = read_along(
        frames, None, Sources(GranulePlaces(str(path)), RadarFiles()), Along(200.0, ("gt2l", "gt2r"))
    ).elevations
    assert set(found["flown_line"]) == {"frame"}
    for beam, truth in (("gt2l", left), ("gt2r", right)):
        mine = found[found["beam"] == beam]
        good = (truth["h_li"] < 1e30) & (truth["atl06_quality_summary"] == 0)
        x, y = truth["x_atc"][good], truth["y_atc"][good]
        begin, end = left["x_atc"][flown][[0, -1]]
        inside = (x > begin + 20) & (x < end - 20)
        mine = mine[(mine["flown_m"] > 20) & (mine["flown_m"] < end - begin - 20)]
        # The segments at the two ends may fall to either side.
        assert abs(len(mine) - inside.sum()) <= 2
        at = np.argmin(np.abs((x - begin)[None] - mine["flown_m"].to_numpy()[:, None]), axis=1)
        assert mine["h_li"].to_numpy() == pytest.approx(truth["h_li"][good][at], abs=0.001)
        assert mine["flown_m"].to_numpy() == pytest.approx(x[at] - begin, abs=3.0)
        beside = y[at] - np.interp(x[at], left["x_atc"], left["y_atc"])
        assert mine["offset_m"].to_numpy() == pytest.approx(beside, abs=1.0)
