"""Heights along a frame against a surface that is known exactly, at both poles and by the antimeridian."""

import dataclasses
import shutil

import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely

import radar_maker
from heights_maker import SITES, Site
from makers import Log
from odd_server import OddServer, answer
from xopr_crossovers.core.common import CancelledError, InputError
from xopr_crossovers.core.frames import Frames
from xopr_crossovers.core.heights import (
    ELEVATION_COLUMNS,
    RADAR_COLUMNS,
    Along,
    GranulePlaces,
    Sources,
    chosen_frame,
    read_along,
)
from xopr_crossovers.core.heights.flown_frame import flown_frame
from xopr_crossovers.core.radar import RadarFiles
from xopr_crossovers.core.reports import section_page

EVERYWHERE = pytest.mark.parametrize("name", sorted(SITES))


def sources(folder, radar="radar"):
    return Sources(GranulePlaces(str(folder / "granules")), RadarFiles(str(folder / radar)))


@pytest.fixture(scope="module")
def along(sites):
    return {name: read_along(site.frames(), None, sources(folder)) for name, (site, folder) in sites.items()}


def true_segments(site, reach_m=600.0):
    """All segments as they were written, and where each is beside the flown line, by shapely in an equal-area plane."""
    line = shapely.linestrings(np.column_stack(site.to_plane.transform(site.flight.lon, site.flight.lat)))
    # Only what is near the middle of the flight: all others take long.
    rough = shapely.linestrings(shapely.get_coordinates(line)[[0, -1]])
    parts = []
    for granule in site.granules:
        rise = site.trend_m_a * site.years(granule)
        for beam, truth in granule.truth.items():
            lon, lat = truth.columns["longitude"], truth.columns["latitude"]
            points = shapely.points(*site.to_plane.transform(lon, lat))
            some = shapely.distance(points, rough) < reach_m
            lon, lat, points = lon[some], lat[some], points[some]
            foot = shapely.line_interpolate_point(line, shapely.line_locate_point(line, points))
            foot_lon, foot_lat = site.to_plane.transform(shapely.get_x(foot), shapely.get_y(foot), direction="INVERSE")
            parts.append(
                pd.DataFrame(
                    {
                        "granule_id": granule.name,
                        "beam": beam,
                        "lon": lon,
                        "lat": lat,
                        "flown_m": shapely.line_locate_point(line, points),
                        "away_m": shapely.distance(points, foot),
                        "h_li": site.height(lon, lat) + rise,
                        "radar": site.height(foot_lon, foot_lat) - site.radar_off_m,
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)


@EVERYWHERE
def test_every_height_near_the_flown_track_is_there_with_what_the_radar_saw_beside_it(sites, along, name):
    site, _ = sites[name]
    found, truth = along[name].elevations, true_segments(site)
    truth = truth[truth["away_m"] <= 500.0]
    assert len(found) == len(truth) > 600
    keys = ["granule_id", "beam", "flown_m"]
    # Neighbouring segments are 20 m apart, and cross the track: their order along it is that of the distances.
    found, truth = (table.sort_values(keys).reset_index(drop=True) for table in (found, truth))
    assert (found[keys[:2]] == truth[keys[:2]]).all(axis=None)
    assert found["flown_m"].to_numpy() == pytest.approx(truth["flown_m"].to_numpy(), abs=0.2)
    assert found["offset_m"].abs().to_numpy() == pytest.approx(truth["away_m"].to_numpy(), abs=0.1)
    assert found["h_li"].to_numpy() == pytest.approx(truth["h_li"].to_numpy(), abs=0.002)
    assert found["radar_surface"].to_numpy() == pytest.approx(truth["radar"].to_numpy(), abs=0.005)
    assert found["difference"].to_numpy() == pytest.approx((truth["h_li"] - truth["radar"]).to_numpy(), abs=0.007)
    assert found.geometry.z.to_numpy() == pytest.approx(found["h_li"].to_numpy(), abs=0.001)


def test_what_is_near_the_whole_track_is_found_though_the_granule_is_asked_by_a_simpler_line(sites, along):
    site, folder = sites["south"]
    lines = along["south"].frame.lines
    simple = shapely.linestrings(np.column_stack(site.to_plane.transform(lines.lon, lines.lat)))
    assert len(lines.lon) < len(site.flight.lon) / 4
    truth = true_segments(site)
    truth = truth[truth["away_m"] < 500.0]
    points = shapely.points(*site.to_plane.transform(truth["lon"].to_numpy(), truth["lat"].to_numpy()))
    farther = shapely.distance(points, simple) - truth["away_m"].to_numpy()
    assert 0.3 < farther.max() < 1.01
    # The one that the simpler line is farthest from, at a distance that it is just within.
    one = truth.iloc[np.argmax(farther)]
    found = read_along(site.frames(), None, sources(folder), Along(one["away_m"] + 0.1, (one["beam"],))).elevations
    mine = found[found["granule_id"] == one["granule_id"]]
    assert np.abs(mine["flown_m"] - one["flown_m"]).min() < 0.3


@EVERYWHERE
def test_on_the_track_the_difference_is_the_known_offset_of_each_cycle_to_centimetres(sites, along, name):
    site, _ = sites[name]
    found = along[name].elevations
    for granule in site.granules:
        mine = found[found["granule_id"] == granule.name]
        # Slopes across the track are straight lines over some hundred metres: at its middle is the offset itself.
        near = mine[mine["offset_m"].abs() < 200]
        recovered = np.polyfit(near["offset_m"], near["difference"], 2)[-1]
        assert recovered == pytest.approx(site.radar_off_m + site.trend_m_a * site.years(granule), abs=0.05)


@EVERYWHERE
def test_what_lies_left_of_the_flight_has_a_positive_offset(sites, along, name):
    site, _ = sites[name]
    found = along[name].elevations
    lonlat = found.to_crs("EPSG:4326").geometry
    x, y = site.to_plane.transform(lonlat.x.to_numpy(), lonlat.y.to_numpy())
    begin, end = (np.array(site.to_plane.transform(site.flight.lon[row], site.flight.lat[row])) for row in (0, -1))
    cross = (end - begin)[0] * (y - begin[1]) - (end - begin)[1] * (x - begin[0])
    clear = found["offset_m"].abs() > 30  # the flight goes to and fro about its line
    assert (np.sign(cross) == np.sign(found["offset_m"]))[clear].all()


@EVERYWHERE
def test_the_layers_of_the_radar_are_its_surface_and_bed_trace_by_trace(sites, along, name):
    site, _ = sites[name]
    radar = along[name].radar
    assert list(radar.columns) == [*RADAR_COLUMNS, "geometry"]
    n = len(site.flight.lon)
    assert radar["layer"].tolist() == ["surface"] * n + ["bed"] * n
    surface = site.height(site.flight.lon, site.flight.lat)
    assert radar["height"].to_numpy()[:n] == pytest.approx(surface - site.radar_off_m, abs=0.001)
    assert radar["height"].to_numpy()[n:] == pytest.approx(surface - 900.0, abs=0.001)
    assert radar.geometry.z.to_numpy() == pytest.approx(radar["height"].to_numpy(), abs=0.001)
    crs = "EPSG:3031" if name != "north" else "EPSG:3413"
    assert radar.crs == along[name].elevations.crs == crs


def test_columns_tell_the_pass_the_days_and_the_pick(sites, along):
    site, _ = sites["south"]
    found = along["south"].elevations
    assert list(found.columns) == [*ELEVATION_COLUMNS, "geometry"]
    first = site.granules[0]
    row = found[found["granule_id"] == first.name].iloc[0]
    assert (row["rgt"], row["cycle"], row["region"]) == (site.rgt, first.cycle, site.region)
    day = pd.Timestamp(first.name[6:14])
    assert row["days_between"] == (day - pd.Timestamp(site.flown[:10])).days
    assert (row["pick_quality"], row["pick_type"], row["flown_line"]) == ("good", "automatic", "layer file")
    assert 0 <= row["trace_gap_m"] <= 7.6
    # sc_orient 0: left beams are strong; these granules turn it with each cycle.
    strong = found.groupby("granule_id").apply(
        lambda some: some.set_index("beam")["strong"].iloc[0], include_groups=False
    )
    assert strong.notna().all()
    assert along["south"].n_granules == len(site.granules)


@EVERYWHERE
def test_the_section_runs_as_the_map_does_whichever_way_the_frame_was_flown(sites, name, tmp_path):
    site, folder = sites[name]
    back = dataclasses.replace(site)
    flight = site.flight
    back.__dict__["flight"] = radar_maker.Flight(flight.lon[::-1], flight.lat[::-1], flight.elevation, flight.gps_time)
    radar_maker.write_layer_file(
        tmp_path / f"{site.frame_id}.mat",
        back.flight,
        radar_maker.Layers.of(back.flight, lambda lon, lat: site.height(lon, lat) - site.radar_off_m),
    )
    crs = "EPSG:3413" if name == "north" else "EPSG:3031"
    x, _ = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform(
        flight.lon[[0, -1]], flight.lat[[0, -1]]
    )
    one = Along(beams=("gt2l",), buffer_m=50.0)
    granules = GranulePlaces(str(folder / "granules"))
    there = read_along(site.frames(), None, Sources(granules, RadarFiles(str(folder / "radar"))), one)
    again = read_along(back.frames(), None, Sources(granules, RadarFiles(str(tmp_path))), one)
    assert [there.flown_leftwards, again.flown_leftwards] == [x[1] < x[0], x[0] < x[1]]
    turned = dataclasses.replace(there, along=dataclasses.replace(one, turned=True))
    assert turned.flown_leftwards is not there.flown_leftwards
    # The same places have the same difference, and are on the other side of the flight.
    length = there.frame.track.length
    one, other = (table.sort_values(["granule_id", "height_time"]) for table in (there.elevations, again.elevations))
    assert one["difference"].to_numpy() == pytest.approx(other["difference"].to_numpy(), abs=0.01)
    assert one["offset_m"].to_numpy() == pytest.approx(-other["offset_m"].to_numpy(), abs=0.11)
    assert one["flown_m"].to_numpy() == pytest.approx(length - other["flown_m"].to_numpy(), abs=0.11)


def test_without_a_layer_file_the_heights_come_along_the_line_of_the_catalog_and_one_warning_says_so(sites, tmp_path):
    site, folder = sites["south"]
    shutil.copy(folder / "radar" / f"{site.frame_id}.mat", tmp_path / "Data_19990101_01_001.mat")
    told = Log()
    found = read_along(
        site.frames(), None, Sources(GranulePlaces(str(folder / "granules")), RadarFiles(str(tmp_path))), progress=told
    )
    assert len(found.elevations) > 1_000
    assert found.elevations["difference"].isna().all()
    assert set(found.elevations["flown_line"]) == {"frame"}
    assert list(found.radar.columns) == [*RADAR_COLUMNS, "geometry"]
    assert len(found.radar) == 0
    assert len(told.warnings) == 1
    assert told.warnings[0].startswith("The heights come without the radar's surface, and without a difference: ")
    # The line of the catalog joins the flight's two ends and its middle: it is off by what the flight goes to and fro.
    exact = read_along(site.frames(), None, sources(folder)).elevations
    both = found.elevations.merge(exact, on=["granule_id", "beam", "height_time"], suffixes=("", "_exact"))
    off = (both["offset_m"] - both["offset_m_exact"]).abs()
    assert 1.0 < off.max() < 17.0


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory):
    """A site with clouds and poor heights, whose radar has picks along half of the track only."""
    site = Site(cycles=(20,), beams=("gt1l", "gt3r"), more={"clouds": 0.25, "poor": 0.2, "seed": 3})
    folder = site.write(tmp_path_factory.mktemp("spoilt") / "files")
    half = len(site.flight.lon) // 2
    layers = radar_maker.Layers.of(site.flight, site.height, unpicked=[slice(0, half)])
    radar_maker.write_layer_file(folder / "radar" / f"{site.frame_id}.mat", site.flight, layers)
    return site, folder


def test_picks_that_cannot_be_are_left_out_and_told_in_the_log_and_the_report(spoilt, tmp_path):
    site, folder = spoilt
    layers = radar_maker.Layers.of(site.flight, site.height)
    layers.twtt[0, :40] = 1e3
    path = radar_maker.write_layer_file(tmp_path / f"{site.frame_id}.mat", site.flight, layers)
    log = Log()
    asked = Sources(GranulePlaces(str(folder / "granules")), RadarFiles(str(tmp_path)))
    found = read_along(site.frames(), None, asked, progress=log)
    assert len(found.radar) == len(site.flight.lon) - 40
    words = f"40 picks of {path} left out, as no surface or bed can be there"
    assert words in log.text
    assert words in section_page(found)


def test_what_is_left_out_is_counted_by_beam_and_said(spoilt):
    site, folder = spoilt
    told = Log()
    found = read_along(site.frames(), None, sources(folder), Along(buffer_m=3_000.0), progress=told)
    (granule,) = site.granules
    by_beam = found.beams.set_index("beam")
    assert by_beam.loc["gt2l", "reason"] == "the granule has no such beam"
    away = true_segments(site, reach_m=np.inf).set_index("beam")["away_m"]
    for beam in site.beams:
        truth, row = granule.truth[beam], by_beam.loc[beam]
        near = away[beam].to_numpy() <= 3_000.0
        poor = truth.columns["atl06_quality_summary"] > 0
        assert row["n_near"] == near.sum()
        assert row["n_cloudy"] == (near & ~truth.has_height).sum() > 0
        assert row["n_poor"] == (near & truth.has_height & poor).sum() > 0
        assert row["n_heights"] == (near & truth.has_height & ~poor).sum() > 0
        assert row["n_no_pick"] == row["n_heights"] - row["n_differences"]
    assert found.elevations["difference"].isna().sum() == by_beam["n_no_pick"].sum() > 0
    assert found.spread.n == found.elevations["difference"].notna().sum() > 0
    assert f"{by_beam['n_cloudy'].sum():,} segments left out: without a height, mostly for clouds." in told.infos
    assert f"{by_beam['n_poor'].sum():,} segments left out: not of the best quality." in told.infos
    assert "without a difference: no pick of the surface near enough." in told.text
    everything = read_along(site.frames(), None, sources(folder), Along(buffer_m=3_000.0, quality="all"))
    assert len(everything.elevations) == len(found.elevations) + by_beam["n_poor"].sum()
    assert set(everything.elevations["quality"]) == {0, 1}


def test_segments_beyond_the_ends_of_the_track_are_counted_and_left_out(sites, tmp_path):
    site, folder = sites["south"]
    flight = site.flight
    middle = len(flight.lon) // 2
    # A track that ends 100 m before the middle beams would cross it.
    some = slice(0, middle - 7)
    short = radar_maker.Flight(flight.lon[some], flight.lat[some], flight.elevation[some], flight.gps_time[some])
    radar_maker.write_layer_file(tmp_path / f"{site.frame_id}.mat", short, radar_maker.Layers.of(short, site.height))
    places = Sources(GranulePlaces(str(folder / "granules")), RadarFiles(str(tmp_path)))
    found = read_along(site.frames(), None, places, Along(beams=("gt2l", "gt2r")))
    sums = found.beams[["n_near", "n_cloudy", "n_poor", "n_beyond", "n_heights"]].sum()
    assert sums["n_beyond"] > 0
    assert sums["n_near"] == sums["n_cloudy"] + sums["n_poor"] + sums["n_beyond"] + sums["n_heights"]
    assert len(found.elevations) == sums["n_heights"]
    assert found.elevations["flown_m"].between(0.0, found.frame.track.length).all()


def test_where_nothing_is_near_the_layers_are_empty_with_all_columns_and_a_warning_says_so(sites):
    site, folder = sites["south"]
    far = site.frames()
    far["geometry"] = shapely.linestrings([[0.0, -75.0], [1.0, -75.0]])
    far["id"] = "Data_20010101_01_001"
    told = Log()
    found = read_along(far, None, sources(folder), progress=told)
    assert len(found.elevations) == 0
    assert list(found.elevations.columns) == [*ELEVATION_COLUMNS, "geometry"]
    assert found.n_granules == found.spread.n == 0
    assert told.warnings[-1] == (
        "No height within 500 m of Data_20010101_01_001 (no segment is near): take other granules, a larger BUFFER, or "
        "QUALITY=all; the layer Elevations is empty."
    )
    assert set(found.beams["reason"]) == {"no segment near"}


def test_of_matches_the_rows_of_the_frame_are_read(sites):
    site, folder = sites["south"]
    first, second = site.granules[:2]
    matches = pd.DataFrame(
        {
            "frame_id": [site.frame_id, "Data_20010101_01_001", site.frame_id],
            "granule_id": [first.name, second.name, first.name],
            "https_url": ["https://data.example.org/x", None, None],
        }
    )
    told = Log()
    one = Along(beams=("gt1l",), buffer_m=100.0)
    found = read_along(site.frames(), matches, sources(folder), one, name="MATCHES", progress=told)
    assert set(found.elevations["granule_id"]) == {first.name}
    assert set(found.elevations["https_url"]) == {"https://data.example.org/x"}
    assert "MATCHES: 1 row left out, of other frames." in told.infos


@pytest.mark.parametrize(
    ("rows", "name", "sentence"),
    [
        (
            {"frame_id": ["Data_1", "Data_1"], "granule_id": ["a", "b"], "https_url": ["", ""]},
            "MATCHES",
            "MATCHES has no granule of Data_20201103_01_001 in 2 rows: match its granules first, or give another fr",
        ),
        ({"granule_id": [], "https_url": []}, "GRANULES", "GRANULES has no granules: search those of Data_20201103"),
        ({"https_url": ["x"]}, "GRANULES", "GRANULES has no column 'granule_id', which names the granule; give"),
        (None, "", "Give GRANULES, MATCHES or GRANULE_FILES: one of them is needed."),
    ],
)
def test_a_frame_without_granules_is_said_in_one_sentence(sites, rows, name, sentence):
    site, folder = sites["south"]
    table = None if rows is None else pd.DataFrame(rows)
    places = GranulePlaces(str(folder / "granules")) if rows is not None else GranulePlaces()
    with pytest.raises(InputError) as caught:
        read_along(site.frames(), table, Sources(places, RadarFiles(str(folder / "radar"))), name=name)
    assert str(caught.value).startswith(sentence)


def frames_of(*ids, season="2020_Antarctica_Made"):
    table = pd.concat([SITES["south"].frames()] * len(ids), ignore_index=True) if ids else SITES["south"].frames()[:0]
    return table.assign(id=list(ids), collection=season)


def test_one_frame_is_chosen_by_its_name_the_selection_or_because_it_is_the_only_one():
    assert chosen_frame(frames_of("a")).table["id"].tolist() == ["a"]
    assert chosen_frame(frames_of("a", "b"), "b").table["id"].tolist() == ["b"]
    assert chosen_frame(frames_of("a", "b", "c"), selected=["c"]).table["id"].tolist() == ["c"]
    assert chosen_frame(frames_of("a", "b", "c"), "a", selected=["c"]).table["id"].tolist() == ["a"]
    assert len(chosen_frame(frames_of("a", "a"))) == 1


@pytest.mark.parametrize(
    ("frames", "frame_id", "selected", "sentence"),
    [
        (frames_of(), "", (), "FRAMES has no frame: give a layer with the frame that is to be read along."),
        (
            frames_of("Data_20201103_01_001", "b"),
            "",
            (),
            "FRAMES has 2 frames, and one is read along: select it in the layer, or give its name in FRAME, such as "
            "Data_20201103_01_001.",
        ),
        (frames_of("a", "b", "c"), "", ("a", "b"), "FRAMES has 3 frames, and one is read along: select it"),
        (
            frames_of("Data_20201103_01_001"),
            "Data_20201103_01_01",
            (),
            "FRAMES has no frame Data_20201103_01_01, as FRAME says; did you mean Data_20201103_01_001?",
        ),
        (frames_of("b"), "Data_1", (), "FRAMES has no frame Data_1, as FRAME says; the first of 1 is b."),
        (
            frames_of("a", "a").assign(collection=["2019_Made", "2020_Made"]),
            "a",
            (),
            "FRAMES has 2 frames, and one is read along",
        ),
    ],
)
def test_a_frame_that_is_not_clear_is_asked_for_in_one_sentence(frames, frame_id, selected, sentence):
    with pytest.raises(InputError) as caught:
        chosen_frame(frames, frame_id, selected)
    assert str(caught.value).startswith(sentence)


def test_a_frame_that_runs_straight_up_on_the_map_begins_at_its_upper_end():
    def leftwards(*lat):
        line = shapely.linestrings([[0.0, one] for one in lat])
        return flown_frame(Frames(frames_of("Data_2").set_geometry([line], crs="EPSG:4326")), RadarFiles()).runs_left

    # Of EPSG:3031 the meridian of Greenwich runs from the pole straight up.
    assert [leftwards(-70.0, -71.0), leftwards(-71.0, -70.0)] == [False, True]


def test_a_line_that_was_cut_at_the_antimeridian_is_one_track():
    halves = [[[179.0, -80.0], [180.0, -80.0]], [[-180.0, -80.0], [-179.0, -80.0]]]
    frames = frames_of("Data_2").set_geometry([shapely.MultiLineString(halves)], crs="EPSG:4326")
    track = flown_frame(Frames(frames), RadarFiles()).track
    assert track.lon.tolist() in ([179.0, 180.0, -179.0], [179.0, -180.0, -179.0])
    assert track.length == pytest.approx(2 * pyproj.Geod(ellps="WGS84").inv(179.0, -80.0, 180.0, -80.0)[2], abs=0.001)


def test_a_frame_without_line_and_layer_file_is_named(sites):
    site, folder = sites["south"]
    frames = site.frames().assign(id="Data_20010101_01_001")
    frames["geometry"] = None
    with pytest.raises(InputError, match="Data_20010101_01_001 has neither a layer file nor a line"):
        read_along(frames, None, sources(folder))


@pytest.mark.parametrize(
    ("wanted", "sentence"), [({"buffer_m": 0.0}, "BUFFER must be from 1 m"), ({"buffer_m": 1e6}, "to 50,000 m")]
)
def test_a_distance_that_is_none_is_refused(wanted, sentence):
    with pytest.raises(InputError, match=sentence):
        Along(**wanted)


def test_an_echogram_that_is_not_at_hand_is_told_and_the_run_goes_on(sites):
    site, folder = sites["south"]
    one = Along(beams=("gt1l",), buffer_m=50.0)
    for echogram, why in (
        ("data", "RADAR_FILES holds no echogram file of"),
        ("thumbnail", "tells no address of a pict"),
    ):
        told = Log()
        found = read_along(
            site.frames(), None, sources(folder), dataclasses.replace(one, echogram=echogram), progress=told
        )
        assert len(found.elevations) > 0
        assert told.warnings[0].startswith("The report goes on without the echogram: ")
        assert why in told.warnings[0]
        assert found.beside.missing in told.warnings[0]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"\xff\xd8\xff" + b"1" * 900, "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n" + b"1" * 900, "image/png"),
        (b"MATLAB 5.0 MAT-file".ljust(600), ""),
    ],
)
def test_the_published_picture_of_the_echogram_is_shown_if_it_is_one(sites, body, kind):
    site, folder = sites["south"]
    one = Along(beams=("gt1l",), buffer_m=50.0, echogram="thumbnail")
    told = Log()
    with OddServer(answer(body)) as server:
        frames = site.frames().assign(thumbnail=f"{server.url}/picks.jpg")
        beside = read_along(frames, None, sources(folder), one, progress=told).beside
    assert (beside.thumbnail, beside.kind) == ((body, kind) if kind else (b"", ""))
    said = [f"What the catalog has as a picture of {site.frame_id} is none (JPEG, PNG or GIF): do without."]
    assert [line.partition("echogram: ")[2] for line in told.warnings] == ([] if kind else said)


def test_of_ones_own_files_each_pass_is_read_once_in_its_newest_revision(sites, tmp_path):
    site, folder = sites["south"]
    first = site.granules[0].name
    newer = first.replace("_007_01.h5", "_007_02.h5")
    for name in (first, newer):
        shutil.copy(folder / "granules" / first, tmp_path / name)
    places = Sources(GranulePlaces(str(tmp_path)), RadarFiles(str(folder / "radar")))
    told = Log()
    found = read_along(site.frames(), None, places, Along(buffer_m=50.0), progress=told)
    assert set(found.beams["granule_id"]) == {newer}
    assert found.elevations["height_time"].is_monotonic_increasing
    # That is said of the differences that lie on the track, too: here all of them.
    n, median = len(found.elevations), found.elevations["difference"].median()
    assert f"Within 50 m of the track: median {median:+.2f} m, NMAD {found.spread.nmad:.2f} m, n {n:,}." in told.infos


def test_who_stops_is_obeyed(sites):
    site, folder = sites["south"]
    with pytest.raises(CancelledError):
        read_along(site.frames(), None, sources(folder), progress=Log(cancel_after=3))
