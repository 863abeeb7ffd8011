"""The page about measured crossovers: its numbers are those of the table, and it stands alone."""

import dataclasses
import html
import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from xopr_crossovers.core.heights import HEIGHT_COLUMNS, SERIES_COLUMNS, FlownLines, MeasuredCrossovers, spread_of
from xopr_crossovers.core.reports import CLASS_COLOURS, CLASSES_M, class_names, heights_page
from xopr_crossovers.core.reports.value_charts import spreads, value_bins, value_histogram


def measured(differences, lat=-75.0, **columns):
    n = len(differences)
    table = pd.DataFrame({name: np.full(n, np.nan) for name in HEIGHT_COLUMNS})
    for name, kind in HEIGHT_COLUMNS.items():
        if kind in ("text", "bool"):
            table[name] = np.full(n, None, dtype=object)
    table["difference"] = differences
    table["h_li"] = np.where(np.isfinite(differences), 100.0, np.nan)
    table["slope"] = 0.001
    for name in ("height_time", "radar_time"):
        table[name] = pd.to_datetime(["2023-07-01"] * n, utc=True)
    table = table.assign(frame_id="Data_20201103_01_001", granule_id="ATL06_x.h5", beam="gt1l", **columns)
    points = gpd.points_from_xy(np.linspace(-100, -90, n), np.full(n, lat), crs="EPSG:4326")
    series = gpd.GeoDataFrame({name: [] for name in SERIES_COLUMNS}, geometry=[], crs="EPSG:4326")
    return MeasuredCrossovers(gpd.GeoDataFrame(table, geometry=points, crs="EPSG:4326"), series)


def plain(page):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_the_page_tells_n_median_nmad_and_rms_and_the_share_with_data():
    words = plain(heights_page(measured([1.0, 2.0, 3.0, 4.0, 10.0, np.nan])))
    assert "6 crossovers of ICESat-2 and radar flights: 5 (83 %) have a laser height, 5 of them" in words
    assert "+3.00 m in the median, with an NMAD of 1.48 m and an RMS of 5.10 m" in words
    assert "laser less radar 5 3.00 1.48 5.10" in words


def test_the_page_says_what_heights_are_above_and_that_picks_are_no_truth():
    words = plain(heights_page(measured([1.0, 2.0])))
    assert "metres above the ellipsoid WGS 84, in the ITRF" in words
    assert "picks of the radar's surface are no truth" in words


def test_of_few_differences_none_is_said_to_be_in_line():
    assert "do not tell what is usual" in plain(heights_page(measured([1.0] * 6 + [900.0])))
    assert "No difference is more than three NMAD" in plain(heights_page(measured([1.0] * 8)))


def test_groups_are_told_apart_by_season_slope_and_pick():
    found = measured([1.0, 5.0, 9.0], pick_quality=["good", "moderate", None], slope=[0.0, 0.004, 0.05])
    found.table["height_time"] = pd.to_datetime(["2022-12-31", "2023-03-01", "2023-11-30"], utc=True)
    page = heights_page(found)
    for name, median in [
        ("2022", 1.0),
        ("2023", 7.0),
        ("Dec-Feb", 1.0),
        ("Mar-May", 5.0),
        ("Sep-Nov", 9.0),
        ("0 to 0.1°", 1.0),
        ("0.1 to 0.3°", 5.0),
        ("over 1°", 9.0),
        ("good", 1.0),
        ("moderate", 5.0),
        ("not known", 9.0),
    ]:
        assert re.search(rf"{re.escape(name)} \(n \d+\): median {median:.2f}", page), name


def test_outliers_are_in_a_table_the_largest_first():
    found = measured([1.0, 1.1, 0.9, 40.0, -70.0], outlier=[None, None, None, "laser", "radar"])
    words = plain(heights_page(found))
    assert "2 differences are more than three NMAD from the median" in words
    assert words.index("-70.00") < words.index("40.00 not known")


def test_reasons_are_counted():
    found = measured([np.nan, np.nan, 2.0], reason=["no beam", "no beam", None])
    assert "no beam 2" in plain(heights_page(found))


