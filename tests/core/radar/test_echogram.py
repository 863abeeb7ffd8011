"""An echogram becomes a picture with surface and bed at their heights, whatever elevation its times count from."""

from __future__ import annotations

import numpy as np
import pytest

import radar_maker as maker
from makers import Log
from xopr_crossovers.core.common.errors import CancelledError, InputError
from xopr_crossovers.core.radar.echogram_file import opened_echogram
from xopr_crossovers.core.radar.echogram_picture import draw_echogram
from xopr_crossovers.core.radar.layer_file import read_layer_file

FLIGHT = maker.Flight.straight((179.98, -76.0), 80.0, 6000.0, elevation=1500.0)


def surface(lon, lat):
    return 1000.0 + 60.0 * np.sin(np.radians(lon) * 800)


def bed(lon, lat):
    return surface(lon, lat) - 700.0 - 80.0 * np.cos(np.radians(lon) * 500)


# 50 ns are 7.5 m in air and 4.2 m in ice.
ECHOGRAM = maker.Echogram(n_samples=400, dt=5e-8)
SAMPLE_M = 7.5


@pytest.fixture
def picks(tmp_path):
    return read_layer_file(
        maker.write_layer_file(tmp_path / "layer.mat", FLIGHT, maker.Layers.of(FLIGHT, surface, bed))
    )


def brightest(picture, low, high):
    """Height of the brightest row of each column within a span of heights around that of each column."""
    middle = (picture.height[1:] + picture.height[:-1]) / 2
    inside = (middle[:, None] > low) & (middle[:, None] < high)
    return middle[np.nanargmax(np.where(inside, picture.decibel, -999.0), axis=0)]


def check(picture, picks):
    middle = (picture.distance[1:] + picture.distance[:-1]) / 2
    top, under = (np.interp(middle, picks.distance, heights) for heights in (picks.surface, picks.bed))
    row_m = picture.height[0] - picture.height[1]
    np.testing.assert_allclose(brightest(picture, top - 100, top + 100), top, atol=SAMPLE_M / 2 + row_m)
    np.testing.assert_allclose(brightest(picture, under - 100, under + 100), under, atol=SAMPLE_M / 2 + row_m)


@pytest.mark.parametrize("version", ["5", "7.3"])
def test_surface_and_bed_lie_at_their_heights_above_the_ellipsoid(tmp_path, picks, version):
    path = ECHOGRAM.write(tmp_path / "echo.mat", FLIGHT, surface, bed, version)
    picture = draw_echogram(path, picks, width=200, height=300)
    assert picture.decibel.shape == (300, 200)
    assert (picture.distance[0], picture.distance[-1]) == (0.0, picks.track.length)
    assert picture.height[0] > picks.surface.max() > picks.bed.min() > picture.height[-1]
    assert abs(picture.shift_m) < 1e-6
    assert picture.surface_known
    check(picture, picks)


@pytest.mark.parametrize("version", ["5", "7.3"])
def test_an_echogram_that_counts_from_another_elevation_is_shifted_to_that_of_the_layer_file(tmp_path, picks, version):
    higher = maker.Flight(FLIGHT.lon, FLIGHT.lat, FLIGHT.elevation + 300.0, FLIGHT.gps_time)
    path = ECHOGRAM.write(tmp_path / "echo.mat", higher, surface, bed, version)
    picture = draw_echogram(path, picks, width=200, height=300)
    assert picture.shift_m == pytest.approx(300.0)
    check(picture, picks)


def test_the_numbers_are_the_mean_power_in_decibel(tmp_path, picks):
    # Even power of 1e-6 is -60 dB in any pixel, however traces and samples fall into it.
    even = np.full((400, len(FLIGHT.lon)), 1e-6)
    path = ECHOGRAM.write(tmp_path / "echo.mat", FLIGHT, surface, bed, Data=even)
    for size in ((37, 50), (401, 999)):
        picture = draw_echogram(path, picks, *size, heights=(400.0, 1300.0))
        np.testing.assert_allclose(picture.decibel, -60.0, atol=1e-4)
        assert (picture.height[0], picture.height[-1]) == (1300.0, 400.0)


