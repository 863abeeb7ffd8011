"""Matching against S2 (spherely), on random frames and granules: both poles, the antimeridian, and what is odd.

By default some thousand pairs are drawn; with ``XOPR_FULL=1`` in the environment more than a hundred thousand.
"""

import os

import geopandas as gpd
import healpy
import numpy as np
import pyproj
import pytest
import shapely
import spherely

import makers
from xopr_crossovers.core.matching import pairs as matching
from xopr_crossovers.core.matching.cell_overlap import OUTLINE_TOLERANCE_M

FULL = bool(os.environ.get("XOPR_FULL"))
PLACES = 1_004 if FULL else 36
FRAMES, STRIPS = 10, 10
MOST_OTHERS = 20_000 if FULL else 500
RADIUS_M = 6_371_007.2
LINE_TOLERANCE_M = 0.001
GLOBE = pyproj.Geod(a=RADIUS_M, b=RADIUS_M)
ELLIPSOID = pyproj.Geod(ellps="WGS84")


def path(random, lon, lat, azimuth, lengths, turn):
    """Return points (lon, lat) and headings of a way that turns by some degrees at each."""
    points, headings = [(lon, lat)], [azimuth]
    for length in lengths:
        lon, lat, back = GLOBE.fwd(lon, lat, headings[-1], length)
        azimuth = (back + 180 + turn) % 360
        points.append((lon, lat))
        headings.append(azimuth)
    return points, headings


def ring_of_pairs(points, headings, turn, width):
    """Return a footprint made of pairs across a way."""
    pairs = []
    for (lon, lat), heading in zip(points, headings):
        across = heading - turn / 2
        pairs.append([GLOBE.fwd(lon, lat, across + side, width / 2)[:2] for side in (-90, 90)])
    left, right = zip(*pairs)
    return [right[0], *left, *right[:0:-1]]


def draw_strip(random, lon, lat, kind):
    """Return a ring that passes near a place; one in eight runs in a circle and crosses itself."""
    azimuth = random.uniform(0, 360)
    lon, lat, _ = GLOBE.fwd(lon, lat, azimuth + 90, random.normal(0, 12_000))
    if kind == 0:
        lengths, turn = [60_000.0] * 14, 30.0
    else:
        lengths, turn = random.uniform(50_000, random.choice([200_000, 900_000]), random.integers(2, 7)), 0.0
    lon, lat, back = GLOBE.fwd(lon, lat, azimuth + 180, random.uniform(0, sum(lengths[:3])))
    return ring_of_pairs(*path(random, lon, lat, back, lengths, turn), turn, random.uniform(12_000, 13_500))


def draw_line(random, lon, lat, kind):
    """Return a flight line near a place."""
    lon, lat, azimuth = GLOBE.fwd(lon, lat, random.uniform(0, 360), abs(random.normal(0, 25_000)))
    if kind == 0:
        return [(lon, lat), (lon, lat)]
    if kind == 1:
        return [(lon, lat), GLOBE.fwd(lon, lat, azimuth, 50_000)[:2]]
    points = path(random, lon, lat, azimuth, random.uniform(500, 25_000, random.integers(1, 6)), random.normal(0, 20))[
        0
    ]
    return points if kind > 2 else [point for point in points for _ in (0, 1)]


def draw_places(random):
    """Return places (lon, lat) where the geometry is hard, or anywhere in the polar regions."""
    count = PLACES // 4
    near_pole = np.column_stack([random.uniform(-180, 180, count), 90 - np.abs(random.normal(0, 0.3, count))])
    antimeridian = np.column_stack([180 + random.normal(0, 0.5, count), random.uniform(60, 89, count)])
    anywhere = np.column_stack([random.uniform(-180, 180, 2 * count), random.uniform(58, 88, 2 * count)])
    places = np.concatenate([near_pole, antimeridian, anywhere])
    places[:, 0] = (places[:, 0] + 180) % 360 - 180
    places[:, 1] *= random.choice([-1, 1], len(places))
    return places


@pytest.fixture(scope="module")
def drawn():
    """Lines, rings, and all pairs of those that were drawn at the same place."""
    random = np.random.default_rng(20261122)
    lines, rings, pairs = [], [], []
    for lon, lat in draw_places(random).tolist():
        first = len(lines), len(rings)
        lines += [draw_line(random, lon, lat, number) for number in range(FRAMES)]
        rings += [draw_strip(random, lon, lat, number % 8) for number in range(STRIPS)]
        pairs += [(first[0] + f, first[1] + g) for f in range(FRAMES) for g in range(STRIPS)]
    return lines, rings, np.array(pairs)


