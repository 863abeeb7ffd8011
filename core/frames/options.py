"""What can be asked for of frames: those at points of interest."""

from __future__ import annotations

from dataclasses import dataclass

MBOX_RULE, DISTANCE_RULE = "mbox", "distance"
RULES = (MBOX_RULE, DISTANCE_RULE)


@dataclass(frozen=True)
class PointRule:
    """Which frames are at a point.

    Attributes
    ----------
    rule : {'mbox', 'distance'}
        Those of which a cell holds the point, or whose line passes within a distance of it.
    distance_m : float
        For the rule 'distance': metres on the ground.
    """

    rule: str = MBOX_RULE
    distance_m: float = 0.0
