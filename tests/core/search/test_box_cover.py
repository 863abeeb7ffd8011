"""Several boxes where one would be mostly empty: everything is held, and little is asked for in vain."""

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import makers
from depth import drawn
from standin import StandIn
from standin.client import ask, pages, ring_of
from xopr_crossovers.core import frames, job
from xopr_crossovers.core.common.progress import PrintedProgress
from xopr_crossovers.core.geometry.polylines import Polylines
from xopr_crossovers.core.search import area, box_cover, window

GEOD = pyproj.Geod(ellps="WGS84")
CYCLE_22 = window.resolve_window("cycle", cycle=22)


def inside_one(boxes, lon, lat):
    found = np.zeros(len(lon), dtype=bool)
    for west, south, east, north in boxes:
        width = 360 if (west, east) == (-180, 180) else (east - west) % 360
        found |= (south <= lat) & (lat <= north) & ((lon - west) % 360 <= width)
    return found


def chain(*corners, step_m=50_000.0):
    """Frames of 50 km one behind the other along the geodesics between corners, as (lon, lat) lines."""
    points = [corners[0]]
    for here, there in zip(corners[:-1], corners[1:]):
        length = GEOD.inv(*here, *there)[2]
        points += [*GEOD.npts(*here, *there, max(int(length / step_m) - 1, 1)), there]
    return list(zip(points[:-1], points[1:]))


SURVEYS = {
    "two areas on two sides of the pole": [*chain((-110, -76), (-100, -75)), *chain((75, -72), (70, -71))],
    "a line across the continent": chain((-60, -76), (160, -78)),
    "a line over the pole": chain((-40, -75), (0, -89.99), (139, -78)),
    "both sides of the antimeridian": [*chain((176, -78), (-176, -77)), *chain((-60, -70), (-62, -72))],
    "three sites": [*chain((-101, -75), (-100, -75)), *chain((-91, -82), (-90, -82)), *chain((10, -78), (11, -78))],
}


@pytest.mark.parametrize("lines", SURVEYS.values(), ids=SURVEYS)
def test_one_of_the_boxes_holds_every_point_of_every_frame_with_its_margin(lines):
    (found,) = area.search_areas(makers.frames(*lines).drop(columns="opr:mbox"))
    assert 1 < len(found.boxes) <= box_cover.MAX_BOXES
    for start, end in lines:
        azimuth, _, length = GEOD.inv(*start, *end)
        along = GEOD.fwd([start[0]] * 5, [start[1]] * 5, [azimuth] * 5, np.linspace(0, length, 5))
        for lon, lat in zip(along[0], along[1]):
            around = GEOD.fwd([lon] * 24, [lat] * 24, np.arange(0, 360, 15), [9_850] * 24)
            assert inside_one(found.boxes, np.array(around[0]), np.array(around[1])).all()


@drawn(40)
@given(
    sign=st.sampled_from([-1, 1]),
    places=st.lists(
        st.tuples(st.floats(-180, 180), st.floats(62, 90), st.floats(0, 360), st.floats(1_000, 400_000)),
        min_size=1,
        max_size=8,
    ),
)
def test_wherever_frames_lie_their_lines_and_cells_are_held_with_the_margin(sign, places):
    lines = []
    for lon, lat, azimuth, length in places:
        end = GEOD.fwd(lon, sign * lat, azimuth, length)
        lines.append([(lon, sign * lat), (end[0], end[1])])
    table = frames.normalize_frames(makers.frames(*lines))
    for found in area.search_areas(table):
        side = "south" if sign < 0 else "north"
        assert found.hemisphere == side
        for (lon, lat), _ in lines:
            around = GEOD.fwd([lon] * 24, [lat] * 24, np.arange(0, 360, 15), [9_850] * 24)
            assert inside_one(found.boxes, np.array(around[0]), np.array(around[1])).all()


@pytest.fixture(scope="module")
def cycle():
    """All footprints of cycle 22 over Antarctica in the pole's projection, with their names; and the server."""
    with StandIn(cycles=[22], regions=[10, 11, 12]) as cmr:
        change = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:3031", always_xy=True)
        found = {}
        for record in pages(cmr):
            projected = np.column_stack(change.transform(*ring_of(record).T))
            found[record["umm"]["GranuleUR"]] = shapely.Polygon(projected)
        yield cmr, found


@pytest.mark.parametrize("lines", SURVEYS.values(), ids=SURVEYS)
def test_no_granule_that_crosses_a_frame_is_lost_and_fewer_are_fetched_than_with_one_box(cycle, lines, capsys):
    cmr, footprints = cycle
    change = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:3031", always_xy=True)
    projected = [np.column_stack(change.transform(*np.transpose(line))) for line in lines]
    flown = shapely.union_all([shapely.LineString(line) for line in projected])
    crossing = {name for name, shape in footprints.items() if shape.buffer(0).intersects(flown)}
    table = makers.frames(*lines).drop(columns="opr:mbox")
    areas = area.search_areas(table, progress=PrintedProgress())
    found = job.query_granules(areas, CYCLE_22, job.Product(cmr_url=cmr.url, store="ignore"))
    ours = set(found.granules["granule_id"])
    assert crossing <= ours
    xy = np.array([point for line in lines for point in line])
    ends = np.arange(0, len(xy) + 1, 2)
    box = box_cover.box_of(Polylines(xy[:, 0], xy[:, 1], ends), area.MARGIN_M)
    answer = ask(cmr, page_size=1, bounding_box=",".join(f"{value:.6f}" for value in box))
    with_one_box = int(answer.headers["CMR-Hits"])
    with capsys.disabled():
        print(
            f"\n  granules fetched for each that crosses: {len(ours) / len(crossing):.2f}, "
            f"with one box {with_one_box / len(crossing):.2f} ({len(crossing)} cross)"
        )
    assert len(ours) < min(0.8 * with_one_box, 1.8 * len(crossing))
