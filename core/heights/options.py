"""What heights refer to, what is said of all of them, and what can be asked for; it imports no library."""

from __future__ import annotations

#: What all heights are above; ATL06's by its data dictionary, and those of layer files by their GPS.
VERTICAL_FRAME = "metres above the ellipsoid WGS 84, in the ITRF (not above sea level)"
#: What the notes of layers say of them.
HEIGHTS_ARE = f"Heights are {VERTICAL_FRAME}."
DIFFERENCES_ARE = "Laser less radar is a difference, not a change: picks are no truth."

#: What is shown of a frame's echogram: nothing, the printed picture of the catalog, or the echogram file as data.
NO_ECHOGRAM, THUMBNAIL, ECHOGRAM_DATA = "none", "thumbnail", "data"
ECHOGRAMS = (NO_ECHOGRAM, THUMBNAIL, ECHOGRAM_DATA)