def test_beyond_the_record_nothing_is_shown(tmp_path, picks):
    path = ECHOGRAM.write(tmp_path / "echo.mat", FLIGHT, surface, bed)
    picture = draw_echogram(path, picks, 20, 100, heights=(-3000.0, 1600.0))
    middle = (picture.height[1:] + picture.height[:-1]) / 2
    assert np.isnan(picture.decibel[middle > 1500.0 + SAMPLE_M]).all()  # above the aircraft
    # The record ends after 400 samples of 50 ns: 2,998 m in air, of which 560 m pass above the lowest ice.
    assert np.isnan(picture.decibel[middle < 940.0 - (2998.0 - 560.0) / 3.15**0.5]).all()
    assert np.isfinite(picture.decibel[(middle > 0.0) & (middle < 1450.0)]).all()
    assert (picture.grey()[np.isnan(picture.decibel)] == 255).all()


def test_whole_numbers_that_were_narrowed_are_numbers(tmp_path, picks):
    path = maker.Echogram(n_samples=400, dt=5e-8, floor=0.0, peak=200.0).write(
        tmp_path / "echo.mat", FLIGHT, surface, bed, version="5", dtype=np.uint8
    )
    check(draw_echogram(path, picks, width=200, height=300), picks)


def test_no_more_than_a_part_of_the_file_is_in_memory_at_once(tmp_path):
    path = ECHOGRAM.write(tmp_path / "echo.mat", FLIGHT, surface, bed)
    with opened_echogram(path) as echogram:
        blocks = list(echogram.blocks(most_bytes=400 * 8 * 100))
        (whole,) = echogram.blocks()
    assert max(power.shape[1] for _, power in blocks) <= 100
    assert [begin for begin, _ in blocks] == list(np.cumsum([0, *(power.shape[1] for _, power in blocks)])[:-1])
    np.testing.assert_array_equal(np.hstack([power for _, power in blocks]), whole[1])


def test_without_any_surface_all_is_taken_for_air_and_that_is_told(tmp_path):
    unpicked = maker.Layers.of(FLIGHT, surface, bed, unpicked=[slice(None)])
    picks = read_layer_file(maker.write_layer_file(tmp_path / "layer.mat", FLIGHT, unpicked))
    path = ECHOGRAM.write(tmp_path / "echo.mat", FLIGHT, surface, bed, Surface=None, Bottom=None)
    picture = draw_echogram(path, picks, 200, 600)
    assert not picture.surface_known
    top = np.interp(
        (picture.distance[1:] + picture.distance[:-1]) / 2, FLIGHT.distance, surface(FLIGHT.lon, FLIGHT.lat)
    )
    np.testing.assert_allclose(brightest(picture, top - 100, top + 100), top, atol=SAMPLE_M / 2 + 6)
    known = ECHOGRAM.write(tmp_path / "echo.mat", FLIGHT, surface, bed)
    assert draw_echogram(known, picks, 200, 600).surface_known  # the echogram's own


def test_strong_echoes_are_black_and_what_is_weak_is_white(tmp_path, picks):
    path = ECHOGRAM.write(tmp_path / "echo.mat", FLIGHT, surface, bed)
    grey = draw_echogram(path, picks, 200, 300).grey()
    assert grey.dtype == np.uint8
    assert (grey.min(axis=0) < 100).all()
    assert np.median(grey) == 255


