"""What a run said and counted, kept for its report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .masking import fit_to_show
from .progress import Progress


@dataclass(frozen=True)
class Line:
    """A line of the log.

    Attributes
    ----------
    step : str
        Title of the step that said it; empty before the first.
    text : str
    is_warning : bool
    """

    step: str
    text: str
    is_warning: bool = False


@dataclass(frozen=True)
class FrameCount:
    """How many frames a step had or kept.

    Attributes
    ----------
    what : str
    kept : int
    left_out : dict of str to int
        Reasons with their number, none of which is 0.
    """

    what: str
    kept: int
    left_out: dict[str, int]


class RunLog(Progress):
    """A progress that passes everything on, and keeps lines and counts.

    Parameters
    ----------
    watcher : Progress, optional
        Who watches the run, and can cancel it.

    Attributes
    ----------
    lines : list of Line
    frame_counts : list of FrameCount
    """

    def __init__(self, watcher: Progress | None = None) -> None:
        self._watcher = watcher or Progress()
        self._step = ""
        self.lines: list[Line] = []
        self.frame_counts: list[FrameCount] = []

    def step(self, title: str) -> None:
        """Begin a step."""
        self._step = title
        self._watcher.step(title)

    def frames(self, what: str, kept: int, left_out: Mapping[str, int] | None = None) -> None:
        """Keep a count of frames."""
        reasons = {reason: number for reason, number in (left_out or {}).items() if number}
        self.frame_counts.append(FrameCount(what, kept, reasons))
        self._watcher.frames(what, kept, left_out)

    def info(self, text: str) -> None:
        """Keep a line."""
        text = fit_to_show(text)
        self.lines.append(Line(self._step, text))
        self._watcher.info(text)

    def warn(self, text: str) -> None:
        """Keep a line that the user should not miss."""
        text = fit_to_show(text)
        self.lines.append(Line(self._step, text, is_warning=True))
        self._watcher.warn(text)

    def fraction(self, done: float) -> None:
        """Pass on which part is done."""
        self._watcher.fraction(done)

    def is_cancelled(self) -> bool:
        """Whether the user asked to stop."""
        return self._watcher.is_cancelled()

    @property
    def warnings(self) -> list[str]:
        """What was warned of, each once."""
        return list(dict.fromkeys(line.text for line in self.lines if line.is_warning))
