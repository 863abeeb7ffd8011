"""Morton cells: their numbers, and their shapes on the sphere."""

from typing import TYPE_CHECKING

from ..common import lazy_face

if TYPE_CHECKING:
    from . import cell_numbers as cell_numbers
    from . import healpix as healpix
    from .cell_shapes import CellShapes as CellShapes

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_face(__name__, __file__)
