"""The sample catalog is what it says: synthetic, small, and with cells that hold its lines."""

from __future__ import annotations

import importlib.util

import geopandas as gpd
import mortie
import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

ORDER = 18
SEASONS = {"south": "2024_Antarctica_Synthetic", "north": "2024_Greenland_Synthetic"}


@pytest.fixture(scope="module")
def folder(repository):
    return repository / "demo" / "sample"


@pytest.fixture(scope="module")
def frames(folder):
    paths = [
        folder / "catalog" / f"hemisphere={hemisphere}" / "provider=synthetic" / f"collection={name}" / "stac.parquet"
        for hemisphere, name in SEASONS.items()
    ]
    return gpd.GeoDataFrame(pd.concat([gpd.read_parquet(path) for path in paths], ignore_index=True))


@pytest.fixture(scope="module")
def points(folder):
    return gpd.read_file(folder / "points.geojson").set_index("name").geometry


def place_in_cells(latitude, longitude):
    """NESTED index of points at order 18, as the published catalogs count."""
    words = mortie.geo2mort(latitude, longitude, order=ORDER, latitude="geodetic-spherical")
    return np.asarray(mortie.mort2healpix(words)[0]).astype(np.int64)


def span(cell):
    """First and last NESTED index at order 18 of a signed decimal: base cell, then a digit 1 to 4 for each order."""
    digits = str(abs(cell))
    index = int(digits[0]) - 1 + (6 if cell < 0 else 0)
    for digit in digits[1:]:
        assert digit in "1234"
        index = 4 * index + int(digit) - 1
    below = 4 ** (ORDER - len(digits) + 1)
    return index * below, (index + 1) * below - 1


def inside(cells, nested):
    return np.any([(nested >= low) & (nested <= high) for low, high in map(span, cells)], axis=0)


def densified(line):
    """Latitude and longitude along great circles, a point at least every 50 m."""
    longitude, latitude = np.radians(shapely.get_coordinates(line)).T
    vectors = np.column_stack(
        [np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)]
    )
    steps = np.linalg.norm(np.diff(vectors, axis=0), axis=1) * 6371e3
    at = np.concatenate([[0], np.cumsum(steps)])
    where = np.union1d(at, np.arange(0, at[-1], 50))
    x, y, z = (np.interp(where, at, column) for column in vectors.T)
    return np.degrees(np.arctan2(z, np.hypot(x, y))), np.degrees(np.arctan2(y, x))


def test_the_test_reads_cells_as_published():
    # A check value of mortie 0.7.2: the point, and the decimal that it gave.
    low, high = span(-5121133244211331412)
    assert low == high == place_in_cells([-75.1], [-105.0])[0]


def test_the_whole_line_lies_in_its_four_cells(frames):
    shares = [
        inside(cells, place_in_cells(*densified(line))).mean()
        for cells, line in zip(frames["opr:mbox"], frames.geometry)
    ]
    assert shares == [1.0] * len(frames)


def test_each_frame_has_four_cells_of_the_published_orders_padded_with_the_last(frames):
    for cells in frames["opr:mbox"]:
        distinct = list(dict.fromkeys(cells))
        assert list(cells) == distinct + distinct[-1:] * (4 - len(distinct))
        assert all(7 <= len(str(abs(cell))) - 1 <= ORDER for cell in cells)


def test_no_cell_lies_in_another_of_the_same_frame(frames):
    for cells in frames["opr:mbox"]:
        spans = sorted(span(cell) for cell in set(cells))
        assert all(high < low for (_, high), (low, _) in zip(spans, spans[1:]))


def test_everything_is_named_synthetic(frames):
    assert set(frames["collection"]) == set(SEASONS.values())
    assert set(frames["opr:provider"]) == {"synthetic"}
    assert frames["sci:citation"].str.startswith("Synthetic").all()


def test_ids_dates_and_numbers_agree_as_in_the_published_catalogs(frames):
    parts = frames["id"].str.extract(r"^Data_(\d{8})_(\d\d)_(\d{3})$")
    assert not frames["id"].duplicated().any()
    assert (parts[0] == frames["opr:date"]).all()
    assert (parts[1].astype(int) == frames["opr:segment"]).all()
    assert (parts[2].astype(int) == frames["opr:frame"]).all()
    assert (frames["datetime"].dt.strftime("%Y%m%d") == frames["opr:date"]).all()
    assert str(frames["datetime"].dt.tz) == "UTC"


def test_the_columns_have_the_types_of_the_real_catalogs(frames, real_data):
    path = real_data / "catalog/hemisphere=south/provider=cresis/collection=2016_Antarctica_DC8/stac.parquet"
    real = gpd.read_parquet(path)
    assert frames[real.columns].dtypes.astype(str).to_dict() == real.dtypes.astype(str).to_dict()
    assert frames["opr:mbox"].iloc[0].dtype == real["opr:mbox"].iloc[0].dtype == np.int64
    assert frames.crs == real.crs
    assert set(frames.geom_type) == set(real.geom_type) == {"LineString"}


def test_the_sample_is_smaller_than_a_megabyte(folder):
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) < 1_000_000


def test_frames_are_about_50_km_long(frames):
    lengths = frames.geometry.to_crs("EPSG:3031").where(
        frames["opr:hemisphere"] == "south", frames.geometry.to_crs("EPSG:3413")
    )
    assert lengths.length.between(35_000, 75_000).all()


def test_some_frames_go_round_the_pole_over_it_and_over_the_antimeridian(frames):
    south = frames[frames["opr:hemisphere"] == "south"].geometry
    near = south[south.to_crs("EPSG:3031").distance(shapely.Point(0, 0)) < 100_000]
    longitudes = np.concatenate([shapely.get_coordinates(line)[:, 0] for line in near])
    assert np.all(np.histogram(longitudes, bins=8, range=(-180, 180))[0] > 0)
    assert south.to_crs("EPSG:3031").distance(shapely.Point(0, 0)).min() < 10_000
    jumps = np.array([np.abs(np.diff(shapely.get_coordinates(line)[:, 0])).max() > 180 for line in south])
    far_from_pole = south.bounds["maxy"] > -82
    assert np.sum(jumps & far_from_pole) >= 3


@pytest.mark.parametrize(
    ("name", "hemisphere"),
    [
        ("Pine Island Glacier", "south"),
        ("Thwaites Glacier", "south"),
        ("Near the South Pole", "south"),
        ("Where ICESat-2 turns", "south"),
        ("Ross Ice Shelf, antimeridian", "south"),
        ("Summit, Greenland", "north"),
        ("Jakobshavn Isbrae", "north"),
    ],
)
def test_each_point_keeps_a_few_frames(frames, points, name, hemisphere):
    point = points[name]
    nested = place_in_cells([point.y], [point.x])
    kept = frames[[inside(cells, nested).item() for cells in frames["opr:mbox"]]]
    assert 1 <= len(kept) <= 8
    assert set(kept["opr:hemisphere"]) == {hemisphere}


def test_the_committed_files_are_what_the_script_makes(folder, repository, tmp_path):
    specification = importlib.util.spec_from_file_location("make_sample", repository / "demo" / "make_sample.py")
    script = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(script)
    script.make(tmp_path)
    made = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file())
    assert made == sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    for path in made:
        if path.suffix == ".parquet":
            assert_geodataframe_equal(gpd.read_parquet(tmp_path / path), gpd.read_parquet(folder / path))
        else:
            assert (tmp_path / path).read_text(encoding="utf-8") == (folder / path).read_text(encoding="utf-8")
