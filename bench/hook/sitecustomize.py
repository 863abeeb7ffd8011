"""Times the stages of an algorithm inside ``qgis_process``: Python imports this at its start where PYTHONPATH says so.

The methods named below are wrapped as soon as their module is imported; the seconds of each, by the
clock and of processor, are written to the file that ``XOPR_BENCH_STAGES`` names.
"""

from __future__ import annotations

import functools
import importlib.abc
import importlib.machinery
import json
import os
import sys
import time
from pathlib import Path

STAGES = {
    "xopr_crossovers.plugin.processing.inputs": {"Inputs.frames": "read", "Inputs.table": "read"},
    "xopr_crossovers.plugin.processing.outputs": {"Outputs.write_parts": "write"},
    "xopr_crossovers.core.job": {"match_granules": "match"},
}
_taken: dict[str, dict[str, float]] = {"stages": {}, "processor": {}}


def timed(function, stage: str):
    """Return the function with its time added to a stage."""

    @functools.wraps(function)
    def wrapper(*values, **names):
        start, busy = time.perf_counter(), time.process_time()
        try:
            return function(*values, **names)
        finally:
            for kind, took in (("stages", time.perf_counter() - start), ("processor", time.process_time() - busy)):
                _taken[kind][stage] = _taken[kind].get(stage, 0.0) + took
            Path(os.environ["XOPR_BENCH_STAGES"]).write_text(json.dumps(_taken), encoding="utf-8")

    return wrapper


class Finder(importlib.abc.MetaPathFinder):
    """Finds the modules above where they are, and has their methods wrapped."""

    def find_spec(self, name, path=None, target=None):
        """Find a module as Python does."""
        if name not in STAGES:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        execute = spec.loader.exec_module

        def exec_module(module):
            execute(module)
            for place, stage in STAGES[name].items():
                *owners, method = place.split(".")
                owner = functools.reduce(getattr, owners, module)
                setattr(owner, method, timed(getattr(owner, method), stage))

        spec.loader.exec_module = exec_module
        return spec


sys.meta_path.insert(0, Finder())
