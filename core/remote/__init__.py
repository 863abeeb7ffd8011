"""A piece of a file, wherever it lies: HDF5 files on this machine or behind a login, read by ranges of bytes."""

from typing import TYPE_CHECKING

from ..common import lazy_face

if TYPE_CHECKING:
    from .access import Access as Access
    from .hdf5 import Hdf5File as Hdf5File
    from .hdf5 import Rows as Rows
    from .local_bytes import LocalBytes as LocalBytes
    from .login import Login as Login
    from .login import find_login as find_login
    from .opening import is_far as is_far
    from .opening import open_hdf5 as open_hdf5
    from .pyfive_door import pyfive as pyfive
    from .view import SIGNATURE as SIGNATURE
    from .view import View as View

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_face(__name__, __file__)
