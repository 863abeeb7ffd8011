"""A wish to stop, as a user has it while something takes long."""

from __future__ import annotations

import time

from xopr_crossovers.core.common import Progress


class StopsAfter(Progress):
    """Wants to stop some time after the first look."""

    def __init__(self, seconds):
        self.seconds, self.began = seconds, None

    def is_cancelled(self):
        self.began = self.began or time.monotonic()
        return time.monotonic() - self.began > self.seconds
