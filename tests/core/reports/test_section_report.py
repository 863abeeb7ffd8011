"""The page about the heights along a frame: what it says and draws is what was read."""

import base64
import dataclasses
import re
import struct
import zlib

import numpy as np
import pytest

import radar_maker
from heights_maker import Site
from pages import Page, parsed, texts
from xopr_crossovers.core.heights import Along, GranulePlaces, Sources, read_along
from xopr_crossovers.core.radar import RadarFiles
from xopr_crossovers.core.reports import png, section_drawing, section_page

JPEG = b"\xff\xd8\xff" + b"picture"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A site of two cycles with an echogram, read along with it."""
    site = Site(cycles=(20, 22), beams=("gt1l", "gt2r"), more={"clouds": 0.2, "poor": 0.1})
    folder = site.write(tmp_path_factory.mktemp("section") / "files")
    radar_maker.Echogram(n_samples=300, dt=1e-7).write(
        folder / "radar" / "CSARP_standard" / f"{site.frame_id}.mat",
        site.flight,
        lambda lon, lat: site.height(lon, lat) - site.radar_off_m,
        lambda lon, lat: site.height(lon, lat) - 900.0,
    )
    sources = Sources(GranulePlaces(str(folder / "granules")), RadarFiles(str(folder / "radar")))
    return site, read_along(site.frames(), None, sources, Along(echogram="data"))


@pytest.fixture(scope="module")
def page(made):
    return section_page(made[1])


def decoded(content):
    """The grey values of a PNG file, by the standard's own words."""
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, at = {}, 8
    while at < len(content):
        (size,) = struct.unpack(">I", content[at : at + 4])
        kind, data = content[at + 4 : at + 8], content[at + 8 : at + 8 + size]
        assert struct.unpack(">I", content[at + 8 + size : at + 12 + size])[0] == zlib.crc32(kind + data)
        chunks[kind], at = data, at + 12 + size
    wide, high, depth, colour = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    assert (depth, colour) == (8, 0)
    lines = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), dtype=np.uint8).reshape(high, wide + 1)
    assert (lines[:, 0] == 0).all()
    return lines[:, 1:]


def test_a_grey_picture_is_written_as_png():
    grey = np.arange(15, dtype=np.uint8).reshape(3, 5) * 17
    assert (decoded(png.grey_png(grey)) == grey).all()


def test_the_page_tells_the_numbers_and_fetches_nothing(made, page):
    _, found = made
    told = Page(page.replace("<img ", "<meta ")).words
    words = " ".join(told)
    n, spread = len(found.elevations), found.spread
    assert f"{n:,} laser heights of 2 granules (2 cycles) lie within 500 m of the flown track" in words
    assert f"Laser less radar is {spread.median:+.2f} m in the median, with an NMAD of {spread.nmad:.2f} m" in words
    assert "metres above the ellipsoid WGS 84, in the ITRF (not above sea level)" in words
    assert "picks of the radar's surface are no truth" in words
    assert "not a change" in words
    assert re.findall(r'(?:src|href)="(?!data:|#)', page) == []


def test_the_table_has_each_beam_and_cycle_with_what_was_left_out(made, page):
    _, found = made
    rows = [row for row in Page(page).rows if row and row[0] in ("20", "22", "all")]
    assert [(row[0], row[2]) for row in rows[:-1]] == [("20", "gt1l"), ("20", "gt2r"), ("22", "gt1l"), ("22", "gt2r")]
    numbers = np.array([[int(cell.replace(",", "")) for cell in row[4:11]] for row in rows])
    assert (numbers[:-1].sum(axis=0) == numbers[-1]).all()
    near, cloudy, poor, beyond, heights, no_pick, differences = numbers.T
    assert (near == cloudy + poor + beyond + heights).all()
    assert (heights == no_pick + differences).all()
    assert heights[-1] == len(found.elevations)
    for row, (_, some) in zip(rows, found.elevations.groupby(["cycle", "beam"])["difference"]):
        assert float(row[11]) == pytest.approx(some.median(), abs=0.006)
    # The four other beams are not in the granules.
    assert "the granule has no such beam" in page


def images(page):
    return [decoded(base64.b64decode(text)) for text in re.findall(r'href="data:image/png;base64,([^"]+)"', page)]


