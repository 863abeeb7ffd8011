"""The two hemispheres and the projections that polar data come in."""

from __future__ import annotations

#: Antarctic and Arctic polar stereographic, true at 71 degrees south and 70 degrees north.
POLE_CRS = {"south": "EPSG:3031", "north": "EPSG:3413"}
#: What can be asked for.
HEMISPHERES = tuple(POLE_CRS)
