"""The one frame of a table that is meant."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from ..common import InputError, count
from ..frames import AnyFrames, Frames

_NAME = "FRAMES"


def chosen_frame(frames: AnyFrames, frame_id: str = "", selected: Sequence[str] = ()) -> Frames:
    """Return the one frame that is meant: the one of that name, or the selected one, or the only one.

    Parameters
    ----------
    frames : Frames or GeoDataFrame
    frame_id : str
        Its name; empty if none is given.
    selected : sequence of str
        Names of the frames that are selected in the layer.

    Raises
    ------
    InputError
        If there is none, or more than one.
    """
    frames = Frames.of(frames)
    ids = frames.table["id"].astype(str)
    if not len(frames):
        raise InputError(f"{_NAME} has no frame: give a layer with the frame that is to be read along.")
    if frame_id:
        mask = (ids == frame_id).to_numpy()
        if not mask.any():
            near = difflib.get_close_matches(frame_id, ids.tolist(), n=2, cutoff=0.6)
            hint = f"did you mean {' or '.join(near)}?" if near else f"the first of {len(ids):,} is {ids.iloc[0]}."
            raise InputError(f"{_NAME} has no frame {frame_id}, as FRAME says; {hint}")
    else:
        mask = ids.isin(list(selected)).to_numpy() if len(set(selected)) == 1 else ids.notna().to_numpy()
    found = frames.where(mask)
    if len(found) > 1:
        # The same frame twice is one frame; of several seasons it is not.
        season = found.table["collection"].astype(str) if "collection" in found.table.columns else ids[mask]
        if found.table["id"].nunique() == 1 and season.nunique() == 1:
            return found.where(found.table.index.to_numpy() == found.table.index[0])
        raise InputError(
            f"{_NAME} has {count(len(found), 'frame', 'frames')}, and one is read along: select it in the layer, or "
            f"give its name in FRAME, such as {found.table['id'].iloc[0]}."
        )
    return found
