"""Heights near lines: all segments there, and no others, with what the file says of each."""

from __future__ import annotations

import h5py
import numpy as np
import pyproj
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from altimetry_maker import EPOCH, Granule
from xopr_crossovers.core.altimetry import BEST, QUALITIES, heights_near, open_granule, read_heights
from xopr_crossovers.core.common import InputError
from xopr_crossovers.core.geometry import Polylines

GEOD = pyproj.Geod(ellps="WGS84")
EARTH = pyproj.Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)
ALL = "all"
#: The turns, where latitude goes to and fro, are those of tracks that cross the antimeridian there.
PASSES = {
    "southern turn": Granule(11, 22, 11, start_m=1_190_000.0, length_m=160_000.0),
    "southward in the south": Granule(1012, 20, 10, start_m=2_000_000.0, length_m=160_000.0),
    "northward in the south": Granule(77, 5, 12, start_m=100_000.0, length_m=160_000.0),
    "northern turn": Granule(4, 14, 4, start_m=1_070_000.0, length_m=160_000.0),
    "northward in the north": Granule(1387, 22, 3, start_m=1_900_000.0, length_m=160_000.0),
    "the orbit's end": Granule(640, 22, 14, start_m=2_600_000.0, length_m=160_000.0),
}


@pytest.fixture(scope="module")
def files(tmp_path_factory, surface):
    """Each pass as a file with small chunks, one tenth of its segments missing, one tenth cloudy, one tenth poor."""
    folder = tmp_path_factory.mktemp("granules")
    paths = {}
    for title, granule in PASSES.items():
        granule.layout, granule.beams = "fine", ("gt1l", "gt2r")
        granule.gaps, granule.clouds, granule.poor = 0.1, 0.1, 0.1
        paths[title] = granule.write(folder, surface)
    return paths


def line(lon, lat):
    return Polylines(np.atleast_1d(lon).astype(float), np.atleast_1d(lat).astype(float), np.array([0, np.size(lon)]))


def places_of(granule, beam="gt2r"):
    columns = granule.truth[beam].columns
    return columns["longitude"], columns["latitude"]


def distances_to(lon, lat, at_lon, at_lat):
    return GEOD.inv(lon, lat, np.full(len(lon), at_lon), np.full(len(lat), at_lat))[2]


@pytest.mark.parametrize("title", ["southern turn", "northern turn"])
def test_the_passes_that_turn_do_so_and_cross_the_antimeridian(files, title):
    lon, lat = places_of(PASSES[title])
    assert len(np.unique(np.sign(np.diff(lat)))) == 2
    assert np.abs(np.diff(lon)).max() > 300.0


@pytest.mark.parametrize("title", PASSES)
@given(share=st.floats(0.0, 1.0), aside=st.floats(-3_000.0, 3_000.0), reach=st.floats(50.0, 5_000.0))
@settings(max_examples=6, deadline=None)
def test_near_a_point_all_segments_come_and_no_others_at_both_poles_and_where_the_track_turns(
    files, title, share, aside, reach
):
    granule = PASSES[title]
    lon, lat = places_of(granule)
    here = round(share * (len(lon) - 1))
    at_lon, at_lat, _ = GEOD.fwd(lon[here], lat[here], 77.0, aside)
    with open_granule(files[title]) as opened:
        found = read_heights(opened, {"gt2r": line(at_lon, at_lat)}, reach, ALL)["gt2r"]
    near = distances_to(lon, lat, at_lon, at_lat) <= reach
    truth = granule.truth["gt2r"]
    assert found.n_near == near.sum()
    assert found.n_cloudy == (near & ~truth.has_height).sum()
    assert np.array_equal(found.segments.segment_id, truth.columns["segment_id"][near & truth.has_height])
    assert found.problem or len(found.segments)


