"""Radar files come from the user's folder or the catalog's addresses, and each frame without one is counted."""

from __future__ import annotations

import dataclasses
import os
import shutil
import time

import numpy as np
import pytest
import shapely

import makers
import radar_maker as maker
from makers import Log
from odd_server import OddServer, answer
from standin import Fault, StandIn
from xopr_crossovers.core.catalogs.cache_files import RADAR, find, remove
from xopr_crossovers.core.common.environment import cache_dir
from xopr_crossovers.core.common.errors import CancelledError, DownloadError, InputError
from xopr_crossovers.core.radar import NoRadarFile, RadarFiles
from xopr_crossovers.core.radar.addresses import address_of, address_of_organiser
from xopr_crossovers.core.radar.picks import RadarPicks

STARTS = [(-105.0, -75.0), (179.98, -80.0), (-40.0, 72.0)]
FLIGHTS = [maker.Flight.straight(start, 60.0, 3000.0, elevation=2000.0, gps_time=1.6e9) for start in STARTS]
IDS = [f"Data_20200913_01_{number:03d}" for number in (1, 2, 3)]
FOLDER = "CSARP_layer/20200913_01"


def surface(lon, lat):
    return 500.0 + 10.0 * np.sin(np.radians(lat) * 5000)


def bed(lon, lat):
    return surface(lon, lat) - 900.0


def write_all(folder):
    """Layer files of three frames with their organiser, in folders as they are published."""
    for name, flight in zip(IDS, FLIGHTS):
        maker.write_layer_file(folder / FOLDER / f"{name}.mat", flight, maker.Layers.of(flight, surface, bed))
    maker.write_organiser(folder / FOLDER / "layer_20200913_01.mat", {1: "surface", 2: "bottom"})
    (folder / "echo.jpg").write_bytes(b"\xff\xd8\xff\xe0 picture")
    maker.Echogram(n_samples=50).write(folder / "CSARP_standard" / f"{IDS[0]}.mat", FLIGHTS[0], surface, bed)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rds")
    write_all(folder)
    with StandIn(cycles=[22], regions=[11], files=folder) as running:
        yield running


def frames_of(root="", **columns):
    lines = [list(zip(flight.lon[::100], flight.lat[::100])) for flight in FLIGHTS]
    table = makers.frames(*lines, ids=IDS, date="20200913")
    if root:
        table["CSARP_layer"] = [f"{root}{FOLDER}/{name}.mat" for name in IDS]
    return table.assign(**columns)


def layers_of(frames, source="", log=None):
    """What comes of each frame, in order."""
    found = list(RadarFiles(source, progress=log).layers_of(frames, log))
    assert [row for row, _ in found] == list(range(len(frames)))
    return [layers for _, layers in found]


def check(picks, number):
    assert isinstance(picks, RadarPicks)
    assert picks.frame_id == IDS[number]
    flight = FLIGHTS[number]
    np.testing.assert_allclose(picks.surface, surface(flight.lon, flight.lat), atol=1e-6)
    np.testing.assert_allclose(picks.bed, bed(flight.lon, flight.lat), atol=1e-6)


def test_what_the_catalog_points_to_is_fetched_once_and_kept(files):
    log = Log()
    for number, picks in enumerate(layers_of(frames_of(files.files_url), log=log)):
        check(picks, number)
    assert "Radar layer files: 3 of 3 frames have one." in log.infos
    assert log.warnings == []
    assert log.fractions == sorted(log.fractions)
    assert log.fractions[-1] == 1.0
    # A request for each frame, and one for the organiser of the segment.
    assert sorted(request.path.rpartition("/")[2] for request in files.requests) == [
        *(f"{name}.mat" for name in IDS),
        "layer_20200913_01.mat",
    ]
    files.requests.clear()
    for number, picks in enumerate(layers_of(frames_of(files.files_url))):
        check(picks, number)
    assert files.requests == []


def test_what_is_kept_is_found_by_the_settings_page_and_removed_by_it_and_nothing_else_is(files):
    layers_of(frames_of(files.files_url))
    mine = cache_dir() / "radar" / "notes.txt"
    mine.write_text("mine")
    kept = find(RADAR)
    assert sorted(path.name[21:] for path in kept.files) == [*(f"{name}.mat" for name in IDS), "layer_20200913_01.mat"]
    assert kept.size == sum(path.stat().st_size for path in kept.files)
    assert remove(RADAR).n_files == 4
    assert [path for path in cache_dir().rglob("*") if path.is_file()] == [mine]


