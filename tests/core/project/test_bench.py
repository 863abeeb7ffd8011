"""The benchmark measures what it says: its inputs are like real ones and the same each time, its verdicts are right."""

from __future__ import annotations

import importlib

import numpy as np
import pytest
import shapely
from pyproj import Geod

WGS84 = Geod(ellps="WGS84")


@pytest.fixture
def module(repository, monkeypatch):
    monkeypatch.syspath_prepend(str(repository / "bench"))
    return importlib.import_module


@pytest.fixture
def measured(module):
    def measured(seconds, peak_mb=100.0, **facts):
        return module("measure").Measured({"match": seconds}, seconds, seconds, peak_mb, {"match": seconds}, facts)

    return measured


def small_season(module):
    flights = module("flights")
    return flights.frames([flights.Season("S", "2016-10-14", 60, (-66.0, -64.4), -135.0, -30.0, -89.0, -67.0)])


def test_the_same_season_gives_the_same_frames(module):
    first, second = small_season(module), small_season(module)

    assert first.drop(columns="geometry").equals(second.drop(columns="geometry"))
    assert first.geometry.geom_equals_exact(second.geometry, 0).all()


def test_frames_are_50_km_long_as_those_of_2016_are(module):
    lengths = np.array([WGS84.geometry_length(line) for line in small_season(module).geometry])

    # The plane's scale differs from 1 by up to 4 % between the pole and the coast; corners are cut by 100 m at most.
    assert np.all((lengths > 47_000) & (lengths < 52_500))


def test_a_frames_line_lies_in_its_own_four_cells(module):
    from xopr_crossovers.core.morton import cell_numbers as morton

    frames = small_season(module)
    for line, cells in zip(frames.geometry, frames["opr:mbox"]):
        lon, lat = shapely.get_coordinates(line).T
        numbers = morton.decimals(morton.point_indices(lat, lon)).astype(str)

        assert len(cells) == 4
        assert all(number.startswith(tuple(map(str, cells))) for number in numbers)


def test_the_archive_s_catalogs_lie_where_published_ones_do_and_hold_all_its_frames(module, tmp_path, monkeypatch):
    from xopr_crossovers.core.catalogs import frames_at_hand
    from xopr_crossovers.core.catalogs.seasons import season_names

    inputs, flights = module("inputs"), module("flights")
    monkeypatch.setattr(inputs, "CATALOGS", tmp_path)
    archive = flights.frames(flights.archive_seasons(n_frames=300))
    inputs.catalogs(archive)
    monkeypatch.setenv("XOPR_CATALOG_URL", str(tmp_path))

    assert len(list(tmp_path.rglob("stac.parquet"))) == archive["collection"].nunique() == len(season_names())
    assert len(frames_at_hand()) == len(archive)


def test_a_pass_has_the_same_footprint_whichever_cycles_are_asked_for(module):
    passes = module("passes")
    alone, among = passes.granules([22]), passes.granules([21, 22])
    among = among[among["cycle"] == 22].reset_index(drop=True)

    assert alone["granule_id"].tolist() == among["granule_id"].tolist()
    assert alone.geometry.geom_equals_exact(among.geometry, 0).all()


def test_repeats_of_a_track_are_kilometres_apart(module):
    passes = module("passes")
    rgt = np.arange(1, 1388)
    one, other = (passes.footprints(rgt, np.full(1387, cycle), np.full(1387, 11)) for cycle in (21, 22))
    apart = []
    for a, b in zip(one, other):
        (lon_a, lat_a), (lon_b, lat_b) = shapely.get_coordinates(a)[1], shapely.get_coordinates(b)[1]
        apart.append(WGS84.inv(lon_a, lat_a, lon_b, lat_b)[2])

    # A difference of two normal deviates of 2.5 km: half of them are more than 0.67 * 2.5 * sqrt(2) km apart.
    assert 2_000 < np.median(apart) < 2_800


def test_footprints_have_the_vertices_and_the_width_of_real_ones(module):
    rings = module("passes").granules([22]).geometry
    vertices = shapely.get_num_coordinates(rings.to_numpy())
    widths = []
    for ring in rings.iloc[::50]:
        points = shapely.get_coordinates(ring)[:-1]
        ahead, back = points[1 : len(points) // 2 + 1], np.vstack([points[:1], points[: len(points) // 2 : -1]])
        widths.append(WGS84.inv(*ahead.T, *back.T)[2])

    assert (vertices.min(), np.median(vertices), vertices.max()) == (9, 27, 51)
    assert np.concatenate(widths).min() > 12_350
    assert np.concatenate(widths).max() < 12_650


@pytest.mark.parametrize(("seconds", "peak_mb", "met"), [(9.9, 100, True), (10.1, 100, False), (9.9, 2_001, False)])
def test_a_bar_is_met_only_in_time_and_memory(module, measured, seconds, peak_mb, met):
    line = module("outcomes").Line("work", measured(100.0), measured(seconds, peak_mb), bar=10, limit_mb=2_000)

    assert line.met is met


def test_a_bar_of_seconds_and_one_of_a_rate_are_met_from_their_own_side(module, measured):
    line = module("outcomes").Line

    assert line("", None, measured(599.0), bar=600, bar_kind="seconds").met
    assert not line("", None, measured(601.0), bar=600, bar_kind="seconds").met
    assert line("", None, measured(1.0), bar=3e6, bar_kind="rate", rate=3.1e6).met
    assert not line("", None, measured(1.0), bar=3e6, bar_kind="rate", rate=2.9e6).met


def test_only_the_sampled_stage_is_stretched(module):
    measure = module("measure")
    stages = {"index": 1.0, "match": 2.0}
    whole = measure.scaled(measure.Measured(stages, 3.0, 4.0, 5.0, stages), 8, ("match",))

    assert whole.stages == whole.processor == {"index": 1.0, "match": 16.0}
    assert whole.seconds == 17.0


@pytest.mark.parametrize("power", [1.0, 1.5])
def test_the_exponent_of_a_curve_is_that_of_its_law(module, power):
    curve = [{"n": n, "processor": 3 * n**power} for n in (10, 20, 40, 80)]

    assert module("archive_rows").exponent(curve) == pytest.approx(power)


def test_a_pair_that_one_side_lacks_is_counted(module, tmp_path, capsys, monkeypatch):
    paths = [tmp_path / "a.npz", tmp_path / "b.npz"]
    np.savez(paths[0], frame=[0, 0, 4], granule=[1, 2, 1], n_granules=5)
    np.savez(paths[1], frame=[0, 1, 4], granule=[1, 2, 1], n_granules=5)
    monkeypatch.setattr("sys.argv", ["compare.py", *map(str, paths), "--every", "4"])

    module("compare").main()

    expected = '{"both": 2, "first_only": 1, "second_only": 0, "frames_that_differ": 1}'
    assert capsys.readouterr().out.strip() == expected


def test_the_prediction_and_its_reference_find_the_same_passes(module):
    predictions = module("predictions")
    table, some = predictions.places(200), predictions.TRACKS[::40]
    place, passed, _ = predictions.ours(table)
    mine = np.isin(passed // 2, some)
    ours = {*zip(place[mine], passed[mine])}
    plain = {*zip(*predictions.plain(table, some)[:2])}

    assert len(ours) > 20
    assert ours == plain
