"""Runs one side of the benchmark as a process of its own, and measures its time and its peak of memory.

This module and those that use it import the standard library alone: on Linux a child's peak begins with its parent's.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BENCH = ROOT / "bench"
BUILD = ROOT / "build" / "bench"
OURS = ROOT / ".venv" / "bin" / "python"
UPSTREAM = BUILD / "upstream" / "bin" / "python"


@dataclass
class Measured:
    """What one run, or the best of several, took.

    Attributes
    ----------
    stages : dict of str to float
        Seconds.
    seconds : float
        Of all stages together.
    wall : float
        Of the whole process, with its start and what it does before and after the stages.
    peak_mb : float
        Greatest resident memory of the process.
    processor : dict of str to float
        Seconds of processor of the stages, on all cores: what a machine that has other work to do disturbs least.
    facts : dict
        What else it reported.
    """

    stages: dict[str, float]
    seconds: float
    wall: float
    peak_mb: float
    processor: dict[str, float]
    facts: dict = field(default_factory=dict)


def call(command: list[object], log: Path, environment: Mapping[str, str] | None = None) -> tuple[float, float, float]:
    """Run a command to its end; return its seconds, its peak of memory in MB, and its seconds of processor.

    Raises
    ------
    SystemExit
        If it fails; with the end of what it said.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    start = time.perf_counter()
    with log.open("wb") as file:
        process = subprocess.Popen(  # noqa: S603 - commands of this benchmark
            [str(part) for part in command],
            stdout=file,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
            cwd=ROOT,
        )
        _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        said = log.read_text(errors="replace").strip().splitlines()
        raise SystemExit("\n".join([f"{log.stem} ended with {process.returncode}:", *said[-25:]]))
    return wall, usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime


class Side:
    """One side in one row: a work that can be run more than once, of which the fastest run counts.

    Parameters
    ----------
    name : str
        Of its files below ``build/bench/runs``.
    script : {'ours', 'layers', 'upstream', 'far_ours', 'far_h5py'}
        The file of this folder; 'upstream' and 'far_h5py' run in upstream's environment, the others in ours.
    arguments : str
        For it.
    environment : mapping of str to str, optional
        Variables for it.
    """

    def __init__(self, name: str, script: str, arguments: str, environment: Mapping[str, str] | None = None) -> None:
        self.path = BUILD / "runs" / name
        self.environment = environment
        self.python = UPSTREAM if script in ("upstream", "far_h5py") else OURS
        self.script = BENCH / f"{script}.py"
        self.arguments = arguments.split()
        self.best: Measured | None = None

    @property
    def pairs(self) -> Path:
        """The file of the pairs that it found."""
        return self.path.with_suffix(".npz")

    def run(self) -> Measured:
        """Run once more; return the best so far."""
        report = self.path.with_suffix(".json")
        report.parent.mkdir(parents=True, exist_ok=True)
        command = [self.python, self.script, *self.arguments, "--report", report, "--pairs", self.pairs]
        wall, peak, _ = call(command, self.path.with_suffix(".log"), self.environment)
        facts = json.loads(report.read_text())
        stages, processor = facts.pop("stages"), facts.pop("processor")
        seconds = sum(stages.values())
        if self.best is None or seconds < self.best.seconds:
            self.best = Measured(stages, seconds, wall, peak, processor, facts)
        return self.best


def alternate(sides: list[Side], times: int) -> None:
    """Run sides in turn, so that each has the same neighbours on the machine."""
    for _ in range(times):
        for side in sides:
            side.run()


def scaled(measured: Measured, factor: float, stages: tuple[str, ...]) -> Measured:
    """Return a measurement of a sample with some of its stages stretched to the whole."""

    def longer(times: dict[str, float]) -> dict[str, float]:
        return {name: value * (factor if name in stages else 1.0) for name, value in times.items()}

    times = longer(measured.stages)
    processor = longer(measured.processor)
    return Measured(times, sum(times.values()), measured.wall, measured.peak_mb, processor, measured.facts)
