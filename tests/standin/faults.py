"""Misbehaviour on request: what the stand-in does wrong, and with which requests."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import numpy as np

from . import records

RECORD_FAULTS = {
    "orbit_only": records.only_orbit,
    "no_links": records.no_links,
    "odd_names": records.odd_name,
    "bounding_rectangles": records.bounding_rectangles,
    "several_polygons": records.several_polygons,
    "other_versions": records.other_version,
}
"""Each changes every ``every``-th record of a page."""

HIT_FAULTS = {"duplicates": records.duplicate, "revisions": records.later_revision, "strangers": None}
"""Each adds to the hits, and to ``CMR-Hits``: after every ``every``-th one its twin of provider NSIDC_ECS, its
revision 02, or a granule that does not match."""

ANSWER_FAULTS = {
    "status",
    "partial",
    "short_page",
    "cut",
    "drip",
    "silence",
    "login_page",
    "malformed_json",
}
"""Each spoils the answer as a whole; see :class:`Fault`."""

ARCHIVE_FAULTS = {"delay", "reset", "licence", "no_ranges", "astray"}
"""What goes wrong with :class:`earthdata.Earthdata`: late answers, torn connections, a licence that was not accepted, a
storage that does not know ranges, a data host that sends its visitors to the stranger."""


@dataclass
class Fault:
    """One kind of misbehaviour.

    Parameters
    ----------
    kind : str
        One of the names below.
    skip : int
        Requests that are served well before it begins.
    times : int, optional
        Requests that it spoils then; None for all.
    path : str
        Only requests whose path begins so are counted and spoiled; of CMR's, without it, those of its search.
    host : str
        Only requests to that host (``data``, ``login``, ``storage``, ``stranger``) are counted and spoiled.
    longer_than : float
        Only requests whose ``temporal`` is longer than so many days are counted and spoiled.
    status, retry_after, message
        ``status``: the answer's code (429, 500, 503, 504, ...), its ``Retry-After`` (seconds or an HTTP date) and the
        text in the body.
    keep : float
        ``short_page``, ``partial``: the share of the page's items that is sent. A short page is followed by the items
        that it lacks; those that a partial answer lacks are lost unless asked for again.
        ``cut``, ``reset``: the share of the body that is sent before the connection closes, or is torn off.
    header : str
        ``partial``: the header that says so; CMR has also been seen to write ``CMR-Timed-Out``.
    every : int
        Faults of records and hits: one in how many is odd.
    pause, piece
        ``drip``: seconds between pieces of so many bytes.
    seconds : float
        ``silence``: how long nothing is answered before the connection closes. ``delay``: before it is answered.

    Notes
    -----
    Kinds: ``status``, ``partial``, ``short_page``, ``cut``, ``drip``, ``silence``, ``login_page`` (HTML with 200),
    ``malformed_json``, ``delay``, ``reset``; ``licence``, ``no_ranges``, ``astray``; ``orbit_only``, ``no_links``,
    ``odd_names``, ``bounding_rectangles``, ``several_polygons``, ``other_versions``; ``duplicates``, ``revisions``,
    ``strangers``. Those that add hits should last for a whole search.
    """

    kind: str
    skip: int = 0
    times: int | None = None
    path: str | None = None
    host: str = ""
    longer_than: float = 0.0
    status: int = 503
    retry_after: str | int | None = None
    message: str = "The stand-in was asked to fail."
    keep: float = 0.5
    header: str = "CMR-Time-Out"
    every: int = 1
    pause: float = 0.05
    piece: int = 1024
    seconds: float = 3600.0
    _seen: int = field(default=0, init=False, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False, compare=False)

    def __post_init__(self):
        known = {*RECORD_FAULTS, *HIT_FAULTS, *ANSWER_FAULTS, *ARCHIVE_FAULTS}
        if self.path is None:
            self.path = "/" if self.host else "/search/"
        if self.kind not in known:
            raise ValueError(f"No fault is called {self.kind!r}; there are {', '.join(sorted(known))}.")

    def strikes(self, request):
        """Count a request and tell whether it is one to spoil."""
        too_short = self.longer_than and request.days() <= self.longer_than
        elsewhere = self.host and self.host != request.host
        if too_short or elsewhere or not request.path.startswith(self.path):
            return False
        with self._lock:
            self._seen += 1
            return self._seen > self.skip and (self.times is None or self._seen <= self.skip + self.times)


def parse(text):
    """Read a fault from the command line: ``kind`` or ``kind:skip=1,times=2,status=429``."""
    kind, _, settings = text.partition(":")
    readers = {
        "skip": int,
        "times": int,
        "status": int,
        "keep": float,
        "every": int,
        "pause": float,
        "piece": int,
        "seconds": float,
        "longer_than": float,
        "header": str,
        "path": str,
        "host": str,
        "message": str,
        "retry_after": str,
    }
    pairs = [setting.split("=", 1) for setting in settings.split(",") if setting]
    return Fault(kind, **{name: readers[name](value) for name, value in pairs})


def spread(rows, faults, n_granules):
    """Add the hits of ``duplicates``, ``revisions`` and ``strangers``.

    Parameters
    ----------
    rows : (n,) array of int
        Rows that match.
    faults : list of Fault
        Those that strike.
    n_granules : int
        How many rows there are.

    Returns
    -------
    rows, origins : (m,) arrays of int
        The hits, and for each 0 or one more than the number of the fault that added it.
    """
    origins = np.zeros(len(rows), dtype=int)
    for number, fault in enumerate(faults, start=1):
        if fault.kind not in HIT_FAULTS:
            continue
        where = np.flatnonzero(origins == 0)[:: fault.every]
        added = rows[where]
        if fault.kind == "strangers":
            others = np.setdiff1d(np.arange(n_granules), rows)
            added = others[: len(where)]
            where = where[: len(added)]
        rows = np.insert(rows, where + 1, added)
        origins = np.insert(origins, where + 1, number)
    return rows, origins


def spoil(record, store, row, position, origin, faults):
    """Change one record as the faults ask; ``position`` is its place among the hits, ``origin`` from :func:`spread`."""
    if origin:
        change = HIT_FAULTS[faults[origin - 1].kind]
        if change:
            change(record, store, row)
    for fault in faults:
        if fault.kind in RECORD_FAULTS and position % fault.every == 0:
            RECORD_FAULTS[fault.kind](record, store, row)