def test_the_names_of_the_organiser_hold_for_files_from_the_server(tmp_path):
    folder = tmp_path / FOLDER
    layers = maker.Layers.of(FLIGHTS[0], surface, bed)
    turned = maker.Layers(layers.twtt[::-1], layers.quality[::-1], layers.kind[::-1])
    maker.write_layer_file(folder / f"{IDS[0]}.mat", FLIGHTS[0], turned)
    maker.write_organiser(folder / "layer_20200913_01.mat", {1: "bottom", 2: "surface"})
    with StandIn(cycles=[22], regions=[11], files=tmp_path) as running:
        check(layers_of(frames_of(running.files_url)[:1])[0], 0)


def test_without_an_organiser_layer_1_is_the_surface_and_it_is_not_asked_for_again(tmp_path):
    path = tmp_path / FOLDER / f"{IDS[0]}.mat"
    maker.write_layer_file(path, FLIGHTS[0], maker.Layers.of(FLIGHTS[0], surface, bed))
    with StandIn(cycles=[22], regions=[11], files=tmp_path) as running:
        for _ in range(2):
            check(layers_of(frames_of(running.files_url)[:1])[0], 0)
        assert len(running.requests) == 2


def test_a_frame_whose_file_is_not_on_the_server_is_counted_with_the_reason_and_the_others_come(files):
    frames = frames_of(files.files_url)
    frames.loc[1, "CSARP_layer"] = f"{files.files_url}{FOLDER}/{IDS[1]}_gone.mat"
    log = Log()
    first, gone, last = layers_of(frames, log=log)
    check(first, 0)
    check(last, 2)
    assert gone.reason == "not on the server"
    assert "Radar layer files: 2 of 3 frames have one." in log.infos
    (warning,) = log.warnings
    assert warning == (
        f"1 frame is without a layer file (not on the server); the first is {IDS[1]}: There is no file at "
        f"{files.files_url}{FOLDER}/{IDS[1]}_gone.mat: check the address."
    )


def test_a_frame_without_an_address_is_told_what_to_do(files):
    frames = frames_of(files.files_url, **{"opr:provider": "utig"})
    frames.loc[[0, 2], "CSARP_layer"] = None
    log = Log()
    layers = layers_of(frames, log=log)
    check(layers[1], 1)
    assert [one.reason for one in (layers[0], layers[2])] == ["no address of a layer file"] * 2
    assert f"2 frames are without a layer file (no address of a layer file); the first is {IDS[0]}: " in log.text


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (answer(b"<html>Login</html>", Content_Type="text/html"), "A web page came from"),
        (answer(b"nothing of use"), "is neither a MATLAB file nor a picture"),
        (answer(b"no", "403 Forbidden"), "does not give out"),
    ],
)
def test_what_comes_in_a_files_place_is_one_sentence_and_is_not_kept(body, words):
    with OddServer(body) as odd:
        (layers,) = layers_of(frames_of(odd.url + "/")[:1])
        assert isinstance(layers, NoRadarFile)
        assert words in layers.sentence
        assert layers.sentence.endswith(".")
        with pytest.raises(InputError, match=words):
            RadarFiles().layer_of({"id": IDS[0], "CSARP_layer": f"{odd.url}/a.mat"})
    assert find(RADAR).files == ()


def test_a_server_that_is_down_is_asked_for_one_file_and_not_for_each():
    frames = frames_of("http://127.0.0.1:9/")
    log = Log()
    began = time.monotonic()
    layers = layers_of(frames, log=log)
    assert [one.reason for one in layers] == ["cannot be fetched"] * 3
    assert "127.0.0.1:9 cannot be reached (the connection is refused)" in layers[0].sentence
    assert len([line for line in log.warnings if "retry" in line]) == 2
    assert time.monotonic() - began < 10


def test_a_kept_file_that_was_damaged_is_told_and_fetched_anew_by_the_next_run(files):
    layers_of(frames_of(files.files_url))
    damaged = next(path for path in find(RADAR).files if path.name.endswith(f"-{IDS[1]}.mat"))
    damaged.write_bytes(damaged.read_bytes()[:3000])
    assert layers_of(frames_of(files.files_url))[1].reason == "cannot be read"
    check(layers_of(frames_of(files.files_url))[1], 1)


