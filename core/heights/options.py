"""What heights refer to, and what is said of all of them; it imports no library."""

from __future__ import annotations

#: What all heights are above; ATL06's by its data dictionary, and those of layer files by their GPS.
VERTICAL_FRAME = "metres above the ellipsoid WGS 84, in the ITRF (not above sea level)"
