"""How many frames have a layer file, and why others have none: counted one by one, told in the end."""

from __future__ import annotations

from ..common import Lack, Progress, count, some_of
from .local_files import NEAR_M
from .picks import RadarPicks
from .possible_picks import left_out


class NoRadarFile(Lack):
    """Why a frame has no radar file that can be used."""


def off_line(files: str, first: str) -> str:
    """Return the sentence on files whose tracks are not those of their frames."""
    return (
        f"{files} more than {NEAR_M / 1000:g} km off the frame's line; the first is {first}: check whether it is named "
        "after the right frame."
    )


class Told:
    """What is said of all layer files in the end.

    Parameters
    ----------
    n_frames : int
        How many are asked for.
    """

    def __init__(self, n_frames: int) -> None:
        self._n_frames = n_frames
        self._n_read = self._n_lost = self._n_losing = 0
        self._n_impossible, self._with_impossible = 0, list[str]()
        self._elsewhere: list[str] = []
        self._missing: dict[str, list[tuple[str, str]]] = {}

    def add(self, frame_id: str, layers: RadarPicks | NoRadarFile, is_elsewhere: bool = False) -> None:
        """Count a frame with its picks, or with the reason why there are none; and whether these are off its line."""
        if isinstance(layers, NoRadarFile):
            self._missing.setdefault(layers.reason, []).append((frame_id, layers.sentence))
            return
        self._n_read += 1
        self._n_lost += layers.without_position
        self._n_losing += layers.without_position > 0
        if is_elsewhere:
            self._elsewhere.append(layers.source)
        if layers.impossible:
            self._n_impossible += layers.impossible
            self._with_impossible.append(layers.source)

    def say(self, progress: Progress) -> None:
        """Tell how many frames have a layer file, and why others have none."""
        some = some_of(self._n_read, self._n_frames, "frame", "frames", "has", "have")
        progress.info(f"Radar layer files: {some} one.")
        for reason, frames in self._missing.items():
            without = f"{count(len(frames), 'frame is', 'frames are')} without a layer file ({reason})"
            progress.warn(f"{without}; the first is {frames[0][0]}: {frames[0][1]}")
        if self._n_lost:
            progress.warn(
                f"{count(self._n_lost, 'trace', 'traces')} of {count(self._n_losing, 'frame', 'frames')} without a "
                "place on the Earth were left out."
            )
        if self._elsewhere:
            files = count(len(self._elsewhere), "layer file lies", "layer files lie")
            progress.warn(off_line(files, self._elsewhere[0]))
        if self._with_impossible:
            whose = f" of {count(len(self._with_impossible), 'frame', 'frames')} (the first is "
            progress.warn(left_out(self._n_impossible, f"{whose}{self._with_impossible[0]})"))