def test_a_cache_folder_that_cannot_be_written_ends_the_run_in_one_sentence(files, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XOPR_CACHE_DIR", str(tmp_path / "file"))
    with pytest.raises(InputError, match=r"Radar files cannot be kept: .* cannot be written \(.*\); .*XOPR_CACHE_DIR"):
        layers_of(frames_of(files.files_url))


@pytest.mark.parametrize("kind", ["silence", "drip"])
def test_fetching_stops_within_two_seconds_of_the_wish_and_leaves_no_half_file(files, kind):
    files.faults.append(Fault(kind, path="/files/", **({"pause": 10, "piece": 1000} if kind == "drip" else {})))

    class Stops(type(Log())):
        began = None

        def is_cancelled(self):
            self.began = self.began or time.monotonic()
            return time.monotonic() - self.began > 0.3

    log = Stops()
    with pytest.raises(CancelledError):
        list(RadarFiles().layers_of(frames_of(files.files_url), log))
    assert time.monotonic() - log.began < 2.3
    assert find(RADAR).files == ()


def test_the_users_own_folder_is_read_without_any_request(files, tmp_path):
    write_all(tmp_path / "mine")
    log = Log()
    for number, picks in enumerate(layers_of(frames_of(files.files_url), f"'{tmp_path / 'mine'}'", log)):
        check(picks, number)
    assert files.requests == []
    assert "RADAR_FILES: 5 MATLAB files, 4 of them named after a frame and 1 organiser." in log.infos


def test_a_file_a_pattern_and_several_of_them_are_understood(tmp_path):
    write_all(tmp_path)
    one = tmp_path / FOLDER / f"{IDS[0]}.mat"
    for source in (str(one), f"{tmp_path}/**/*_00[13].mat", f"{one}; {tmp_path / FOLDER / IDS[2]}.mat"):
        layers = layers_of(frames_of(), source)
        check(layers[0], 0)
        assert layers[1].reason == "no layer file in RADAR_FILES"
        assert IDS[1] in layers[1].sentence


def test_files_whose_names_tell_no_frame_are_known_by_their_day_and_track(tmp_path):
    write_all(tmp_path / "all")
    for number, name in enumerate(IDS):
        shutil.copy(tmp_path / "all" / FOLDER / f"{name}.mat", tmp_path / f"line {number}.mat")
    shutil.rmtree(tmp_path / "all")
    frames = frames_of()
    # The catalog's line is simplified: two vertices, 300 m off.
    frames.loc[0, "geometry"] = shapely.LineString([(FLIGHTS[0].lon[i] + 0.01, FLIGHTS[0].lat[i]) for i in (0, -1)])
    for number, picks in enumerate(layers_of(frames, str(tmp_path))):
        check(picks, number)
    later = frames.assign(id=[name.replace("20200913", "20200914") for name in IDS])
    assert [one.reason for one in layers_of(later, str(tmp_path))] == ["no layer file in RADAR_FILES"] * 3


def test_a_file_without_a_telling_name_whose_track_lies_kilometres_off_is_not_taken(tmp_path):
    write_all(tmp_path)
    (tmp_path / FOLDER / f"{IDS[0]}.mat").rename(tmp_path / "line.mat")
    frames = frames_of()[:1]
    frames["geometry"] = frames.geometry.translate(yoff=0.02)  # 2.2 km
    (layers,) = layers_of(frames, str(tmp_path / "line.mat"))
    assert layers.reason == "no layer file in RADAR_FILES"


def test_picks_that_cannot_be_are_counted_of_all_frames_and_said_once_with_the_first_file(tmp_path):
    for name, flight, some in zip(IDS, FLIGHTS, (slice(0), slice(5), slice(7))):
        layers = maker.Layers.of(flight, surface, bed)
        layers.twtt[0, some] *= 1e6
        maker.write_layer_file(tmp_path / f"{name}.mat", flight, layers)
    log = Log()
    found = dict(RadarFiles(str(tmp_path)).layers_of(frames_of(), log))
    assert [one.impossible for one in found.values()] == [0, 5, 7]
    (said,) = [text for text in log.warnings if "left out, as no surface or bed can be there" in text]
    assert said.startswith(f"12 picks of 2 frames (the first is {tmp_path / IDS[1]}.mat) left out")


def write_twice(folder, number, other, when=1.6e9):
    """Two files of one frame: its own, and a newer one of another flight."""
    for name, flight, age in (("own", FLIGHTS[number], 100), ("other", other, 0)):
        path = folder / name / f"{IDS[number]}.mat"
        maker.write_layer_file(path, flight, maker.Layers.of(flight, surface, bed))
        os.utime(path, (when - age, when - age))
    return [folder / name / f"{IDS[number]}.mat" for name in ("own", "other")]


@pytest.mark.parametrize("number", [0, 1, 2])
def test_of_two_files_of_a_frame_the_one_is_read_whose_track_is_the_frames_at_both_poles(tmp_path, number):
    aside = maker.Flight.straight(STARTS[number], 150.0, 9000.0, elevation=2000.0, gps_time=1.6e9)
    own, _ = write_twice(tmp_path, number, aside)
    log = Log()
    files = RadarFiles(str(tmp_path))
    for _ in range(2):
        ((_, picks),) = files.layers_of(frames_of()[number : number + 1], log)
        check(picks, number)
    words = f"RADAR_FILES holds 2 layer files of {IDS[number]}; the one is read whose track is the frame's, {own}."
    assert log.infos.count(words) == 1


def test_a_file_of_the_frames_line_on_another_day_is_not_the_frames(tmp_path):
    later = dataclasses.replace(FLIGHTS[0], gps_time=FLIGHTS[0].gps_time + 5 * 86_400.0, elevation=np.full(201, 3e3))
    write_twice(tmp_path, 0, later)
    check(layers_of(frames_of()[:1], str(tmp_path))[0], 0)


def test_of_two_files_that_both_fit_the_newest_is_read_and_that_is_said(tmp_path):
    _, newer = write_twice(tmp_path, 0, FLIGHTS[0])
    log = Log()
    assert layers_of(frames_of()[:1], str(tmp_path), log)[0].source == str(newer)
    words = f"holds 2 layer files of {IDS[0]}; the newest of those whose track is the frame's is read, {newer}."
    assert words in log.text


@pytest.mark.parametrize("line", [None, shapely.LineString([(10.0, -75.0), (11.0, -75.0)])])
def test_of_two_files_neither_of_which_is_known_to_fit_the_newest_is_read_and_that_is_said(tmp_path, line):
    _, newer = write_twice(tmp_path, 0, FLIGHTS[1])
    log = Log()
    frames = frames_of()[:1]
    frames["geometry"] = [line]
    assert layers_of(frames, str(tmp_path), log)[0].source == str(newer)
    words = f"holds 2 layer files of {IDS[0]}; the newest, as of none the track is known to be the frame's, is read, "
    assert f"{words}{newer}." in log.text


def test_of_two_files_of_a_frame_one_that_cannot_be_read_is_said_and_not_chosen(tmp_path):
    _, other = write_twice(tmp_path, 0, FLIGHTS[0])
    maker.write_layer_file(other, FLIGHTS[0], maker.Layers.of(FLIGHTS[0], surface, bed), elev=None)
    log = Log()
    check(layers_of(frames_of()[:1], str(tmp_path), log)[0], 0)
    assert f"Left out: {other} lacks the field 'elev'" in log.text


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_file_of_a_frames_name_whose_track_is_elsewhere_is_told_and_one_that_is_the_frames_is_not(tmp_path, number):
    flight = FLIGHTS[number]
    start = (flight.lon[0], flight.lat[0] - np.sign(flight.lat[0]) * 0.03)  # 3 km
    other = maker.Flight.straight(start, 60.0, 3000.0, elevation=2000.0)
    path = maker.write_layer_file(tmp_path / f"{IDS[number]}.mat", other, maker.Layers.of(other, surface, bed))
    row, log = frames_of()[number : number + 1], Log()
    layers_of(row, str(tmp_path), log)
    assert f"1 layer file lies more than 1 km off the frame's line; the first is {path}: check" in log.text
    alone = Log()
    RadarFiles(str(tmp_path)).layer_of({"id": IDS[number], "geometry": row.geometry.iloc[0]}, alone)
    assert "A layer file lies more than 1 km off the frame's line" in alone.text
    write_all(tmp_path)
    path.unlink()
    right = Log()
    layers_of(row, str(tmp_path), right)
    assert right.warnings == []


def test_of_two_echograms_of_a_frame_that_of_csarp_standard_is_read_and_else_the_newest(tmp_path):
    write_all(tmp_path)
    standard = tmp_path / "CSARP_standard" / f"{IDS[0]}.mat"
    for name in ("CSARP_qlook", "mine"):
        (tmp_path / name).mkdir()
        shutil.copy(standard, tmp_path / name)
    os.utime(standard, (1.5e9, 1.5e9))
    os.utime(tmp_path / "CSARP_qlook" / standard.name, (1.4e9, 1.4e9))
    assert RadarFiles(str(tmp_path)).echogram_path({"id": IDS[0]}) == standard
    standard.rename(tmp_path / "mine" / f"{IDS[0]}_old.mat")
    (tmp_path / "CSARP_qlook" / standard.name).unlink()
    log = Log()
    assert RadarFiles(str(tmp_path)).echogram_path({"id": IDS[0]}, log) == tmp_path / "mine" / standard.name
    assert f"holds 2 echogram files of {IDS[0]}; the newest is read" in log.text


def test_a_file_that_cannot_be_read_is_said_and_the_others_are_read(tmp_path):
    write_all(tmp_path)
    (tmp_path / FOLDER / f"{IDS[1]}.mat").write_bytes(b"nothing")
    log = Log()
    layers = layers_of(frames_of(), str(tmp_path), log)
    check(layers[2], 2)
    assert layers[1].reason == "no layer file in RADAR_FILES"
    assert f"{IDS[1]}.mat is no MATLAB file" in log.text


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("{tmp}/none", "There is no file or folder {tmp}/none; check RADAR_FILES."),
        ("{tmp}/*.mat", "No file matches {tmp}/*.mat; check RADAR_FILES."),
        ("{tmp}", "The folder {tmp} holds no .mat file; choose a folder of radar files, or leave RADAR_FILES empty."),
        ("https://e.org/a.mat", "RADAR_FILES takes files of this computer, and https://e.org/a.mat is an address"),
    ],
)
def test_a_source_that_names_nothing_is_one_sentence(tmp_path, source, words):
    with pytest.raises(InputError) as caught:
        RadarFiles(source.format(tmp=tmp_path))
    assert str(caught.value).startswith(words.format(tmp=tmp_path))


