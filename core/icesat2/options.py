"""What can be asked for of passes: beams by their names, and directions."""

from __future__ import annotations

CENTRE = "centre"
#: The six beams from left to right, named as the products' groups are; and all lines: with the centre line.
BEAMS = tuple(f"gt{pair}{side}" for pair in (1, 2, 3) for side in "lr")
LINES = (*BEAMS, CENTRE)

ASCENDING, DESCENDING, BOTH = "ascending", "descending", "both"
DIRECTIONS = (BOTH, ASCENDING, DESCENDING)
