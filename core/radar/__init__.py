"""What the radar saw: layer files with the picked surface and bed along the flown track, and echograms."""

from typing import TYPE_CHECKING

from ..common import lazy_face

if TYPE_CHECKING:
    from .between_traces import LayerAt as LayerAt
    from .between_traces import PicksAt as PicksAt
    from .between_traces import picks_at as picks_at
    from .echogram_picture import EchogramPicture as EchogramPicture
    from .echogram_picture import draw_echogram as draw_echogram
    from .layer_file import read_layer_file as read_layer_file
    from .options import ECHOGRAM_FILES as ECHOGRAM_FILES
    from .options import LAYER_FILE as LAYER_FILE
    from .options import PICK_QUALITIES as PICK_QUALITIES
    from .options import PICK_TYPES as PICK_TYPES
    from .options import RADAR_SUFFIXES as RADAR_SUFFIXES
    from .organiser import read_organiser as read_organiser
    from .picks import Layer as Layer
    from .picks import RadarPicks as RadarPicks
    from .possible_picks import left_out as left_out
    from .radar_files import RadarFiles as RadarFiles
    from .told import NoRadarFile as NoRadarFile
    from .track import FlownTrack as FlownTrack
    from .track import OnTrack as OnTrack

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_face(__name__, __file__)
