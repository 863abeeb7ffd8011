"""Measured heights of laser and radar, side by side."""

from typing import TYPE_CHECKING

from ..common import lazy_face

if TYPE_CHECKING:
    from .along_frame import LEFT_OUT as LEFT_OUT
    from .along_frame import NEAR_TRACK_M as NEAR_TRACK_M
    from .along_frame import NO_PICK as NO_PICK
    from .along_frame import Along as Along
    from .along_frame import ReadAlong as ReadAlong
    from .along_frame import read_along as read_along
    from .along_tables import BED as BED
    from .along_tables import ELEVATION_COLUMNS as ELEVATION_COLUMNS
    from .along_tables import RADAR_COLUMNS as RADAR_COLUMNS
    from .along_tables import SURFACE as SURFACE
    from .differences import FEWEST_TO_TELL as FEWEST_TO_TELL
    from .flown_lines import FlownLines as FlownLines
    from .granule_places import GranulePlaces as GranulePlaces
    from .granule_places import NoGranule as NoGranule
    from .granule_readings import GranuleAsked as GranuleAsked
    from .granule_readings import GranuleRead as GranuleRead
    from .granule_readings import heights_of_granules as heights_of_granules
    from .grid_values import GridValues as GridValues
    from .measured_crossovers import HEIGHT_COLUMNS as HEIGHT_COLUMNS
    from .measured_crossovers import MeasuredCrossovers as MeasuredCrossovers
    from .measured_crossovers import crossover_heights as crossover_heights
    from .one_frame import chosen_frame as chosen_frame
    from .options import DIFFERENCES_ARE as DIFFERENCES_ARE
    from .options import ECHOGRAMS as ECHOGRAMS
    from .options import HEIGHTS_ARE as HEIGHTS_ARE
    from .options import VERTICAL_FRAME as VERTICAL_FRAME
    from .robust import NMAD_FACTOR as NMAD_FACTOR
    from .robust import Spread as Spread
    from .robust import Trends as Trends
    from .robust import spread_of as spread_of
    from .robust import theil_sen as theil_sen
    from .series import SERIES_COLUMNS as SERIES_COLUMNS
    from .sources import Measuring as Measuring
    from .sources import Sources as Sources

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_face(__name__, __file__)
