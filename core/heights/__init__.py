"""Measured heights of laser and radar, side by side."""

from typing import TYPE_CHECKING

from ..common import lazy_face

if TYPE_CHECKING:
    from .granule_places import GranulePlaces as GranulePlaces
    from .granule_places import NoGranule as NoGranule
    from .granule_readings import GranuleAsked as GranuleAsked
    from .granule_readings import GranuleRead as GranuleRead
    from .granule_readings import heights_of_granules as heights_of_granules
    from .grid_values import GridValues as GridValues
    from .measured_crossovers import HEIGHT_COLUMNS as HEIGHT_COLUMNS
    from .measured_crossovers import MeasuredCrossovers as MeasuredCrossovers
    from .measured_crossovers import crossover_heights as crossover_heights
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
