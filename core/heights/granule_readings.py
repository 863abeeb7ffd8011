"""Heights of many granules: several read at once, each once, with what went wrong for some of them."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from ..altimetry import BEST, Reading, heights_near
from ..common import DownloadError, InputError, LoginError, MissingFileError, Progress, count, run_parallel
from ..geometry import Polylines
from ..remote import Access, is_far
from ..web import Fault, host_of
from .granule_places import GranulePlace, NoGranule

#: So many granules are read at once.
AT_ONCE = 4
# A host that gave no answer for so many granules in a row is not asked for the others.
_MOST_FAULTS = 8
# The rest is estimated by how long so many granules took.
_LATELY = 20
_TELL_EVERY_S = 10.0
_MISSING, _UNREACHED, _UNREADABLE = "not in the archive", "could not be fetched", "could not be read"
_UNASKED = "not asked for, as the archive does not answer"
#: Why there is nothing of a beam whose granule was read.
BROKEN_BEAM = "the beam could not be read"

Digest = TypeVar("Digest")


@dataclass(frozen=True)
class GranuleAsked:
    """What is asked of a granule.

    Attributes
    ----------
    granule_id : str
    place : Path, str or NoGranule
        As :class:`~xopr_crossovers.core.heights.GranulePlaces` tells it.
    windows : mapping of str to Polylines
        By beam the lines or points near which it is read, EPSG:4326.
    distance_m : float
        How near (m).
    """

    granule_id: str
    place: GranulePlace
    windows: Mapping[str, Polylines]
    distance_m: float


@dataclass(frozen=True)
class GranuleRead:
    """What a granule has there.

    Attributes
    ----------
    beams : mapping of str to Reading
        By beam; empty where the granule could not be read.
    reason, sentence : str
        Why it could not, in short and in full; empty where it could.
    """

    beams: Mapping[str, Reading] = field(default_factory=dict)
    reason: str = ""
    sentence: str = ""


def heights_of_granules(
    asked: Sequence[GranuleAsked],
    digest: Callable[[int, GranuleRead], Digest],
    quality: str = BEST,
    columns: Sequence[str] = (),
    access: Access | None = None,
    progress: Progress | None = None,
) -> list[Digest]:
    """Read heights of granules, several at once.

    What was fetched is kept in the cache folder, so that a run that was stopped goes on where it was, and only asks for
    what is missing.

    Parameters
    ----------
    asked : sequence of GranuleAsked
        Each granule once.
    digest : callable
        Takes the number of a granule and what was read of it, and returns what is to be kept of that: all segments of
        thousands of granules have no room in memory. It is called in several threads.
    quality, columns
        See :func:`~xopr_crossovers.core.altimetry.heights_near`.
    access : Access, optional
        Session and login.
    progress : Progress, optional
        Is told how many granules are done, how long the rest will take and why some could not be read.

    Returns
    -------
    list
        What `digest` returned for each granule, in their order.

    Raises
    ------
    DownloadError
        If there is no login that the archive takes.
    CancelledError
        If the user asked to stop.
    """
    progress, access = progress or Progress(), access or Access()
    hosts, clock = _Hosts(), _Clock(len(asked))

    def read(number: int, relay: Progress) -> tuple[Digest, GranuleRead]:
        one, begun = asked[number], time.monotonic()
        found = _read(one, hosts, partial(_heights, one, quality, columns, access, relay))
        digested = digest(number, found)
        clock.add(time.monotonic() - begun, relay)
        broken = {name: reading for name, reading in found.beams.items() if reading.is_broken}
        return digested, replace(found, beams=broken)

    results = run_parallel([partial(read, number) for number in range(len(asked))], progress, AT_ONCE)
    _tell([found for _, found in results], progress)
    return [digested for digested, _ in results]


def _heights(
    one: GranuleAsked, quality: str, columns: Sequence[str], access: Access, progress: Progress, place: str | Path
) -> GranuleRead:
    return GranuleRead(
        heights_near(
            place,
            one.windows,
            one.distance_m,
            quality,
            columns,
            name=one.granule_id,
            access=access,
            progress=progress,
        )
    )


def _read(one: GranuleAsked, hosts: _Hosts, heights: Callable[[str | Path], GranuleRead]) -> GranuleRead:
    """Return what a granule has, or why it cannot be read."""
    if isinstance(one.place, NoGranule):
        return GranuleRead(reason=one.place.reason, sentence=one.place.sentence)
    host = host_of(str(one.place)) if is_far(one.place) else ""
    if hosts.is_down(host):
        sentence = f"{host} gave no answer for {_MOST_FAULTS} granules in a row: run again later, for what is missing."
        return GranuleRead(reason=_UNASKED, sentence=sentence)
    try:
        found = heights(one.place)
    except LoginError:
        raise
    except MissingFileError as error:
        return GranuleRead(reason=_MISSING, sentence=str(error))
    except DownloadError as error:
        if isinstance(error.__cause__, Fault):
            hosts.failed(host)
        return GranuleRead(reason=_UNREACHED, sentence=str(error))
    except InputError as error:
        return GranuleRead(reason=_UNREADABLE, sentence=str(error))
    hosts.answered(host)
    return found


class _Hosts:
    """Which hosts do not answer."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: dict[str, int] = {}

    def answered(self, host: str) -> None:
        with self._lock:
            self._faults[host] = 0

    def failed(self, host: str) -> None:
        with self._lock:
            self._faults[host] = self._faults.get(host, 0) + 1

    def is_down(self, host: str) -> bool:
        """Whether a host gave so often no answer that it is not asked any more."""
        with self._lock:
            return self._faults.get(host, 0) >= _MOST_FAULTS


