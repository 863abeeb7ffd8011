"""The one import of pyfive, and what its oldest release must be taught.

Beside numpy 1 pip installs pyfive 1.0. That takes HDF5's attribute info message for one that always holds the largest
creation index, and so cannot read files of newer HDF5, such as NSIDC's subsets, in which that is left out. And it
makes any type of numpy's of what a damaged file says of a type, and one that is too large ends the process.
"""

from __future__ import annotations

import functools
import struct
from typing import Any

from ..common import InputError

_UNDEFINED = 0xFFFF_FFFF_FFFF_FFFF

# The message by the HDF5 file format specification, version 3.0, IV.A.2.v: version, flags (bit 0: the largest creation
# index stands before the addresses; bit 1: the address of the index by creation behind them), heap, index by name.
_HAS_LARGEST = 1
# numpy counts the bytes of a type so far; those of larger ones become negative, and reading them is a fault of memory.
_MOST_BYTES = 2**31 - 1
# The datatype message, IV.A.2.d: class and version, three bytes of flags, the size.
_SIZE_AT = 4


def pyfive() -> Any:
    """Return the module pyfive.

    Raises
    ------
    InputError
        If it cannot be imported.
    """
    try:
        import pyfive as module
        from pyfive import dataobjects, datatype_msg
    except ImportError as error:
        raise InputError(
            f"Reading HDF5 files needs the Python package pyfive, which cannot be imported ({error}): install it with "
            "pip install pyfive."
        ) from error
    if not hasattr(dataobjects, "ATTR_INFO_MESSAGE_NO_MCI"):  # which later releases know
        dataobjects.DataObjects._get_attributes_from_attr_info = _attributes
    message = datatype_msg.DatatypeMessage
    if not hasattr(message.determine_dtype, "__wrapped__"):
        message.determine_dtype = _of_a_size_that_can_be(message.determine_dtype)
    return module


def _of_a_size_that_can_be(determine: Any) -> Any:
    """Return the method that makes a type of a message, which refuses one that no file has."""

    @functools.wraps(determine)
    def checked(self: Any) -> Any:
        (size,) = struct.unpack_from("<I", self.buf, self.offset + _SIZE_AT)
        if size > _MOST_BYTES:
            raise ValueError(f"values of {size:,} bytes each")
        return determine(self)

    return checked


def _attributes(self: Any, _: object, messages: list[dict[str, int]]) -> dict[str, object]:
    """Return the attributes that a message tells of: those that stand in a heap."""
    from pyfive.btree import BTreeV2AttrNames
    from pyfive.misc_low_level import FractalHeap

    at = messages[0]["offset_to_message"]
    _, flags = struct.unpack_from("<BB", self.msg_data, at)
    heap_at, names_at = struct.unpack_from("<QQ", self.msg_data, at + (4 if flags & _HAS_LARGEST else 2))
    if heap_at == _UNDEFINED:
        return {}
    heap = FractalHeap(self.fh, heap_at)
    records = BTreeV2AttrNames(self.fh, names_at).iter_records()
    # Of a heap with many attributes it does not find all; none of them is one that is used here.
    found = (heap.get_data(record["heapid"]) for record in records)
    return dict(self._parse_attribute_msg(data, 0) for data in found if data)
