"""The one import of pyfive, and what its oldest release must be taught.

Beside numpy 1 pip installs pyfive 1.0. That takes HDF5's attribute info message for one that always holds the largest
creation index, and so cannot read files of newer HDF5, such as NSIDC's subsets, in which that is left out.
"""

from __future__ import annotations

import struct
from typing import Any

from ..common import InputError

_UNDEFINED = 0xFFFF_FFFF_FFFF_FFFF

# The message by the HDF5 file format specification, version 3.0, IV.A.2.v: version, flags (bit 0: the largest creation
# index stands before the addresses; bit 1: the address of the index by creation behind them), heap, index by name.
_HAS_LARGEST = 1


def pyfive() -> Any:
    """Return the module pyfive.

    Raises
    ------
    InputError
        If it cannot be imported.
    """
    try:
        import pyfive as module
        from pyfive import dataobjects
    except ImportError as error:
        raise InputError(
            f"Reading HDF5 files needs the Python package pyfive, which cannot be imported ({error}): install it with "
            "pip install pyfive."
        ) from error
    if not hasattr(dataobjects, "ATTR_INFO_MESSAGE_NO_MCI"):  # which later releases know
        dataobjects.DataObjects._get_attributes_from_attr_info = _attributes
    return module


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