@pytest.fixture(scope="module")
def frames(drawn):
    """The lines, each with the four cells that a season catalog would have; some with a giant, or the pole's, cell."""
    table = makers.frames([(0, -80), (1, -80)]).iloc[np.zeros(len(drawn[0]), dtype=int)].reset_index(drop=True)
    table = table.set_geometry(gpd.GeoSeries([shapely.LineString(line) for line in drawn[0]], crs="EPSG:4326"))
    cells = []
    for number, line in enumerate(drawn[0]):
        (lon, lat), order = line[0], (9, 10, 8, 11, 7, 12, 9, 3 if number % 100 == 7 else 10, 5, 18)[number % 10]
        cells.append([makers.legacy_cell(lon, lat, order)] * 2)
        if number % 50 == 3:
            cells[-1].append(makers.legacy_cell(lon, 90.0 if lat > 0 else -90.0, 7))
    return table.assign(**{"opr:mbox": cells})


@pytest.fixture(scope="module")
def granules(drawn):
    table = makers.granules([(0, -80), (1, -80), (1, -81)])
    table = table.iloc[np.zeros(len(drawn[1]), dtype=int)].reset_index(drop=True)
    return table.set_geometry(gpd.GeoSeries([shapely.Polygon(ring) for ring in drawn[1]], crs="EPSG:4326"))


@pytest.fixture(scope="module")
def pieces(drawn):
    """Each ring as S2 polygons whose union it is: itself, or its quads where it crosses itself."""
    found = []
    for number, ring in enumerate(drawn[1]):
        if number % STRIPS % 8:
            found.append([polygon(ring)])
            continue
        half = len(ring) // 2
        left, right = ring[1 : half + 1], [ring[0], *ring[:half:-1]]
        quads = zip(left[:-1], left[1:], right[1:], right[:-1])
        found.append([polygon(quad) for quad in quads])
    return found


def polygon(ring):
    return spherely.create_polygon([(lon, lat) for lon, lat in ring])


def s2_line(line):
    once = [point for point, before in zip(line, [None, *line]) if point != before]
    return spherely.create_linestring(once) if len(once) > 1 else spherely.create_point(*once[0])


