"""The sphere, the poles' planes and the ellipsoid; arrays of shapes and of unequal groups."""

from typing import TYPE_CHECKING

from ..common import lazy_face

if TYPE_CHECKING:
    from .antimeridian import cut_lines as cut_lines
    from .antimeridian import cut_polygons as cut_polygons
    from .antimeridian import whole_polygons as whole_polygons
    from .boxes import Box as Box
    from .boxes import format_box as format_box
    from .boxes import subtract as subtract
    from .boxes import width as width
    from .columns import Columns as Columns
    from .columns import stacked as stacked
    from .lengths import WGS84_A as WGS84_A
    from .lengths import WGS84_E2 as WGS84_E2
    from .lengths import arc_lengths as arc_lengths
    from .lengths import geodesic_lengths as geodesic_lengths
    from .lengths import line_lengths as line_lengths
    from .lengths import radii_of_curvature as radii_of_curvature
    from .lengths import short_arc_lengths as short_arc_lengths
    from .lengths import tangent_lengths as tangent_lengths
    from .parts import LINES as LINES
    from .parts import POINTS as POINTS
    from .parts import POLYGONS as POLYGONS
    from .parts import is_kind as is_kind
    from .parts import parts_of as parts_of
    from .parts import simple_parts as simple_parts
    from .planar_rings import are_planar as are_planar
    from .planar_rings import boxes_as_polygons as boxes_as_polygons
    from .planar_rings import quarter_pieces as quarter_pieces
    from .planar_rings import widths as widths
    from .plane import BEYOND_EQUATOR_DEG as BEYOND_EQUATOR_DEG
    from .plane import in_plane as in_plane
    from .plane import pole_of as pole_of
    from .poles import HEMISPHERES as HEMISPHERES
    from .poles import POLE_CRS as POLE_CRS
    from .polygons import along_great_circles as along_great_circles
    from .polygons import areal as areal
    from .polygons import gather as gather
    from .polygons import mend as mend
    from .polylines import Polylines as Polylines
    from .positions import degrees_in_metres as degrees_in_metres
    from .positions import degrees_sentence as degrees_sentence
    from .positions import off_earth as off_earth
    from .positions import require_place as require_place
    from .projection import LONLAT_CRS as LONLAT_CRS
    from .projection import MAX_CHORD_M as MAX_CHORD_M
    from .projection import PLANE_REACH_M as PLANE_REACH_M
    from .projection import earth_crs as earth_crs
    from .projection import layer_crs as layer_crs
    from .projection import reproject as reproject
    from .projection import same_crs as same_crs
    from .projection import transformed as transformed
    from .projection import transformer as transformer
    from .ragged import begins as begins
    from .ragged import chunks as chunks
    from .ragged import equal_pairs as equal_pairs
    from .ragged import offsets_of as offsets_of
    from .ragged import offsets_of_owners as offsets_of_owners
    from .ragged import owners_of as owners_of
    from .ragged import ranges as ranges
    from .ragged import ranks_of as ranks_of
    from .ragged import since_first as since_first
    from .ragged import spread as spread
    from .sphere import EARTH_RADIUS_M as EARTH_RADIUS_M
    from .sphere import densify as densify
    from .sphere import dot as dot
    from .sphere import lon_lat as lon_lat
    from .sphere import longitude_arcs as longitude_arcs
    from .sphere import norms as norms
    from .sphere import smallest_arc as smallest_arc
    from .sphere import subdivide as subdivide
    from .sphere import unit_vectors as unit_vectors
    from .sphere import wrap_longitude as wrap_longitude

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_face(__name__, __file__)