def test_a_run_over_the_users_files_can_be_cancelled(tmp_path):
    write_all(tmp_path)
    with pytest.raises(CancelledError):
        list(RadarFiles(str(tmp_path)).layers_of(frames_of(), Log(cancel_after=3)))


def test_the_echogram_is_that_of_csarp_standard_else_of_the_quick_look(files, tmp_path):
    url = f"{files.files_url}CSARP_standard/{IDS[0]}.mat"
    row = {"id": IDS[0], "CSARP_standard": f"{files.files_url}gone.mat", "CSARP_qlook": url}
    assert RadarFiles().echogram_path(row).name.endswith(f"-{IDS[0]}.mat")
    with pytest.raises(DownloadError, match="There is no file at"):
        RadarFiles().echogram_path({**row, "CSARP_qlook": None})
    with pytest.raises(InputError, match="no address of an echogram file of Data_20200913_01_001"):
        RadarFiles().echogram_path({"id": IDS[0]})
    write_all(tmp_path)
    local = RadarFiles(str(tmp_path))
    assert local.echogram_path(row) == tmp_path / "CSARP_standard" / f"{IDS[0]}.mat"
    with pytest.raises(InputError, match=f"RADAR_FILES holds no echogram file of {IDS[1]}"):
        local.echogram_path({"id": IDS[1]})


