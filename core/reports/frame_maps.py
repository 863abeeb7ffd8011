"""Maps of frames by a count, one for each hemisphere that has some."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np

from ..common import count
from ..frames import frame_hemispheres
from ..geometry import POLE_CRS, reproject
from .polar_map import count_map

#: What is round each pole, for people.
REGIONS = {"south": "Antarctica", "north": "Greenland and the Arctic"}


@dataclass(frozen=True)
class FrameMaps:
    """Maps, and what is on them.

    Attributes
    ----------
    drawings : list of str
        SVG.
    regions : list of str
        What each shows.
    missing : str
        A sentence on the frames that cannot be shown; empty if all can.
    """

    drawings: list[str]
    regions: list[str]
    missing: str


def frame_maps(frames: gpd.GeoDataFrame, counts: np.ndarray, title: str, counted: str, none: str) -> FrameMaps:
    """Draw the frames of each hemisphere by their count.

    Parameters
    ----------
    frames : GeoDataFrame
        In any CRS; those without a line are left out.
    counts : (n,) ndarray of int
        0 or more.
    title : str
        For those who cannot see it; the region follows.
    counted, none : str
        What the legend has for a heading, and says of frames with count 0.
    """
    side, drawn = frame_hemispheres(frames), frames.geometry.notna().to_numpy()
    drawings, regions = [], []
    for hemisphere, crs in POLE_CRS.items():
        shown = (side == hemisphere) & drawn
        if shown.any():
            lines = reproject(frames.geometry.to_numpy()[shown], frames.crs, crs)
            drawings.append(
                count_map(f"{title}, {REGIONS[hemisphere]}", lines, counts[shown], hemisphere, counted, none)
            )
            regions.append(REGIONS[hemisphere])
    without = int((~drawn).sum())
    missing = f"{count(without, 'frame has', 'frames have')} no line and cannot be shown." if without else ""
    return FrameMaps(drawings, regions, missing)
