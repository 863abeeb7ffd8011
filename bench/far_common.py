"""What the readers of a far granule share: what they are told, and how they report; used in both environments."""

from __future__ import annotations

import argparse
import json
import os
import time
from contextlib import contextmanager
from pathlib import Path

BEAMS = ("gt1l", "gt2l", "gt3r")
DISTANCE_M = 5_000.0
FAR = json.loads(os.environ["XOPR_BENCH_FAR"])


class Report:
    """The arguments and the report of one run."""

    def __init__(self, works: list[str]) -> None:
        parser = argparse.ArgumentParser()
        parser.add_argument("work", choices=works)
        parser.add_argument("--report", type=Path, required=True)
        parser.add_argument("--pairs", type=Path)
        self._asked = parser.parse_args()
        self.work = self._asked.work
        self._stages: dict[str, float] = {}
        self._processor: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str):
        """Take the time of a block."""
        start, busy = time.perf_counter(), time.process_time()
        yield
        self._stages[name] = time.perf_counter() - start
        self._processor[name] = time.process_time() - busy

    def finish(self, found: dict[str, list[float]], **facts: object) -> None:
        """Write the report: of each beam how many segments, and the sum of their heights."""
        told = {"stages": self._stages, "processor": self._processor, "found": found, **facts}
        self._asked.report.write_text(json.dumps(told))
