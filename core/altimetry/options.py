"""What can be asked for of heights."""

from __future__ import annotations

#: Which heights count: those of ``atl06_quality_summary`` 0, or all.
BEST, ALL = "best", "all"
QUALITIES = (BEST, ALL)

#: How files of granules end, in small letters.
GRANULE_SUFFIXES = (".h5", ".hdf5")
