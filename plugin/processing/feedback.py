"""From the core's progress to Processing's feedback."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.common import Progress, fit_to_show

if TYPE_CHECKING:
    from qgis.core import QgsProcessingFeedback


class FeedbackProgress(Progress):
    """A core progress that reports to, and is cancelled by, a Processing feedback.

    Parameters
    ----------
    feedback : QgsProcessingFeedback
    """

    def __init__(self, feedback: QgsProcessingFeedback) -> None:
        self._feedback = feedback

    def info(self, text: str) -> None:
        """Log a line."""
        self._feedback.pushInfo(fit_to_show(text))

    def warn(self, text: str) -> None:
        """Log a line that the dialog shows in colour, and ``qgis_process`` on its error channel."""
        self._feedback.pushWarning(fit_to_show(text))

    def fraction(self, done: float) -> None:
        """Move the progress bar."""
        self._feedback.setProgress(100.0 * min(max(done, 0.0), 1.0))

    def is_cancelled(self) -> bool:
        """Whether the user pressed Cancel."""
        return bool(self._feedback.isCanceled())
