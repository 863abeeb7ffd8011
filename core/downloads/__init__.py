"""From matches to files: which granules, in what order, and the scripts that fetch them."""

from typing import TYPE_CHECKING

from ..common import lazy_face

if TYPE_CHECKING:
    from .options import BEST_BY as BEST_BY
    from .options import ENDINGS as ENDINGS
    from .options import KINDS as KINDS
    from .options import Picking as Picking
    from .script import download_text as download_text
    from .script import total_mb as total_mb
    from .selection import granules_to_fetch as granules_to_fetch

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_face(__name__, __file__)
