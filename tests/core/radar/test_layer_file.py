"""Layer files of both formats give the heights that were put into them, or one sentence that names the field."""

from __future__ import annotations

import sys

import h5py
import numpy as np
import pytest

import radar_maker as maker
from xopr_crossovers.core.common.errors import InputError
from xopr_crossovers.core.radar.layer_file import read_layer_file
from xopr_crossovers.core.radar.organiser import read_organiser

FRAME = "Data_20200913_02_007"


def surface(lon, lat):
    return 800.0 + 40.0 * np.sin(np.radians(lat) * 900)


def bed(lon, lat):
    return surface(lon, lat) - 1500.0 + 100.0 * np.cos(np.radians(lat) * 700)


FLIGHT = maker.Flight.straight((-105.0, -75.0), 40.0, 3000.0, elevation=1900.0)
LAYERS = maker.Layers.of(FLIGHT, surface, bed, quality=(1, 3), kind=(2, 1), unpicked=[slice(20, 25)])

WRITERS = {
    "new": maker.write_layer_file,
    "old, v5": lambda *given, **changes: maker.write_old_layer_file(*given, version="5", **changes),
    "old, v7.3": lambda *given, **changes: maker.write_old_layer_file(*given, version="7.3", **changes),
}


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_surface_and_bed_come_back_as_heights_on_the_ellipsoid_with_quality_and_type(tmp_path, write):
    picks = read_layer_file(write(tmp_path / f"{FRAME}.mat", FLIGHT, LAYERS))
    picked = np.ones(len(FLIGHT.lon), dtype=bool)
    picked[20:25] = False
    assert picks.frame_id == FRAME
    np.testing.assert_array_equal(picks.lon, FLIGHT.lon)
    np.testing.assert_array_equal(picks.lat, FLIGHT.lat)
    np.testing.assert_allclose(picks.surface[picked], surface(FLIGHT.lon, FLIGHT.lat)[picked], atol=1e-6)
    np.testing.assert_allclose(picks.bed[picked], bed(FLIGHT.lon, FLIGHT.lat)[picked], atol=1e-6)
    np.testing.assert_array_equal(np.isfinite(picks.surface), picked)
    np.testing.assert_array_equal(np.isfinite(picks.bed), picked)
    np.testing.assert_array_equal(picks.surface_pick.quality, np.where(picked, 1, 0))
    np.testing.assert_array_equal(picks.bed_pick.quality, np.where(picked, 3, 0))
    np.testing.assert_array_equal(picks.surface_pick.kind, np.where(picked, 2, 0))
    np.testing.assert_array_equal(picks.bed_pick.kind, np.where(picked, 1, 0))
    np.testing.assert_allclose(picks.distance, FLIGHT.distance, atol=1e-5)


def test_the_layers_are_found_by_the_names_that_the_organiser_gives_their_numbers(tmp_path):
    turned = maker.Layers(LAYERS.twtt[::-1], LAYERS.quality[::-1], LAYERS.kind[::-1], number=(7, 3))
    path = maker.write_layer_file(tmp_path / f"{FRAME}.mat", FLIGHT, turned)
    names = read_organiser(
        maker.write_organiser(tmp_path / "layer_20200913_02.mat", {3: "Surface", 7: "bottom", 9: "x"})
    )
    assert names == {3: "surface", 7: "bottom", 9: "x"}
    np.testing.assert_allclose(
        read_layer_file(path, names).surface[:20], surface(FLIGHT.lon, FLIGHT.lat)[:20], atol=1e-6
    )
    assert np.isnan(read_layer_file(path).surface).all()  # without it 1 is the surface, which this file does not have


def test_an_old_file_may_name_its_layers_itself(tmp_path):
    turned = maker.Layers(LAYERS.twtt[::-1], LAYERS.quality[::-1], LAYERS.kind[::-1], name=("bottom", "surface"))
    for version in ("5", "7.3"):
        path = maker.write_old_layer_file(tmp_path / f"{FRAME}.mat", FLIGHT, turned, version, named=True)
        np.testing.assert_allclose(read_layer_file(path).bed[:20], bed(FLIGHT.lon, FLIGHT.lat)[:20], atol=1e-6)