@pytest.mark.parametrize("title", PASSES)
def test_near_a_line_all_segments_come_and_no_others(files, title):
    granule = PASSES[title]
    lon, lat = places_of(granule)
    begin, end = len(lon) // 4, len(lon) // 2
    # From one side of the beam to the other: 60 km of its length, which leave it 2 km at both ends.
    first = GEOD.fwd(lon[begin], lat[begin], 120.0, 2_000.0)[:2]
    last = GEOD.fwd(lon[end], lat[end], 300.0, 2_000.0)[:2]
    track = line([first[0], last[0]], [first[1], last[1]])
    with open_granule(files[title]) as opened:
        found = read_heights(opened, {"gt2r": track}, 700.0, ALL)["gt2r"]
    fine = np.array([first, *GEOD.npts(*first, *last, 599), last])
    here, there = (np.column_stack(EARTH.transform(*x, np.zeros(len(x[0])))) for x in ((lon, lat), fine.T))
    nearest = np.array([np.linalg.norm(there - one, axis=1).min() for one in here])
    # The line's great circle on the core's sphere lies within metres of the geodesic.
    assert (nearest <= 690.0).sum() <= found.n_near <= (nearest <= 710.0).sum()
    assert found.n_near > 100


def test_what_is_read_of_a_segment_is_what_was_written(files, surface):
    granule = PASSES["southern turn"]
    lon, lat = places_of(granule)
    with open_granule(files["southern turn"]) as opened:
        found = read_heights(opened, {"gt2r": line(lon[[0, -1]], lat[[0, -1]])}, 10_000.0, ALL)["gt2r"]
    truth = granule.truth["gt2r"]
    there, segments = truth.has_height, found.segments
    assert np.array_equal(segments.lat, lat[there])
    assert np.array_equal(segments.h_li, truth.columns["h_li"][there])
    good = segments.quality == 0
    assert np.abs(segments.h_li - surface(segments.lon, segments.lat))[good].max() < 1e-3
    written = EPOCH + np.round(truth.columns["delta_time"][there] * 1e9).astype("timedelta64[ns]")
    assert np.array_equal(segments.time, written)
    for column, path in (("x_atc", "ground_track/x_atc"), ("n_fit_photons", "fit_statistics/n_fit_photons")):
        assert np.array_equal(getattr(segments, column), truth.columns[path][there])
    # Six beams, 3.3 km and 45 m from the middle: DOMAIN's figures for the south.
    assert np.abs(segments.y_atc + 47.0).max() < 3.0


def test_only_the_best_heights_count_unless_all_are_asked_for(files):
    granule = PASSES["southern turn"]
    lon, lat = places_of(granule)
    with open_granule(files["southern turn"]) as opened:
        asked = {"gt2r": line(lon[[0, -1]], lat[[0, -1]])}
        best, every = (read_heights(opened, asked, 10_000.0, quality)["gt2r"] for quality in QUALITIES)
    assert QUALITIES == (BEST, ALL)
    poor = granule.truth["gt2r"].columns["atl06_quality_summary"] == 1
    n_poor = int((poor & granule.truth["gt2r"].has_height).sum())
    assert (best.n_poor, every.n_poor) == (n_poor, 0)
    assert n_poor == len(every.segments) - len(best.segments) > 100
    assert set(best.segments.quality) == {0}


def test_a_line_that_reaches_far_beyond_both_ends_of_the_granule_finds_all_of_it(files):
    granule = PASSES["northward in the south"]
    metres = granule.truth["gt2r"].columns["ground_track/x_atc"]
    lon, lat = granule.places("gt2r", np.linspace(metres[0] - 400_000.0, metres[-1] + 400_000.0, 60))
    with open_granule(files["northward in the south"]) as opened:
        found = read_heights(opened, {"gt2r": line(lon, lat)}, 2_000.0, ALL)["gt2r"]
    assert found.n_near == len(metres)