@pytest.mark.parametrize("version", ["5", "7.3"])
@pytest.mark.parametrize("field", ["Data", "Time", "Latitude", "Longitude", "Elevation", "Surface"])
@pytest.mark.parametrize("fault", ["missing", "short", "text", "cells"])
def test_a_field_that_is_missing_or_of_another_shape_is_named_in_one_sentence(tmp_path, picks, version, field, fault):
    value = {"missing": None, "short": np.ones((1, 7)), "text": "no", "cells": [np.ones((1, 2))]}[fault]
    path = ECHOGRAM.write(tmp_path / "echo.mat", FLIGHT, surface, bed, version, **{field: value})
    if (field, fault) == ("Surface", "missing"):
        draw_echogram(path, picks)
        return
    with pytest.raises(InputError) as caught:
        draw_echogram(path, picks)
    sentence = str(caught.value)
    named = "Longitude" if (field, fault) == ("Latitude", "short") else field
    assert f"'{named}'" in sentence
    assert "echo.mat" in sentence
    assert sentence.endswith(".")


def test_times_that_do_not_ascend_and_a_layer_file_are_told(tmp_path, picks):
    path = ECHOGRAM.write(tmp_path / "echo.mat", FLIGHT, surface, bed, Time=np.zeros((400, 1)))
    with pytest.raises(InputError, match="holds no ascending times in 'Time'"):
        draw_echogram(path, picks)
    layer = maker.write_layer_file(tmp_path / "layer.mat", FLIGHT, maker.Layers.of(FLIGHT, surface, bed))
    with pytest.raises(
        InputError, match=r"layer.mat is a layer file and no echogram file: give that of CSARP_standard"
    ):
        draw_echogram(layer, picks)


def test_an_echogram_of_another_flight_is_refused(tmp_path, picks):
    other = maker.Flight.straight((-100.0, -76.0), 80.0, 6000.0)
    path = ECHOGRAM.write(tmp_path / "echo.mat", other, surface, bed)
    with pytest.raises(InputError, match=r"echo.mat is of another flight: none of its 401 traces lies within 200 m of"):
        draw_echogram(path, picks)


def test_drawing_can_be_cancelled(tmp_path, picks):
    path = ECHOGRAM.write(tmp_path / "echo.mat", FLIGHT, surface, bed)
    with pytest.raises(CancelledError):
        draw_echogram(path, picks, progress=Log(cancel_after=0))


def test_an_echogram_of_a_flight_beside_this_one_is_refused(tmp_path, picks):
    # 0.01 degrees of latitude are 1.1 km.
    other = maker.Flight(FLIGHT.lon, FLIGHT.lat + 0.01, FLIGHT.elevation, FLIGHT.gps_time)
    path = ECHOGRAM.write(tmp_path / "echo.mat", other, surface, bed)
    with pytest.raises(InputError, match=r"none of its 401 traces lies within 200 m of"):
        draw_echogram(path, picks)


def test_between_traces_the_nearest_one_is_shown_but_a_long_gap_stays_empty(tmp_path):
    # 5 m from trace to trace, then 60 m, and 1 km without any from 4 to 5 km.
    along = np.concatenate([np.arange(0, 1000, 5), np.arange(1000, 4001, 60), np.arange(5000, 6001, 60)])
    lon, lat = (np.interp(along, FLIGHT.distance, values) for values in (FLIGHT.lon % 360, FLIGHT.lat))
    flight = maker.Flight(lon, lat, np.full(len(along), 1500.0), 1.6e9 + along / 100)
    layers = maker.Layers.of(flight, surface, bed)
    picks = read_layer_file(maker.write_layer_file(tmp_path / "layer.mat", flight, layers))
    path = ECHOGRAM.write(tmp_path / "echo.mat", flight, surface, bed, Data=np.full((400, len(along)), 1e-6))
    picture = draw_echogram(path, picks, 1000, 50, heights=(500.0, 1200.0))
    middle = (picture.distance[1:] + picture.distance[:-1]) / 2
    empty = np.isnan(picture.decibel).all(axis=0)
    width = picture.distance[1]
    assert width < 30.0
    assert not empty[(middle < 3960.0) | (middle > 5000.0)].any()
    assert empty[(middle > 4100.0 + width) & (middle < 4900.0 - width)].all()
