"""What Processing asks for: the base of the algorithms, their parameters, runs and outputs."""

from typing import TYPE_CHECKING

from ...core.common import lazy_face

if TYPE_CHECKING:
    from . import alternatives as alternatives
    from . import crossing_parameters as crossing_parameters
    from . import download_parameters as download_parameters
    from . import frame_parameters as frame_parameters
    from . import height_parameters as height_parameters
    from . import match_parameters as match_parameters
    from . import parameters as parameters
    from . import pass_parameters as pass_parameters
    from . import provenance as provenance
    from . import search_parameters as search_parameters
    from .base import CROSSOVERS_GROUP as CROSSOVERS_GROUP
    from .base import FRAMES_GROUP as FRAMES_GROUP
    from .base import GRANULES_GROUP as GRANULES_GROUP
    from .base import XoprAlgorithm as XoprAlgorithm
    from .next_steps import Next as Next
    from .run import Run as Run
    from .workflow import load_models as load_models

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_face(__name__, __file__)
