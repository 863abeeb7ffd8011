"""The Python packages that the core needs: which are there, and how they are installed."""

from typing import TYPE_CHECKING

from ...core.common import lazy_face

if TYPE_CHECKING:
    from . import dependencies as dependencies
    from . import installation as installation
    from . import installing as installing

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_face(__name__, __file__)