def to_compare(drawn, found):
    """Return the pairs drawn, and some of those that were found beyond them."""
    others = np.setdiff1d(keys(found.frame, found.granule), keys(*drawn[2].T))
    some = others[:: 1 + len(others) // MOST_OTHERS]
    return np.concatenate([drawn[2], np.column_stack(np.divmod(some, 1_000_000))]).tolist()


def keys(frame, granule):
    return frame.astype(np.int64) * 1_000_000 + granule


def test_the_draw_is_large_enough(drawn):
    assert len(drawn[2]) >= (100_000 if FULL else 3_000)


def test_lines_cross_the_footprints_that_they_cross_on_the_sphere(drawn, frames, granules, pieces):
    found = matching.match(frames, granules, "flightline")
    ours = set(keys(found.frame, found.granule).tolist())
    lines = [s2_line(line) for line in drawn[0]]
    wrong, crossing = [], 0
    for f, g in to_compare(drawn, found):
        truth = any(spherely.intersects(lines[f], piece) for piece in pieces[g])
        crossing += truth and f // FRAMES == g // STRIPS
        if truth != (f * 1_000_000 + g in ours):
            off = min(
                spherely.distance(spherely.create_point(*vertex), spherely.boundary(piece))
                for piece in pieces[g]
                for vertex in drawn[0][f]
            )
            if off > LINE_TOLERANCE_M:
                wrong.append((f, g, truth, off))
    assert not wrong
    assert 0.1 < crossing / len(drawn[2]) < 0.9


def test_the_length_inside_a_footprint_is_that_of_the_sphere_s_intersection_on_the_ellipsoid(
    drawn, frames, granules, pieces
):
    found = matching.match(frames, granules, "flightline")
    some = slice(None, None, 1 if len(found) < 4_000 else len(found) // 4_000)
    n_compared = 0
    for f, g, metres in zip(found.frame[some].tolist(), found.granule[some].tolist(), found.overlap_m[some].tolist()):
        line = s2_line(drawn[0][f])
        if len(pieces[g]) > 1 or spherely.get_dimension(line) == 0:
            continue
        inside = shapely.from_wkb(spherely.to_wkb(spherely.intersection(line, pieces[g][0])))
        assert metres == pytest.approx(length_of(inside), abs=0.01)
        n_compared += 1
    assert n_compared > 500


def test_a_footprint_that_crosses_itself_is_counted_once():
    ring = ring_of_pairs(*path(None, 30.0, -75.0, 0.0, [60_000.0] * 14, 30.0), 30.0, 13_000.0)
    half = len(ring) // 2
    left, right = ring[1 : half + 1], [ring[0], *ring[:half:-1]]
    middle = [((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in zip(left, right)]
    line = [middle[0], middle[1]]
    found = matching.match(makers.frames(line), makers.granules(ring), "flightline")
    assert found.overlap_m.tolist() == [pytest.approx(ELLIPSOID.inv(*line[0], *line[1])[2], abs=0.01)]
    assert (
        sum(
            spherely.intersects(s2_line(line), polygon(quad))
            for quad in zip(left[:-1], left[1:], right[1:], right[:-1])
        )
        > 3
    )


def length_of(geometry):
    total = 0.0
    for part in shapely.get_parts(geometry):
        xy = shapely.get_coordinates(part)
        if shapely.get_dimensions(part) == 1:
            total += ELLIPSOID.inv(*xy[:-1].T, *xy[1:].T)[2].sum()
    return total


def s2_cell(decimal, step):
    text = str(abs(decimal))
    index = int(text[0]) - 1 + (6 if decimal < 0 else 0)
    for digit in text[1:]:
        index = 4 * index + int(digit) - 1
    corners = healpy.boundaries(2 ** (len(text) - 1), index, step=step, nest=True)
    lon, lat = healpy.vec2ang(corners.T, lonlat=True)
    return spherely.create_polygon(list(zip(((lon + 180) % 360 - 180).tolist(), lat.tolist())))


def test_cells_meet_the_footprints_that_they_meet_on_the_sphere(drawn, frames, granules, pieces):
    found = matching.match(frames, granules, "strtree")
    ours = set(keys(found.frame, found.granule).tolist())
    shapes, wrong, meeting = {}, [], 0
    for f, g in to_compare(drawn, found):
        truth = False
        for cell in set(frames["opr:mbox"][f]):
            if cell not in shapes:
                shapes[cell] = s2_cell(cell, 32 if abs(cell) > 10**7 else 1_024)
            truth = truth or any(spherely.intersects(shapes[cell], piece) for piece in pieces[g])
        meeting += truth and f // FRAMES == g // STRIPS
        if truth != (f * 1_000_000 + g in ours) and not at_the_edge(frames["opr:mbox"][f], pieces[g]):
            wrong.append((f, g, truth))
    assert not wrong
    assert 0.1 < meeting / len(drawn[2]) < 0.95


def at_the_edge(cells, footprint):
    """Whether it takes no more than the tolerance to part the cells from a footprint, or to bring them together."""
    fine = [s2_cell(cell, 4_096) for cell in set(cells)]
    gap = min(spherely.distance(cell, piece) for cell in fine for piece in footprint)
    depth = max(max(depth_of(cell, piece), depth_of(piece, cell)) for cell in fine for piece in footprint)
    return max(gap, depth) <= OUTLINE_TOLERANCE_M


def depth_of(one, other):
    """Return how deep the deepest vertex of one polygon lies in another, in metres."""
    vertices = spherely.points(*shapely.get_coordinates(shapely.from_wkb(spherely.to_wkb(one))).T)
    inside = vertices[spherely.intersects(vertices, other)]
    return float(spherely.distance(inside, spherely.boundary(other)).max(initial=0.0))


@pytest.mark.parametrize("cover_order", [6, 9, 12])
def test_prefix_misses_no_pair_that_strtree_finds_and_the_cover_order_bounds_the_others(
    drawn, frames, granules, pieces, cover_order
):
    exact = matching.match(frames, granules, "strtree")
    covered = matching.match(frames, granules, "prefix", cover_order=cover_order)
    extra = np.setdiff1d(keys(covered.frame, covered.granule), keys(exact.frame, exact.granule))
    assert np.isin(keys(exact.frame, exact.granule), keys(covered.frame, covered.granule)).all()
    # A cell of the order has a diagonal of up to 1.6 times the side of a square of its area.
    reach = 1.6 * np.sqrt(4 * np.pi / 12) / 2**cover_order * RADIUS_M
    for key in extra[:: 1 + len(extra) // 500].tolist():
        f, g = divmod(key, 1_000_000)
        near = [s2_cell(cell, 32 if abs(cell) > 10**7 else 1_024) for cell in set(frames["opr:mbox"][f])]
        assert min(spherely.distance(cell, piece) for cell in near for piece in pieces[g]) < 2 * reach
