"""Requests that are sent again where that helps: how often, and how long to wait before."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from ..common import Progress
from .faults import Fault

#: Whoever waits looks this often (s) whether the user wants to stop.
GLANCE_S = 0.1

_jitter = secrets.SystemRandom()

Result = TypeVar("Result")


@dataclass(frozen=True)
class Patience:
    """How long to wait for a server, and how often to try again.

    Attributes
    ----------
    connect_timeout, read_timeout : float
        Longest wait (s) for the connection, and between two pieces of the answer.
    retries : int
        How often a request is sent again.
    backoff : float
        Wait (s) before the first retry; doubles with each.
    longest_wait : float
        Longest wait (s) before a retry, also where the server asks for a longer one.
    too_much_retries : int or None
        How often one is sent again that may have asked for too much; None: as often as all others.
    """

    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    retries: int = 5
    backoff: float = 1.0
    longest_wait: float = 60.0
    too_much_retries: int | None = None

    def retries_of(self, fault: Fault) -> int:
        """Return how often a request with this fault is sent again at most."""
        limits = (self.retries, fault.retries, self.too_much_retries if fault.too_much else None)
        return min(limit for limit in limits if limit is not None)


def with_retries(send_once: Callable[[], Result], patience: Patience, progress: Progress) -> Result:
    """Send a request until it has an answer that can be used, and return that.

    Parameters
    ----------
    send_once : callable
        Returns the answer, or raises a Fault.
    patience : Patience
    progress : Progress
        Is told of each retry.

    Raises
    ------
    Fault
        If the retries do not help.
    CancelledError
        If the user asked to stop.
    """
    tries = 0
    while True:
        progress.check()
        tries += 1
        try:
            return send_once()
        except Fault as fault:
            retries = patience.retries_of(fault)
            if tries > retries:
                raise fault.after(tries) from fault.__cause__
            wait = wait_before(tries, fault, patience)
            progress.warn(f"{fault.host} {fault.what}; trying again in {wait:.2g} s (retry {tries} of {retries}).")
        pause(wait, progress)


def wait_before(tries: int, fault: Fault, patience: Patience) -> float:
    """Return how long to wait (s) before the next try: as the server asks, or doubling and scattered."""
    if fault.wait is not None:
        return min(fault.wait, patience.longest_wait)
    return min(patience.backoff * 2 ** (tries - 1), patience.longest_wait) * _jitter.uniform(0.5, 1.0)


def pause(seconds: float, progress: Progress) -> None:
    """Wait, unless the user wants to stop."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        progress.check()
        time.sleep(min(left, GLANCE_S))