def test_many_places_of_a_beam_are_told_apart_and_one_that_two_share_comes_twice(files):
    granule = PASSES["southern turn"]
    lon, lat = places_of(granule)
    rows = np.array([3000, 40, 3003, 6000])
    windows = Polylines(lon[rows], lat[rows], np.arange(5))
    with open_granule(files["southern turn"]) as opened:
        found = read_heights(opened, {"gt2r": windows}, 100.0, ALL)["gt2r"].segments
        alone = [
            read_heights(opened, {"gt2r": line(lon[row], lat[row])}, 100.0, ALL)["gt2r"].segments.segment_id
            for row in rows
        ]
    for number, ids in enumerate(alone):
        assert np.array_equal(found.segment_id[found.window == number], ids)
    assert len(np.intersect1d(alone[0], alone[2])) > 0


def test_a_place_that_the_granule_never_comes_near_has_no_segments_and_says_so(files):
    with open_granule(files["southern turn"]) as opened:
        far = read_heights(opened, {"gt2r": line(12.0, 81.0)}, 500.0, ALL)["gt2r"]
        begin = PASSES["southern turn"].truth["gt2r"].columns["ground_track/x_atc"][:1]
        before = PASSES["southern turn"].places("gt2r", begin - 9_000.0)
        outside = read_heights(opened, {"gt2r": line(*before)}, 500.0, ALL)["gt2r"]
    for found in (far, outside):
        assert found.n_near == len(found.segments) == 0
        assert found.problem == (
            f"{PASSES['southern turn'].name}, beam gt2r, has no segments within 500 m: take another cycle, or search "
            "farther off."
        )


def test_an_off_pointed_pass_is_found_where_it_is(tmp_path, surface):
    granule = Granule(length_m=30_000.0, left_m=12_000.0, beams=("gt2l",))
    path = granule.write(tmp_path, surface)
    lon, lat = places_of(granule, "gt2l")
    found = heights_near(path, {"gt2l": line(lon[700], lat[700])}, 205.0)["gt2l"]
    assert len(found.segments) == 21


@pytest.mark.parametrize("off", [-200.0, 200.0])
def test_metres_along_the_track_that_are_off_a_little_lose_nothing(tmp_path, surface, off):
    granule = Granule(length_m=30_000.0, x_off_m=off, beams=("gt2l",), layout="fine")
    path = granule.write(tmp_path, surface)
    lon, lat = places_of(granule, "gt2l")
    assert len(heights_near(path, {"gt2l": line(lon[700], lat[700])}, 205.0)["gt2l"].segments) == 21


@pytest.mark.parametrize(("orientation", "strong"), [(0, True), (1, False), (2, None)])
@pytest.mark.parametrize("says_type", [True, False])
def test_the_strong_beam_is_known_by_its_attribute_or_by_how_the_spacecraft_flies(
    tmp_path, surface, orientation, strong, says_type
):
    granule = Granule(length_m=500.0, beams=("gt1l", "gt1r"), orientation=orientation, says_type=says_type)
    with open_granule(granule.write(tmp_path, surface)) as opened:
        assert [opened.beams[name].strong for name in ("gt1l", "gt1r")] == [
            strong,
            None if strong is None else not strong,
        ]


def test_a_beam_that_is_not_there_or_all_cloud_has_no_heights_and_says_what_to_do(tmp_path, surface):
    granule = Granule(length_m=2_000.0, beams=("gt1l", "gt2r"), all_fill=("gt1l",))
    path = granule.write(tmp_path, surface)
    lon, lat = places_of(granule, "gt1l")
    here = line(lon[50], lat[50])
    found = heights_near(path, {"gt3r": here, "gt1l": here}, 105.0)
    assert found["gt3r"].problem == (
        f"{granule.name} has no beam gt3r: choose of the others (gt1l, gt2r), or another cycle."
    )
    assert found["gt1l"].problem == (
        f"{granule.name}, beam gt1l, has no heights there, as all 11 segments are without one, mostly for clouds: take "
        "another cycle."
    )
    assert found["gt1l"].n_cloudy == 11


