"""The satellite: its calendar, tracks, beams, and the names and strips of its granules."""

from typing import TYPE_CHECKING

from ..common import lazy_face

if TYPE_CHECKING:
    from .beams import BESIDE_M as BESIDE_M
    from .beams import beam_spread as beam_spread
    from .beams import check_beams as check_beams
    from .beams import pairs_and_sides as pairs_and_sides
    from .calendar import cycle_of as cycle_of
    from .calendar import cycle_start as cycle_start
    from .calendar import rgt_time as rgt_time
    from .even_orbit import TRACKS_PER_CYCLE as TRACKS_PER_CYCLE
    from .granule_name import TIME_DTYPE as TIME_DTYPE
    from .granule_name import cycle_patterns as cycle_patterns
    from .granule_name import granule_stems as granule_stems
    from .granule_name import parse_granule_names as parse_granule_names
    from .heading import check_direction as check_direction
    from .heading import direction_names as direction_names
    from .heading import granule_directions as granule_directions
    from .heading import headings_at as headings_at
    from .off_pointing import OffPointing as OffPointing
    from .off_pointing import StripPointing as StripPointing
    from .off_pointing import strip_pointing as strip_pointing
    from .options import ASCENDING as ASCENDING
    from .options import BEAMS as BEAMS
    from .options import BOTH as BOTH
    from .options import DIRECTIONS as DIRECTIONS
    from .options import LINES as LINES
    from .orbit import REGIONS as REGIONS
    from .orbit import beside_track as beside_track
    from .orbit import ground_track as ground_track
    from .orbit import region_arc as region_arc
    from .steps import StepPlaces as StepPlaces
    from .steps import Steps as Steps
    from .steps import bends as bends
    from .strips import Strips as Strips
    from .strips import find_strips as find_strips
    from .track_table import PATH as PATH
    from .track_table import PER_ORBIT as PER_ORBIT
    from .track_table import UNIT_M as UNIT_M
    from .tracks import Tracks as Tracks
    from .tracks import footprint_tracks as footprint_tracks
    from .tracks import joined_tracks as joined_tracks
    from .tracks import reference_tracks as reference_tracks

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_face(__name__, __file__)