@pytest.mark.parametrize("differences", [[], [np.nan, np.nan], [3.0], [2.0, 2.0]])
def test_few_values_or_none_make_a_page_too(differences):
    page = heights_page(measured(np.array(differences, dtype=float)))
    assert page.startswith("<!DOCTYPE html>")
    assert "nan" not in plain(page).lower().replace("nmad", "")


@pytest.mark.parametrize(("lat", "region"), [(-75.0, "Antarctica"), (75.0, "Greenland and the Arctic")])
def test_the_map_is_that_of_the_pole(lat, region):
    page = heights_page(measured([-20.0, 0.0, 20.0], lat))
    assert f"Differences, {region}" in page
    for colour in (CLASS_COLOURS[0], CLASS_COLOURS[3], CLASS_COLOURS[-1]):
        assert f'stroke="{colour}"' in page


@pytest.mark.parametrize(("lat", "south"), [(-75.0, True), (75.0, False)])
def test_the_map_has_the_flight_lines_of_its_hemisphere_under_the_points(lat, south):
    found = measured([1.0, 2.0], lat)
    assert "flight line" not in plain(heights_page(found))
    places = found.table.to_crs("EPSG:3031" if south else "EPSG:3413").geometry
    line = np.column_stack([places.x, places.y])
    here, elsewhere = (FlownLines.of([(line, side)]) for side in (south, not south))
    drawn = heights_page(dataclasses.replace(found, flown=here))
    assert "flight line" in plain(drawn)
    paths = re.findall(r'<path d="([^"]+)" fill="none" stroke="([^"]+)"', drawn)
    order = [colour for data, colour in paths if data.startswith("M")]
    assert order.index("#1d2b36") < order.index(CLASS_COLOURS[4])
    assert "flight line" not in plain(heights_page(dataclasses.replace(found, flown=elsewhere)))


def test_laser_and_radar_of_one_day_say_it_once():
    found = measured([1.0, 2.0])
    found.table.loc[0, "radar_time"] = pd.NaT
    words = plain(heights_page(found))
    assert "Laser 2023-07-01 Radar 2023-07-01; 1 unknown" in words


def test_the_page_needs_no_other_file_and_takes_no_name_for_html():
    found = measured([1.0, 2.0])
    found.table["frame_id"] = "<script>alert(1)</script>"
    found.table["outlier"] = "yes"
    page = heights_page(found)
    assert "<script" not in page
    assert not re.search(r'(?:src|href)="', page)


def test_classes_are_named_by_their_edges():
    assert class_names() == ["below -10", "-10 to -3", "-3 to -1", "-1 to 1", "1 to 3", "3 to 10", "above 10"]
    assert len(CLASS_COLOURS) == len(CLASSES_M) - 1


def test_bars_are_of_one_round_width_and_hold_the_usual_values():
    values = np.concatenate([np.random.default_rng(1).normal(0, 1, 1000), [500.0, -500.0]])
    edges = value_bins(values)
    assert np.allclose(np.diff(edges), edges[1] - edges[0])
    assert (edges[0], edges[-1]) == (pytest.approx(-5.0, abs=0.6), pytest.approx(5.0, abs=0.6))
    drawn = value_histogram("All", values, "m", "crossovers")
    assert "1 of them below" in drawn
    assert "1 of them above" in drawn
    counts = [int(number) for number in re.findall(r": (\d+)[<,]", drawn)]
    assert sum(counts) == 1002


def test_medians_and_bars_stand_in_the_scale_of_their_chart():
    drawn = spreads("By", {"a": spread_of([0.0]), "b": spread_of([10.0]), "c": spread_of([])}, "m")
    x = [float(number) for number in re.findall(r'<circle cx="([\d.]+)"', drawn)]
    assert len(x) == 2
    zero = float(re.search(r'<line x1="([\d.]+)" x2="\1" y1="30" y2="78" stroke="#1d2b36"', drawn)[1])
    assert x[0] == pytest.approx(zero)
    assert x[1] > zero