class _Clock:
    """Tells from time to time how many granules are done, and how long the rest will take."""

    def __init__(self, n: int) -> None:
        self._lock = threading.Lock()
        self._n, self._n_done = n, 0
        # What is kept takes no time, and what is fetched some: the last ones tell best what is to come.
        self._lately: deque[float] = deque(maxlen=_LATELY)
        self._told = time.monotonic()

    def add(self, seconds: float, progress: Progress) -> None:
        """Count a granule that took so long."""
        with self._lock:
            self._n_done += 1
            self._lately.append(seconds)
            now = time.monotonic()
            rest = (self._n - self._n_done) * sum(self._lately) / len(self._lately) / AT_ONCE
            text = f"{self._n_done:,} of {count(self._n, 'granule', 'granules')}; about {in_words(rest)} for the rest."
            is_due = now - self._told >= _TELL_EVERY_S and self._n_done < self._n
            if is_due:
                self._told = now
        progress.fraction(1.0)
        if is_due:
            progress.info(text)


def in_words(seconds: float) -> str:
    """Return a duration as one tells it: ``40 s``, ``3 min``, ``2.5 h``."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _tell(results: Sequence[GranuleRead], progress: Progress) -> None:
    """Say how many granules could be read, and why others could not."""
    failed: dict[str, list[str]] = {}
    for one in results:
        if one.reason:
            failed.setdefault(one.reason, []).append(one.sentence)
    n_read = len(results) - sum(map(len, failed.values()))
    progress.info(f"Read {n_read:,} of {count(len(results), 'granule', 'granules')}.")
    for reason, sentences in failed.items():
        granules = count(len(sentences), "granule was", "granules were")
        progress.warn(f"{granules} not read ({reason}); of the first one: {sentences[0]}")
    broken = [reading.problem for one in results for reading in one.beams.values()]
    if broken:
        n_granules = sum(bool(one.beams) for one in results)
        beams = f"{count(len(broken), 'beam', 'beams')} of {count(n_granules, 'granule', 'granules')}"
        progress.warn(f"{beams} could not be read, and the other beams were; of the first one: {broken[0]}")