def test_the_echogram_lies_under_the_section_the_way_round_that_the_section_runs(made, page):
    _, found = made
    (grey,) = images(page)
    expected = found.beside.data.grey()
    assert (grey == (expected[:, ::-1] if found.flown_leftwards else expected)).all()
    turned = dataclasses.replace(found, along=dataclasses.replace(found.along, turned=True))
    assert (images(section_page(turned))[0] == grey[:, ::-1]).all()
    # Of a known surface the picture is dark where it is, at the height that the axis says.
    height = found.beside.data.height
    dark = height[np.argmin(expected, axis=0)]
    at = (found.beside.data.distance[1:] + found.beside.data.distance[:-1]) / 2
    surface = np.interp(at, found.frame.picks.distance, found.frame.picks.surface)
    bed = np.interp(at, found.frame.picks.distance, found.frame.picks.bed)
    # A sample is 15 m of air or 8.4 m of ice.
    assert np.minimum(np.abs(dark - surface), np.abs(dark - bed)).max() < 20.0


def test_left_and_right_are_told_with_the_places_of_a_and_b(made, page):
    _, found = made
    lon, lat = found.frame.track.lon, found.frame.track.lat
    order = [-1, 0] if found.flown_leftwards else [0, -1]
    a, b = (f"{abs(lat[row]):.3f}°S {abs(lon[row]):.3f}°{'W' if lon[row] < 0 else 'E'}" for row in order)
    assert f"A, on the left, is at {a}; B, on the right, is at {b}; from A, B lies " in page
    assert "The section runs as on a map in EPSG:3031." in page
    turned = section_page(dataclasses.replace(found, along=dataclasses.replace(found.along, turned=True)))
    assert f"A, on the left, is at {b}; B, on the right, is at {a}" in turned
    assert "The section runs the other way round than on a map in EPSG:3031." in turned
    ways = [re.search(r"flown from (. to .)", text)[1] for text in (page, turned)]
    assert ways == (["B to A", "A to B"] if found.flown_leftwards else ["A to B", "B to A"])
    # On the map A and B stand at the ends, A on the left.
    for text, is_left in ((page, True), (turned, False)):
        map_of = next(one for one in re.findall(r"<svg.*?</svg>", text, re.DOTALL) if "<title>Map of" in one)
        at = {one.text: float(one.get("x")) for one in parsed(map_of).iter("text") if one.text in ("A", "B")}
        assert (at["A"] < at["B"]) is is_left


def test_a_thumbnail_stands_beside_the_section_and_not_under_it(made):
    _, found = made
    shown = dataclasses.replace(found.beside, data=None, thumbnail=JPEG, kind="image/jpeg")
    page = section_page(dataclasses.replace(found, beside=shown))
    assert f'<img src="data:image/jpeg;base64,{base64.b64encode(JPEG).decode()}"' in page
    assert "<image" not in page
    assert "with axes of its own: not those of the section" in page


def test_without_heights_the_page_says_so_and_still_shows_the_picks(made):
    _, found = made
    nothing = found.beams.assign(n_near=0, n_cloudy=0, n_poor=0, n_heights=0, n_differences=0, reason="no segment near")
    empty = dataclasses.replace(found, elevations=found.elevations[:0], beams=nothing, beside=type(found.beside)())
    page = section_page(empty)
    assert "None of 2 granules has a height that counts within 500 m of the flown track" in page
    assert "Section of the radar&#x27;s picks" in page or "Section of the radar's picks" in page
    assert "Laser less radar</text>" not in page
    assert "no segment near" in page


def test_distances_are_drawn_from_left_to_right_or_from_right_to_left():
    at = section_drawing.Dots(np.array([0.0, 250.0]), np.array([5.0, 5.0]), "#123456", "some")

    def places(leftwards):
        drawn = section_drawing.section("T", "a", 1000.0, leftwards, [at])
        path = next(one for one in parsed(drawn).iter("path") if one.get("stroke") == "#123456")
        return sorted(float(x) for x in re.findall(r"M([\d.]+) ", path.get("d")))

    rightwards, leftwards = places(False), places(True)
    left, right = rightwards[0], leftwards[1]
    assert rightwards[1] == pytest.approx(left + (right - left) / 4, abs=0.6)
    assert leftwards[0] == pytest.approx(right - (right - left) / 4, abs=0.6)


def test_picks_that_are_far_apart_are_not_joined():
    distance = np.array([0.0, 15.0, 30.0, 500.0, 515.0])
    trace = section_drawing.Trace(distance, np.array([1.0, 1.0, np.nan, 1.0, 1.0]), "#123456", "picks")
    drawn = section_drawing.section("T", "a", 1000.0, False, [], [trace])
    path = next(one for one in parsed(drawn).iter("path") if one.get("stroke") == "#123456")
    assert path.get("d").count("M") == 2
    assert "picks" in texts(drawn)


@pytest.mark.parametrize("n", [0, 1, 6, 7, 30])
def test_each_cycle_has_a_colour_of_its_own(n):
    colours = section_drawing.cycle_colours(n)
    assert len(set(colours)) == len(colours) == n
    assert all(re.fullmatch("#[0-9a-f]{6}", colour) for colour in colours)
