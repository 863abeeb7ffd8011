"""The columns of a frames table."""

from __future__ import annotations

#: Columns that are read from a catalog, in the order of our layers. Only ``id`` and the geometry are indispensable.
COLUMNS = (
    "id",
    "collection",
    "datetime",
    "opr:date",
    "opr:segment",
    "opr:frame",
    "opr:hemisphere",
    "opr:provider",
    "opr:frequency",
    "opr:bandwidth",
    "opr:mbox",
    "thumbnail",
    "CSARP_layer",
    "CSARP_standard",
    "CSARP_qlook",
)
#: Columns of addresses, named as the assets of a STAC item: the echogram's picture, the layer file, the echogram.
ASSETS = ("thumbnail", "CSARP_layer", "CSARP_standard", "CSARP_qlook")
MBOX = "opr:mbox"
NEEDS_MBOX = (
    "the column 'opr:mbox' (four morton cells a frame) is missing; use a season catalog made in April 2026 or later "
    "(xOPR issue #78)"
)
