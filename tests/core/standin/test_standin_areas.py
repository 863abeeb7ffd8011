"""The stand-in's search areas against hand geometry: boxes and polygons, at the pole and over the antimeridian."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import strategies as st

from depth import drawn
from standin import StandIn
from standin.client import ANTARCTICA, ATL06, ask, edges, names, pages, ring_of, unit
from standin.query import read

EARTH_RADIUS_KM = 6371.0
#: The stand-in joins a footprint's vertices by straight lines in the pole's plane: some 0.3 km off on long edges.
CHORD_KM = 0.5
#: No point of a strip is farther from those looked at: they are 10 km apart along it, 6.25 across.
STRIDE_KM = 8.0


@pytest.fixture(scope="module")
def cmr():
    with StandIn(cycles=[22]) as server:
        yield server


@pytest.fixture(scope="module")
def insides(cmr):
    """Names of every seventh track's granules, and points in each footprint, 10 km apart along it: (n, m, 3)."""
    rings = {record["umm"]["GranuleUR"]: ring_of(record) for record in pages(cmr, bounding_box=ANTARCTICA)}
    some = {name: ring for name, ring in rings.items() if int(name[21:25]) % 7 == 0}
    return np.array(list(some)), np.array([inside(ring, 360) for ring in some.values()])


def names_without_pages(cmr, **parameters):
    """As :func:`names`, but asking the search itself: quick enough for many areas."""
    rows = read([*ATL06.items(), *parameters.items()]).find(cmr.granules)
    return {cmr.granules.names[row] for row in rows}


def inside(ring, n):
    """Points of a strip: n along each of both edges and the middle, on great circles between the vertices."""
    lines = []
    for line in (*edges(ring), sum(edges(ring))):
        at = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
        where = np.linspace(0, at[-1], n)
        lines.append(np.stack([np.interp(where, at, column) for column in line.T], axis=-1))
    points = np.vstack(lines)
    return points / np.linalg.norm(points, axis=1)[:, None]


def in_box(vectors, box, margin_km=0.0):
    west, south, east, north = box
    latitude = np.degrees(np.arcsin(np.clip(vectors[..., 2], -1, 1)))
    longitude = np.degrees(np.arctan2(vectors[..., 1], vectors[..., 0]))
    margin = np.degrees(margin_km / EARTH_RADIUS_KM)
    sideways = margin / np.cos(np.radians(np.clip(np.abs(latitude) + margin, 0, 89)))
    width = (east - west) % 360
    return (
        (latitude >= south - margin)
        & (latitude <= north + margin)
        & ((longitude - west + sideways) % 360 <= width + 2 * sideways)
    )


def circle(longitude, latitude, radius_degrees, n=8):
    """Corners, counter-clockwise, at a distance from a point; great circles between them make a convex polygon."""
    (centre,) = unit([(longitude, latitude)])
    side = np.cross([0.0, 0.0, 1.0] if abs(latitude) < 89 else [1.0, 0.0, 0.0], centre)
    side /= np.linalg.norm(side)
    angle = np.linspace(0, 2 * np.pi, n, endpoint=False)[:, None]
    ring = np.cos(angle) * side + np.sin(angle) * np.cross(centre, side)
    vectors = np.cos(np.radians(radius_degrees)) * centre + np.sin(np.radians(radius_degrees)) * ring
    points = np.degrees(np.column_stack([np.arctan2(vectors[:, 1], vectors[:, 0]), np.arcsin(vectors[:, 2])]))
    return np.round(np.vstack([points, points[:1]]), 6)


def in_polygon(vectors, corners, margin_km=0.0):
    normals = np.cross(unit(corners[:-1]), unit(corners[1:]))
    normals /= np.linalg.norm(normals, axis=1)[:, None]
    return np.all(vectors @ normals.T >= -np.sin(margin_km / EARTH_RADIUS_KM), axis=-1)


def text(numbers):
    return ",".join(f"{number:.6f}" for number in np.ravel(numbers))


boxes = st.builds(
    lambda west, width, south, height: (
        round(west, 3),
        round(south, 3),
        round((west + width + 180) % 360 - 180, 3),
        round(min(south + height, -50.0), 3),
    ),
    st.floats(-180, 179.9),
    st.floats(0.2, 40),
    st.floats(-87, -52),
    st.floats(0.2, 15),
)