@pytest.mark.parametrize("version", ["5", "7.3"])
def test_a_manual_pick_stands_where_the_old_format_has_no_automatic_one(tmp_path, version):
    manual = {"value": [{"data": LAYERS.twtt[:1]}, {"data": np.full((1, len(FLIGHT.lon)), np.nan)}]}
    path = maker.write_old_layer_file(tmp_path / "a.mat", FLIGHT, LAYERS, version, layerData=[manual])
    picks = read_layer_file(path, frame_id=FRAME)
    np.testing.assert_allclose(picks.surface[:20], surface(FLIGHT.lon, FLIGHT.lat)[:20], atol=1e-6)
    assert (picks.surface_pick.kind[:20] == 1).all()
    assert (picks.surface_pick.quality == 0).all()  # nobody says
    assert np.isnan(picks.bed).all()


def test_traces_without_a_place_on_the_earth_are_left_out_and_counted(tmp_path):
    lat, lon = FLIGHT.lat.copy(), FLIGHT.lon.copy()
    lat[3], lon[5], lat[9] = np.nan, np.inf, -91.0
    path = maker.write_layer_file(tmp_path / "a.mat", FLIGHT, LAYERS, lat=lat[None], lon=lon[None])
    picks = read_layer_file(path)
    assert (picks.without_position, len(picks)) == (3, len(FLIGHT.lon) - 3)
    np.testing.assert_allclose(picks.surface[:4], surface(FLIGHT.lon, FLIGHT.lat)[[0, 1, 2, 4]], atol=1e-6)


ABSURD = {
    "negative": lambda twtt: -twtt,
    "of a thousand seconds": lambda twtt: np.full(len(twtt), 1e3),
    "in microseconds": lambda twtt: twtt * 1e6,
    "in milliseconds": lambda twtt: twtt * 1e3,
    "immense": lambda twtt: np.full(len(twtt), 1.7e308),
}


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
@pytest.mark.parametrize("absurd", ABSURD)
def test_travel_times_that_no_surface_can_have_are_left_out_and_counted(tmp_path, write, absurd):
    twtt = LAYERS.twtt.copy()
    twtt[0, 3:9] = ABSURD[absurd](twtt[0, 3:9])
    picks = read_layer_file(write(tmp_path / "a.mat", FLIGHT, maker.Layers(twtt, LAYERS.quality, LAYERS.kind)))
    picked = np.isfinite(LAYERS.twtt[0])
    picked[3:9] = False
    assert picks.impossible == 6
    np.testing.assert_array_equal(np.isfinite(picks.surface), picked)
    np.testing.assert_array_equal(np.isfinite(picks.bed), picked)
    np.testing.assert_allclose(picks.surface[picked], surface(FLIGHT.lon, FLIGHT.lat)[picked], atol=1e-6)
    assert not picks.surface_pick.quality[3:9].any()


@pytest.mark.parametrize(
    ("height", "can_be"), [(8_849.0, True), (9_100.0, False), (-430.0, True), (-700.0, False), (np.nan, False)]
)
def test_a_surface_is_left_out_that_is_higher_than_mount_everest_or_lower_than_the_dead_sea(tmp_path, height, can_be):
    elevation = FLIGHT.elevation.copy()
    elevation[7] = height + LAYERS.twtt[0, 7] * maker.C / 2
    path = maker.write_layer_file(tmp_path / "a.mat", FLIGHT, LAYERS, elev=elevation[None])
    picks = read_layer_file(path)
    assert picks.impossible == (0 if can_be else 1)
    assert np.isfinite(picks.surface[7]) == can_be


@pytest.mark.parametrize(
    ("ice_m", "can_be"), [(4_897.0, True), (6_100.0, False), (-20.0, True), (-200.0, False), (0.0, True)]
)
def test_a_bed_is_left_out_under_more_ice_than_there_is_anywhere_or_above_the_surface(tmp_path, ice_m, can_be):
    twtt = LAYERS.twtt.copy()
    twtt[1, 7] = twtt[0, 7] + ice_m * 2 * np.sqrt(maker.ICE) / maker.C
    picks = read_layer_file(
        maker.write_layer_file(tmp_path / "a.mat", FLIGHT, maker.Layers(twtt, LAYERS.quality, LAYERS.kind))
    )
    assert picks.impossible == (0 if can_be else 1)
    assert np.isfinite(picks.bed[7]) == can_be
    assert np.isfinite(picks.surface[7])


