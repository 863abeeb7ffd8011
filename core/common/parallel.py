"""Several long steps at once, seen by the user as one.

The steps run in threads of their own; whoever watches hears of them in the thread that asked, since a QGIS dialog does
not take messages from others.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from typing import Any, TypeVar

from .progress import Progress

_GLANCE_S = 0.1

Result = TypeVar("Result")


class _Relay(Progress):
    """The progress of one step: its words go into a queue, its wish to know whether to stop to a common flag."""

    def __init__(self, words: queue.SimpleQueue[tuple[str, Any, int]], stop: threading.Event, number: int) -> None:
        self._words = words
        self._stop = stop
        self._number = number

    def info(self, text: str) -> None:
        self._words.put(("info", text, self._number))

    def warn(self, text: str) -> None:
        self._words.put(("warn", text, self._number))

    def fraction(self, done: float) -> None:
        self._words.put(("fraction", done, self._number))

    def is_cancelled(self) -> bool:
        return self._stop.is_set()


def run_parallel(steps: Sequence[Callable[[Progress], Result]], progress: Progress, at_once: int = 4) -> list[Result]:
    """Run steps, some at once, and return their results in their order.

    Parameters
    ----------
    steps : sequence of callable
        Each takes a Progress, and looks at it often enough to stop within a second.
    progress : Progress
        Is told everything in this thread; its fraction is the mean of the steps'.
    at_once : int

    Raises
    ------
    Exception
        What the first failing step raised; the others are told to stop, and have ended when it is raised.
    CancelledError
        If the user asked to stop.
    """
    words: queue.SimpleQueue[tuple[str, Any, int]] = queue.SimpleQueue()
    stop = threading.Event()
    done = [0.0] * len(steps)

    def pass_on() -> None:
        while True:
            try:
                kind, word, number = words.get_nowait()
            except queue.Empty:
                return
            if kind == "fraction":
                done[number] = word
                progress.fraction(sum(done) / len(done))
            else:
                getattr(progress, kind)(word)

    with ThreadPoolExecutor(max_workers=at_once, thread_name_prefix="xopr-step") as pool:
        # In a copy of the context each, so that the preferences of whoever asked hold in the steps as well.
        futures: list[Future[Result]] = [
            pool.submit(copy_context().run, _unless_stopped, step, _Relay(words, stop, number))
            for number, step in enumerate(steps)
        ]
        open_steps: set[Future[Result]] = set(futures)
        try:
            while open_steps:
                ended, open_steps = wait(open_steps, timeout=_GLANCE_S, return_when=FIRST_COMPLETED)
                pass_on()
                for future in ended:
                    future.result()
                progress.check()
        except BaseException:
            stop.set()
            for future in open_steps:
                future.cancel()
            raise
        finally:
            wait(open_steps)
            pass_on()
    return [future.result() for future in futures]


def _unless_stopped(step: Callable[[Progress], Result], relay: Progress) -> Result:
    relay.check()
    return step(relay)