def test_a_field_that_nobody_must_have_is_missing_values_and_told(tmp_path, surface):
    left_out = ("fit_statistics/dh_fit_dy", "h_li_sigma")
    granule = Granule(length_m=2_000.0, beams=("gt1l",), leaves_out=left_out)
    path = granule.write(tmp_path, surface)
    lon, lat = places_of(granule, "gt1l")
    found = heights_near(path, {"gt1l": line(lon[50], lat[50])}, 105.0)["gt1l"]
    assert sorted(found.missing) == sorted(f"gt1l/land_ice_segments/{name}" for name in left_out)
    assert np.isnan(found.segments.dh_fit_dy).all()
    assert np.isfinite(found.segments.dh_fit_dx).all()


@pytest.mark.parametrize("field", ["h_li", "latitude", "segment_id", "ground_track/x_atc", "atl06_quality_summary"])
def test_without_a_field_that_is_needed_the_sentence_names_it(tmp_path, surface, field):
    granule = Granule(length_m=2_000.0, beams=("gt1l",), leaves_out=(field,))
    path = granule.write(tmp_path, surface)
    with pytest.raises(InputError, match=f"has no field gt1l/land_ice_segments/{field}: it is no whole ATL06 granule"):
        heights_near(path, {"gt1l": line(0.0, -80.0)}, 500.0)


def test_a_file_that_bears_another_granules_name_is_told_so(tmp_path, surface):
    granule = Granule(length_m=400_000.0, beams=("gt2l",))
    path = granule.write(tmp_path, surface, name=granule.name.replace("_0320", "_0321"))
    with h5py.File(path, "r+") as file:
        del file["orbit_info"]
    other = Granule(rgt=321)
    lon, lat = other.places("gt2l", np.array([granule.truth["gt2l"].columns["ground_track/x_atc"][9_000]]))
    with pytest.raises(InputError, match="does not hold what its name says, as its segments do not lie along RGT 321"):
        heights_near(path, {"gt2l": line(lon, lat)}, 500.0)


@pytest.mark.parametrize(("number", "told"), [("032121", "RGT 320, not 321"), ("032021", "cycle 22, not 21")])
def test_a_file_under_another_passs_name_is_told_so_also_where_it_has_nothing_near(tmp_path, surface, number, told):
    granule = Granule(length_m=2_000.0, beams=("gt2l",))
    path = granule.write(tmp_path, surface, name=granule.name.replace("_032022", f"_{number}"))
    with pytest.raises(
        InputError, match=f"{path.name} does not hold what its name says, as by .* it is of {told}: give"
    ):
        heights_near(path, {"gt2l": line(0.0, -70.0)}, 500.0)


def test_a_file_with_a_name_of_the_users_own_is_known_by_its_fields(tmp_path, surface):
    granule = Granule(length_m=2_000.0, beams=("gt1l",))
    path = granule.write(tmp_path, surface, name="mine.h5")
    lon, lat = places_of(granule, "gt1l")
    assert len(heights_near(path, {"gt1l": line(lon[50], lat[50])}, 105.0)["gt1l"].segments) == 11
    with open_granule(path) as opened:
        assert (opened.rgt, opened.cycle) == (320, 22)
    with h5py.File(path, "r+") as file:
        del file["orbit_info/rgt"]
    with pytest.raises(InputError, match="does not tell its reference ground track"):
        heights_near(path, {"gt1l": line(lon[50], lat[50])}, 105.0)


def test_of_columns_that_are_not_asked_for_nothing_is_read(tmp_path, surface):
    granule = Granule(length_m=2_000.0, beams=("gt1l",))
    path = granule.write(tmp_path, surface)
    lon, lat = places_of(granule, "gt1l")
    found = heights_near(path, {"gt1l": line(lon[50], lat[50])}, 105.0, columns=("h_li_sigma",))["gt1l"]
    assert np.isfinite(found.segments.h_li_sigma).all()
    assert np.isnan(found.segments.y_atc).all()
    assert found.missing == ()


def test_a_quality_that_is_none_is_told(tmp_path):
    with pytest.raises(InputError, match="no quality 'good': choose of best, all"):
        heights_near(tmp_path / "x.h5", {}, 1.0, "good")
