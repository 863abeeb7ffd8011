"""The one channel from a long step to whoever watches it: log lines, a fraction, and a wish to stop."""

from __future__ import annotations

from collections.abc import Mapping

from .errors import CancelledError
from .masking import fit_to_show


class Progress:
    """Report of a long step; this base class is silent and is never cancelled.

    Subclasses override :meth:`info`, :meth:`warn`, :meth:`fraction` and :meth:`is_cancelled`; those that are kept for
    a report :meth:`step` and :meth:`frames` as well.
    """

    def step(self, title: str) -> None:
        """Say which step of the whole work begins."""

    def frames(self, what: str, kept: int, left_out: Mapping[str, int] | None = None) -> None:
        """Say in numbers what :meth:`info` says in words: how many frames are there, or are kept.

        Parameters
        ----------
        what : str
            What was done.
        kept : int
            Frames after it.
        left_out : mapping of str to int, optional
            Reasons for which others were left out, with their number.
        """

    def info(self, text: str) -> None:
        """Log a line that tells what was done, with its counts."""

    def warn(self, text: str) -> None:
        """Log a line that the user should not miss."""

    def fraction(self, done: float) -> None:
        """Say which part of the step is done, from 0 to 1."""

    def is_cancelled(self) -> bool:
        """Whether the user asked to stop."""
        return False

    def check(self) -> None:
        """Go on, or raise :class:`~xopr_crossovers.core.common.CancelledError` if the user asked to stop."""
        if self.is_cancelled():
            raise CancelledError

    def part(self, start: float, stop: float) -> Progress:
        """Return a progress whose 0..1 is this one's ``start``..``stop``."""
        return _Part(self, start, stop)


class _Part(Progress):
    def __init__(self, whole: Progress, start: float, stop: float) -> None:
        self._whole = whole
        self._start = start
        self._stop = stop

    def step(self, title: str) -> None:
        self._whole.step(title)

    def frames(self, what: str, kept: int, left_out: Mapping[str, int] | None = None) -> None:
        self._whole.frames(what, kept, left_out)

    def info(self, text: str) -> None:
        self._whole.info(text)

    def warn(self, text: str) -> None:
        self._whole.warn(text)

    def fraction(self, done: float) -> None:
        self._whole.fraction(self._start + (self._stop - self._start) * done)

    def is_cancelled(self) -> bool:
        return self._whole.is_cancelled()


class PrintedProgress(Progress):
    """Prints the log lines; what a notebook or a script wants."""

    def info(self, text: str) -> None:
        print(fit_to_show(text))

    def warn(self, text: str) -> None:
        print(f"Warning: {fit_to_show(text)}")