@given(boxes)
@example((-87.0, -75.0, -86.0, -74.5))
@drawn(40, suppress_health_check=[HealthCheck.too_slow])
def test_a_box_finds_the_granules_that_reach_into_it_and_no_others(cmr, insides, box):
    known, vectors = insides
    found = set(known) & names_without_pages(cmr, bounding_box=text(box))
    assert set(known[in_box(vectors, box, -CHORD_KM).any(axis=1)]) <= found
    assert found <= set(known[in_box(vectors, box, STRIDE_KM + CHORD_KM).any(axis=1)])


@given(st.floats(-180, 180), st.floats(-90, -55), st.floats(0.2, 12), st.integers(3, 12))
@example(0.0, -55.0, 1.0, 3)
@example(180.0, -88.0, 3.0, 4)
@example(0.0, -89.0, 11.265625, 5)
@drawn(40, suppress_health_check=[HealthCheck.too_slow])
def test_a_polygon_finds_the_granules_that_reach_into_it_and_no_others(cmr, insides, longitude, latitude, radius, n):
    known, vectors = insides
    corners = circle(longitude, latitude, radius, n)
    found = set(known) & names_without_pages(cmr, polygon=text(corners))
    assert set(known[in_polygon(vectors, corners, -CHORD_KM).any(axis=1)]) <= found
    assert found <= set(known[in_polygon(vectors, corners, STRIDE_KM + CHORD_KM).any(axis=1)])


def test_a_box_over_the_antimeridian_finds_what_its_two_halves_find(cmr):
    whole = names(cmr, bounding_box="179,-84,-179,-83")
    halves = [names(cmr, bounding_box="179,-84,180,-83"), names(cmr, bounding_box="-180,-84,-179,-83")]
    assert 0 < len(whole) < 300
    assert set(whole) == set(halves[0]) | set(halves[1])


def test_no_track_reaches_the_pole_and_all_pass_within_250_km(cmr):
    assert names(cmr, bounding_box="-180,-90,180,-88.5") == []
    assert names(cmr, polygon=text(circle(0, -90, 1.5))) == []
    around = names(cmr, bounding_box="-180,-90,180,-87.8")
    assert len(around) == 1387
    assert {name[27:29] for name in around} == {"11"}
    assert set(names(cmr, polygon=text(circle(0, -90, 2.6)))) == set(around)


def test_a_polygon_with_the_north_pole_inside_finds_nothing_of_antarctica(cmr):
    found = ask(cmr, polygon="0,60,120,60,-120,60,0,60", page_size=2000)
    assert found.headers["CMR-Hits"] == str(3 * 1387)
    assert {record["umm"]["GranuleUR"][27:29] for record in found.json()["items"]} == {"03", "04", "05"}


def test_two_polygons_find_either_only_if_asked_so(cmr):
    west, east = text(circle(-100, -75, 0.5)), text(circle(100, -75, 0.5))
    each = [set(names(cmr, **{"polygon[]": area})) for area in (west, east)]
    both = {"polygon[]": [west, east]}
    assert set(names(cmr, **both, **{"options[polygon][or]": "true"})) == each[0] | each[1]
    assert set(names(cmr, **both)) == each[0] & each[1]


def test_the_notebooks_search_finds_the_tracks_that_it_printed(real_data):
    notebook = real_data.parent / "seed" / "xopr_atl06_crossovers.txt"
    if not notebook.is_file():
        pytest.skip("the notebook's text is not on this machine")
    printed = set()
    for piece in notebook.read_text().split("'granule_id': '")[1:]:
        printed.add(piece.split("'")[0])
    assert len(printed) == 21
    with StandIn(cycles=[22, 23]) as server:
        found = names(
            server,
            bounding_box="-105.99056603773585,-75.7091526879851,-103.5,-74.97216337509033",
            temporal="2024-01-06T00:00:00Z,2024-04-06T23:59:59Z",
        )
    # CMR found 24 in the box, of which 21 touch the frame's cells.
    assert 24 <= len(found) <= 30
    assert {name[21:29] for name in printed} <= {name[21:29] for name in found}
