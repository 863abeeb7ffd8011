"""What Processing asks for: the base of the algorithms, their parameters, runs and outputs."""

from typing import TYPE_CHECKING

from ...core.common import lazy_face

if TYPE_CHECKING:
    from . import height_parameters as height_parameters
    from . import parameters as parameters
    from . import rasters as rasters
    from . import track_parameters as track_parameters
    from . import values as values
    from .base import CROSSOVERS_GROUP as CROSSOVERS_GROUP
    from .base import FRAMES_GROUP as FRAMES_GROUP
    from .base import GRANULES_GROUP as GRANULES_GROUP
    from .base import XoprAlgorithm as XoprAlgorithm
    from .run import Run as Run
    from .workflow import load_models as load_models

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_face(__name__, __file__)