def test_a_radar_on_the_ground_has_picks_of_no_travel_time(tmp_path):
    twtt = np.vstack([np.zeros(len(FLIGHT.lon)), LAYERS.twtt[1] - LAYERS.twtt[0]])
    path = maker.write_layer_file(tmp_path / "a.mat", FLIGHT, maker.Layers(twtt, LAYERS.quality, LAYERS.kind))
    picks = read_layer_file(path)
    assert picks.impossible == 0
    np.testing.assert_array_equal(picks.surface, FLIGHT.elevation)


def test_a_file_without_any_layer_gives_its_track(tmp_path):
    nothing = {name: np.empty((0, 0)) for name in ("id", "twtt", "quality", "type")}
    picks = read_layer_file(maker.write_layer_file(tmp_path / "a.mat", FLIGHT, LAYERS, **nothing))
    assert np.isnan(picks.surface).all()
    np.testing.assert_allclose(picks.track.length, FLIGHT.distance[-1], atol=1e-5)


NEW = dict.fromkeys(["lat", "lon", "elev", "gps_time", "id", "quality", "type"], "new")
OLD = dict.fromkeys(["Latitude", "Longitude", "Elevation", "GPS_time"], "old, v5")


@pytest.mark.parametrize(("field", "made"), [*NEW.items(), *OLD.items()])
@pytest.mark.parametrize("fault", ["missing", "short", "text", "cells", "structure"])
def test_a_field_that_is_missing_or_of_another_shape_is_named_in_one_sentence(tmp_path, field, made, fault):
    value = {
        "missing": None,
        "short": np.ones((2, 7)),
        "text": "none",
        "cells": [np.ones((1, 2))],
        "structure": {"a": np.ones((1, 2))},
    }[fault]
    path = WRITERS[made](tmp_path / f"{FRAME}.mat", FLIGHT, LAYERS, **{field: value})
    with pytest.raises(InputError) as caught:
        read_layer_file(path)
    sentence = str(caught.value)
    # Of the first field that is too short, all others are too long.
    named = {"lat": "lon", "Latitude": "Longitude"}.get(field, field) if fault == "short" else field
    named = "twtt" if (field, fault) == ("id", "short") else named
    assert f"'{named}'" in sentence
    assert FRAME in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


@pytest.mark.parametrize("version", ["5", "7.3"])
@pytest.mark.parametrize(
    ("layer", "field"),
    [
        ({}, "layerData{1}.value{1}"),
        ({"value": [{"data": np.ones((1, 201))}]}, "layerData{1}.value{2}"),
        ({"value": [{"data": np.ones((1, 201))}, {"dat": np.ones((1, 201))}]}, "layerData{1}.value{2}.data"),
        ({"value": [{"data": np.ones((1, 3))}, {"data": np.ones((1, 201))}]}, "layerData{1}.value{1}.data"),
        ({"value": [{"data": np.ones((1, 201))}] * 2, "quality": np.ones((1, 2))}, "layerData{1}.quality"),
    ],
)
def test_a_field_within_the_old_format_is_named_by_its_way(tmp_path, version, layer, field):
    path = maker.write_old_layer_file(tmp_path / "a.mat", FLIGHT, LAYERS, version, layerData=[{"x": "y", **layer}])
    with pytest.raises(InputError, match=r"layerData") as caught:
        read_layer_file(path)
    assert f"'{field}'" in str(caught.value)


def test_a_file_of_another_kind_is_told_as_what_it_is(tmp_path):
    organiser = maker.write_organiser(tmp_path / "layer_20200913_02.mat", {1: "surface"})
    echogram = maker.Echogram().write(tmp_path / "Data.mat", FLIGHT, surface, bed)
    other = maker.write_mat(tmp_path / "other.mat", {"a": np.ones((1, 1))}, "5")
    page = tmp_path / "page.mat"
    page.write_bytes(b"<html>Login</html>" * 100)
    for path, words in {
        organiser: "the organiser of a segment and no layer file",
        echogram: "an echogram file and no layer file",
        other: "no layer file, as it holds neither 'twtt' nor 'layerData'",
        page: "no MATLAB file",
    }.items():
        with pytest.raises(InputError, match=f"{path.name} is {words}"):
            read_layer_file(path)


def test_a_file_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(InputError, match=r"a.mat cannot be read \(there is no such file or folder\); "):
        read_layer_file(tmp_path / "a.mat")


