"""What picks are called, and which of the frames' files are read; it imports no library."""

from __future__ import annotations

#: Columns of a frames table that hold the addresses of its files, named as the catalog names its assets.
LAYER_FILE = "CSARP_layer"
ECHOGRAM_FILES = ("CSARP_standard", "CSARP_qlook")
#: How their files end, in small letters.
RADAR_SUFFIXES = (".mat",)

#: How good a pick is (`opsLoadLayers.m` of the OPR toolbox); 0 where there is none, or nobody says.
PICK_QUALITIES = {1: "good", 2: "moderate", 3: "bad or derived"}
#: How a pick was made (the same source).
PICK_TYPES = {1: "manual", 2: "automatic"}
