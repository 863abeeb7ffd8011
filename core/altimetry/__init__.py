"""What an ATL06 file holds: its beams, and the measured heights along stretches of them."""

from typing import TYPE_CHECKING

from ..common import lazy_face

if TYPE_CHECKING:
    from .granule_file import Beam as Beam
    from .granule_file import GranuleFile as GranuleFile
    from .granule_file import open_granule as open_granule
    from .options import ALL as ALL
    from .options import BEST as BEST
    from .options import GRANULE_SUFFIXES as GRANULE_SUFFIXES
    from .options import QUALITIES as QUALITIES
    from .reading import Reading as Reading
    from .reading import heights_near as heights_near
    from .reading import read_heights as read_heights
    from .segments import IceSegments as IceSegments

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_face(__name__, __file__)