def attempt(path):
    """What a file gives: picks, or one sentence."""
    try:
        return read_layer_file(path), ""
    except InputError as error:
        sentence = str(error)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return None, sentence


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_wherever_a_file_breaks_off_it_is_one_sentence_and_never_wrong_numbers(tmp_path, write):
    path = write(tmp_path / f"{FRAME}.mat", FLIGHT, LAYERS)
    whole = path.read_bytes()
    right = read_layer_file(path)
    refused = 0
    for size in [*range(0, len(whole), max(len(whole) // 60, 1)), 4, 512, 513, 600]:
        path.write_bytes(whole[:size])
        picks, sentence = attempt(path)
        refused += bool(sentence)
        if picks:  # what is behind the last variable may be missing
            np.testing.assert_array_equal(picks.surface, right.surface)
            np.testing.assert_array_equal(picks.bed, right.bed)
    assert refused > 50


def test_bytes_that_are_damaged_are_one_sentence_or_do_no_harm_to_the_process(tmp_path):
    path = maker.write_layer_file(tmp_path / f"{FRAME}.mat", FLIGHT, LAYERS)
    whole = path.read_bytes()
    random = np.random.default_rng(3)
    refused = 0
    for _ in range(60):
        damaged = bytearray(whole)
        begin = int(random.integers(512, len(whole) - 64))
        damaged[begin : begin + 64] = random.bytes(64)
        path.write_bytes(damaged)
        refused += bool(attempt(path)[1])
    assert refused > 5


@pytest.mark.parametrize("package", ["pyfive", "scipy"])
def test_without_the_package_that_a_file_needs_the_sentence_says_what_to_install(tmp_path, monkeypatch, package):
    write = WRITERS["new" if package == "pyfive" else "old, v5"]
    path = write(tmp_path / "a.mat", FLIGHT, LAYERS)
    monkeypatch.setitem(sys.modules, "pyfive" if package == "pyfive" else "scipy.io", None)
    with pytest.raises(InputError, match=rf"needs the Python package {package}.*: install it .*pip install {package}"):
        read_layer_file(path)


def test_real_layer_files_give_the_numbers_that_h5py_reads(real_data):
    files = sorted((real_data / "readalong").glob("*Data_*.mat"))
    assert len(files) >= 2
    for path in files:
        picks = read_layer_file(path)
        with h5py.File(path) as file:
            told = {name: file[name][()] for name in ("lat", "lon", "elev", "gps_time", "twtt", "quality", "type")}
        np.testing.assert_array_equal(picks.lat, told["lat"][:, 0])
        np.testing.assert_array_equal(picks.lon, told["lon"][:, 0])
        np.testing.assert_array_equal(picks.elevation, told["elev"][:, 0])
        np.testing.assert_array_equal(picks.surface_pick.twtt, told["twtt"][:, 0])
        np.testing.assert_array_equal(picks.bed_pick.twtt, told["twtt"][:, 1])
        picked = np.isfinite(told["twtt"])
        np.testing.assert_array_equal(picks.bed_pick.quality, np.where(picked, told["quality"], 0)[:, 1])
        np.testing.assert_array_equal(picks.bed_pick.kind, np.where(picked, told["type"], 0)[:, 1])
        top = told["elev"][:, 0] - told["twtt"][:, 0] * 299792458 / 2
        np.testing.assert_allclose(picks.surface, top, atol=1e-9)
        in_ice = (told["twtt"][:, 1] - told["twtt"][:, 0]) * 299792458 / 2 / 3.15**0.5
        np.testing.assert_allclose(picks.bed, top - in_ice, atol=1e-9)
        # Flown on the day of the name, 16 s before what the GPS says (15 s in 2012).
        assert str(picks.time[0])[:10].replace("-", "") == picks.frame_id[5:13]
        ahead = told["gps_time"][:, 0] - picks.time.astype("datetime64[us]").astype(np.int64) / 1e6
        # 16 s since July 2012, 15 s before (IERS Bulletin C 43).
        np.testing.assert_allclose(ahead, 16.0, atol=1e-5)


def test_the_real_organiser_names_surface_and_bottom(real_data):
    (path,) = (real_data / "readalong").glob("*_layer_20141121_06.mat")
    assert read_organiser(path) == {1: "surface", 2: "bottom"}
