"""The main job on real frames, against a calculation that shares nothing with ours (s2 and healpy)."""

import geopandas as gpd
import healpy
import numpy as np
import pandas as pd
import pyogrio
import pytest
import spherely

from depth import times
from standin.client import ANTARCTICA, pages, ring_of

#: Of so many frames one is compared pair by pair: each of the sphere's answers takes a millisecond a granule.
EVERY = times(1, 4)


@pytest.fixture(scope="module")
def frames(real_data):
    """The raw table of all seasons, as pandas reads it."""
    files = sorted(real_data.glob("catalog/**/*.parquet"))
    return gpd.GeoDataFrame(pd.concat([gpd.read_parquet(file) for file in files], ignore_index=True))


@pytest.fixture(scope="module")
def granules(cmr):
    """Name and footprint on the sphere of all Antarctic granules of cycle 22."""
    records = pages(cmr, bounding_box=ANTARCTICA)
    names = np.array([record["umm"]["GranuleUR"] for record in records])
    polygons = [spherely.create_polygon([tuple(point) for point in ring_of(record)[:-1]]) for record in records]
    return names, np.array(polygons)


def cell_polygon(cell):
    """Return a legacy decimal's cell on the sphere."""
    text = str(abs(cell))
    index = int(text[0]) - 1 + (6 if cell < 0 else 0)
    for digit in text[1:]:
        index = 4 * index + int(digit) - 1
    corners = healpy.boundaries(2 ** (len(text) - 1), index, step=32, nest=True)
    lon, lat = healpy.vec2ang(corners.T, lonlat=True)
    return spherely.create_polygon(list(zip(((lon + 180) % 360 - 180).tolist(), lat.tolist())))


@pytest.fixture(scope="module")
def found(real_data, qgis_process, tmp_path_factory):
    """The matches of the whole folder of real seasons near the ice-core sites, by the main job."""
    folder = tmp_path_factory.mktemp("real")
    sites = pd.read_csv(real_data / "points" / "core_sites.csv")
    layer = gpd.GeoDataFrame(sites, geometry=gpd.points_from_xy(sites["lon"], sites["lat"]), crs="EPSG:4326")
    layer.to_crs("EPSG:3031").to_file(folder / "sites.gpkg")
    ran = qgis_process(
        "xopr:findgranules",
        "--json",
        CATALOG=real_data / "catalog",
        POINTS=folder / "sites.gpkg",
        RULE="distance",
        DISTANCE=300_000,
        MATCHED_FRAMES=folder / "frames.gpkg",
        MATCHES=folder / "matches.gpkg",
        GRANULES=folder / "granules.gpkg",
    )
    assert ran.code == 0, ran.log
    return ran.results, {
        name: pyogrio.read_dataframe(folder / f"{name}.gpkg", layer=name) for name in ("frames", "matches", "granules")
    }


def test_the_subset_is_the_frames_within_the_distance_of_a_site_on_the_sphere(found, frames, real_data):
    sites = pd.read_csv(real_data / "points" / "core_sites.csv")
    points = spherely.points(sites["lon"].to_numpy(), sites["lat"].to_numpy())
    lines = np.array([spherely.create_linestring(list(line.coords)) for line in frames.geometry])
    distance = np.array([spherely.distance(points, line).min() for line in lines])
    kept = set(found[1]["frames"]["id"])
    # Sphere and ellipsoid differ by up to half a per cent.
    assert set(frames["id"][distance < 298_000]) <= kept <= set(frames["id"][distance < 302_000])
    assert 0 < len(kept) < len(frames)


def pairs_of(kept, matches):
    """The pairs of some frames, by their names."""
    mine = matches[matches["frame_id"].isin(kept["id"])]
    return set(zip(mine["frame_id"], mine["granule_id"]))


@pytest.mark.deep
def test_the_pairs_by_cells_are_those_of_the_sphere(found, frames, granules):
    names, polygons = granules
    kept = frames[frames["id"].isin(found[1]["frames"]["id"])].iloc[::EVERY]
    meets = {c: names[spherely.intersects(polygons, cell_polygon(c))] for c in {c for m in kept["opr:mbox"] for c in m}}
    expected = {(row["id"], name) for _, row in kept.iterrows() for cell in row["opr:mbox"] for name in meets[cell]}
    matches = found[1]["matches"]
    assert len(expected) > 500
    assert pairs_of(kept, matches) == expected
    assert found[0]["N_MATCHES"] == len(matches) == len(pairs_of(frames, matches))


@pytest.mark.deep
def test_the_pairs_that_cross_the_line_are_those_of_the_sphere(found, frames, granules):
    names, polygons = granules
    kept = frames[frames["id"].isin(found[1]["frames"]["id"])].iloc[::EVERY]
    expected = set()
    for name, line in zip(kept["id"], kept.geometry):
        crossing = spherely.intersects(polygons, spherely.create_linestring(list(line.coords)))
        expected |= {(name, granule) for granule in names[crossing]}
    matches = found[1]["matches"][found[1]["matches"]["crosses_line"].astype(bool)]
    assert len(expected) > 50
    assert pairs_of(kept, matches) == expected
    counts = found[1]["frames"].set_index("id")["n_crossing"]
    assert counts.sum() == len(matches)
    assert counts[kept["id"]].sum() == len(expected)


def test_the_granules_of_the_search_hold_all_that_cross_and_nothing_came_twice(found):
    granules = found[1]["granules"]
    assert found[0]["CMR_HITS"] == found[0]["N_GRANULES"] == len(granules)
    assert granules["granule_id"].is_unique
    assert set(found[1]["matches"]["granule_id"]) <= set(granules["granule_id"])
