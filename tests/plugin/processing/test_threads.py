"""Algorithms one after the other in a thread of QGIS's pool, which outlives Python's part of it."""

from __future__ import annotations

import subprocess
import sys

import pyproj
import pytest
from pyproj import _context

# What is run in the pool is Python called by Qt, as an algorithm in the desktop is. A crash must not end the tests.
SCRIPT = """
import sys, threading, time
from qgis.PyQt.QtCore import QCoreApplication, QRunnable, QThreadPool
from xopr_crossovers.plugin.packages import dependencies

application = QCoreApplication([])
done, threads = threading.Event(), set()

class Job(QRunnable):
    def run(self):
        if sys.argv[1] == "loaded":
            dependencies.load()
        import pyproj
        for code in (3031, 3413):
            pyproj.Transformer.from_crs(4326, code, always_xy=True).transform(0, -75)
        threads.add(threading.get_ident())
        done.set()

pool = QThreadPool()
pool.setMaxThreadCount(1)
pool.setExpiryTimeout(-1)
for _ in range(4):
    done.clear()
    pool.start(Job())
    done.wait()
    time.sleep(0.2)  # Qt leaves the job, and Python the thread
assert len(threads) == 1, threads
print("RUN TO THE END", len(dependencies._contexts))
"""


@pytest.fixture
def run_script():
    def run(how):
        return subprocess.run([sys.executable, "-c", SCRIPT, how], capture_output=True, text=True, timeout=120)

    return run


def destroys_contexts_early():
    """Whether this pyproj has what is guarded against: those from 3.7 to before 3.8."""
    return hasattr(_context, "get_context_manager") and tuple(map(int, pyproj.__version__.split(".")[:2])) < (3, 8)


def test_algorithms_in_the_same_thread_of_the_pool_do_not_crash_in_proj(run_script):
    ran = run_script("loaded")
    assert (ran.returncode, ran.stderr) == (0, "")
    # One for the thread, and not one more for each run, which would fill the memory.
    assert ran.stdout.split("RUN TO THE END ")[1].split() == ["1" if destroys_contexts_early() else "0"]


def test_without_what_keeps_the_context_the_same_runs_do_crash_where_pyproj_destroys_it_early(run_script):
    ran = run_script("bare")
    assert (ran.returncode != 0) == destroys_contexts_early()
    assert ("RUN TO THE END" in ran.stdout) != destroys_contexts_early()
