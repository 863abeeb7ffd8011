"""What takes a while, beside the window's own thread."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

from qgis.core import Qgis, QgsApplication, QgsMessageLog, QgsTask


class Task(QgsTask):  # type: ignore[misc]
    """Calls a function in a thread of QGIS's, and hands what it returns to another one in the window's thread.

    Parameters
    ----------
    title : str
        As the status bar shows it.
    work : callable
        Gets a function that says whether nobody wants to know any more.
    tell : callable
        Gets what `work` returned; None if the task was cancelled, here or in QGIS's status bar, or failed.
    """

    def __init__(self, title: str, work: Callable[[Callable[[], bool]], Any], tell: Callable[[Any], None]) -> None:
        super().__init__(title, QgsTask.Flag.CanCancel)
        self._work = work
        self._tell = tell
        self._found: Any = None

    def run(self) -> bool:
        """Work, in a thread of QGIS's."""
        try:
            self._found = self._work(self.isCanceled)
        except Exception:  # noqa: BLE001 (Qt's thread has nobody who would hear of it)
            message = f"{self.description()} failed: {traceback.format_exc()}"
            QgsMessageLog.logMessage(message, "xOPR Crossovers", Qgis.MessageLevel.Warning)
            return False
        return not self.isCanceled()

    def finished(self, result: bool) -> None:
        """Tell; QGIS calls this, and deletes the task then."""
        self._tell(self._found if result else None)


class Latest:
    """Has at most one task that counts: a new one stops the one before, whose result nobody hears of."""

    def __init__(self) -> None:
        self._task: Task | None = None

    @property
    def under_way(self) -> bool:
        """Whether somebody waits for a task."""
        return self._task is not None

    def start(self, title: str, work: Callable[[Callable[[], bool]], Any], tell: Callable[[Any], None]) -> None:
        """Start a task in place of the one before; see :class:`Task`."""

        def tell_if_latest(found: Any) -> None:
            if task is self._task:
                self._task = None
                tell(found)

        self.stop()
        task = self._task = Task(title, work, tell_if_latest)
        QgsApplication.taskManager().addTask(task)

    def stop(self, *_: Any) -> None:
        """Stop the task that is under way, if there is one."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