def test_the_picture_of_the_echogram_is_fetched_and_kept(files):
    row = {"id": IDS[0], "thumbnail": f"{files.files_url}echo.jpg"}
    assert RadarFiles().thumbnail_path(row).read_bytes().startswith(b"\xff\xd8\xff")
    assert [path.name[21:] for path in find(RADAR).files] == ["echo.jpg"]
    with pytest.raises(InputError, match="no address of a picture"):
        RadarFiles().thumbnail_path({"id": IDS[0]})


def test_addresses_come_from_columns_or_assets_else_from_where_layer_files_are_published():
    row = {"id": "Data_20121023_04_037", "collection": "2012_Antarctica_DC8", "opr:provider": "cresis"}
    published = (
        "https://data.cresis.ku.edu/data/rds/2012_Antarctica_DC8/CSARP_layer/20121023_04/Data_20121023_04_037.mat"
    )
    assert address_of(row, "CSARP_layer") == published
    assert address_of({**row, "CSARP_layer": float("nan")}, "CSARP_layer") == published
    assert address_of({**row, "assets": '{"CSARP_layer": {"href": "https://e.org/a.mat"}}'}, "CSARP_layer") == (
        "https://e.org/a.mat"
    )
    assert (
        address_of({**row, "CSARP_layer": "https://e.org/b.mat", "assets": {}}, "CSARP_layer") == "https://e.org/b.mat"
    )
    assert address_of({**row, "CSARP_layer": "file:///etc/passwd"}, "CSARP_layer") == ""
    assert address_of(row, "CSARP_standard") == ""  # its place differs by season
    assert address_of({**row, "opr:provider": "awi"}, "CSARP_layer") == ""
    assert address_of({"id": "a", "collection": "b"}, "CSARP_layer") == ""
    assert address_of_organiser(f"{published}?token=x") == (
        "https://data.cresis.ku.edu/data/rds/2012_Antarctica_DC8/CSARP_layer/20121023_04/layer_20121023_04.mat"
    )
    assert address_of_organiser("https://e.org/b.mat") == ""
