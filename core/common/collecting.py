"""Python's search for objects that hold each other, put off where very many are made."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def put_off_collecting() -> Iterator[None]:
    """Let Python look for no cycles of objects within: where rows become objects, that is a third of the time.

    Nothing else waits: what no cycle holds is freed at once, as ever.
    """
    was_on = gc.isenabled()
    if was_on:  # off already, it may be for another thread, which can be at its end by now
        gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
