"""Which strips touch a search area: computed in a polar stereographic plane, one for each hemisphere.

In that plane a turn about the pole is a rotation, meridians are straight, and nothing happens at the antimeridian.
This is written apart from the plugin's own geometry on purpose.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import shapely

from xopr_crossovers.core.icesat2 import orbit

from . import strips

_NEAREST_TO_ANTIPODE = 179.9
_FAR = 1e9


def plane(points, south):
    """(n, 2) longitude, latitude to km in the stereographic plane of a pole, counter-clockwise seen from above."""
    distance = 90 + points[:, 1] * (1 if south else -1)
    radius = 2 * strips.EARTH_RADIUS_KM * np.tan(np.radians(np.minimum(distance, _NEAREST_TO_ANTIPODE)) / 2)
    angle = np.radians(points[:, 0])
    return np.column_stack([radius * np.sin(angle), radius * np.cos(angle) * (1 if south else -1)])


@cache
def _tree(region):
    """Spatial index over the 1,387 strips of a region, in its pole's plane."""
    south = region not in strips.ARCTIC
    coordinates, owner = [], []
    shapes = {}
    for rgt, number in zip(strips.TRACKS, strips.layout(strips.TRACKS)):
        if number not in shapes:
            right, left = strips.pairs(region, int(number))
            shapes[number] = plane(strips.great_circles(np.vstack([right, left[::-1], right[:1]]), 100), south)
        turn = np.radians(orbit.NODE_SHIFT * (rgt - 1)) * (1 if south else -1)
        cosine, sine = np.cos(turn), np.sin(turn)
        coordinates.append(shapes[number] @ np.array([[cosine, sine], [-sine, cosine]]))
        owner.append(np.full(len(coordinates[-1]), rgt - 1))
    return shapely.STRtree(shapely.polygons(shapely.linearrings(np.vstack(coordinates), indices=np.concatenate(owner))))


def touching(area, region):
    """Tell which of a region's strips touch an area.

    Parameters
    ----------
    area : Box or Polygon
        The search area.
    region : int
        Granule region.

    Returns
    -------
    (1387,) array of bool, by RGT.
    """
    found = np.zeros(len(strips.TRACKS), dtype=bool)
    found[_tree(region).query(area.in_plane(region not in strips.ARCTIC), predicate="intersects")] = True
    return found


@dataclass(frozen=True)
class Box:
    """CMR's ``bounding_box`` in degrees; where west > east it runs over the antimeridian."""

    west: float
    south: float
    east: float
    north: float

    def in_plane(self, south):
        """The box as a shape in the plane of a pole."""
        width = self.east - self.west + (360 if self.east < self.west else 0)
        longitudes = self.west + np.linspace(0, width, 2 + int(width / 0.1))
        edges = (self.north, self.south) if south else (self.south, self.north)
        outer, inner = (plane(np.column_stack([longitudes, np.full_like(longitudes, edge)]), south) for edge in edges)
        if width >= 360:
            return shapely.Polygon(outer).difference(shapely.Polygon(inner))
        if width == 0 or self.north == self.south:
            return shapely.LineString(np.vstack([outer, inner[::-1]]))
        return shapely.Polygon(np.vstack([outer, inner[::-1]]))


@dataclass(frozen=True)
class Polygon:
    """CMR's ``polygon``: a closed ring of (longitude, latitude) corners; great circles; the inside is on the left."""

    corners: tuple[tuple[float, float], ...]

    def turns(self):
        """How often the ring goes round the poles' axis: 1 eastward (the North Pole is inside), -1, or 0."""
        steps = (np.diff(self._line()[:, 0]) + 180) % 360 - 180
        return round(steps.sum() / 360)

    def is_clockwise(self):
        """Whether the ring goes round no pole and its left side is the outside."""
        return self.turns() == 0 and not shapely.is_ccw(self._ring(self._mostly_south()))

    def crosses_itself(self):
        """Whether the ring is not simple."""
        return not shapely.is_simple(self._ring(self._mostly_south()))

    def in_plane(self, south):
        """The polygon as a shape in the plane of a pole; what holds the other pole reaches to the plane's end."""
        ring = self._ring(south)
        if shapely.is_ccw(ring):
            return shapely.Polygon(ring)
        return shapely.box(-_FAR, -_FAR, _FAR, _FAR).difference(shapely.Polygon(ring))

    def _ring(self, south):
        return shapely.LinearRing(plane(self._line(), south))

    def _line(self):
        return strips.great_circles(np.asarray(self.corners), 50)

    def _mostly_south(self):
        return bool(self._line()[:, 1].mean() < 0)
