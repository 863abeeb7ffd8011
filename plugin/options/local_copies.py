"""The local copies in words: how many there are, and what came of removing them."""

from __future__ import annotations

from collections.abc import Callable

from ...core.catalogs import Kept, cache_files
from ...core.common import XoprError, count

#: Kinds of local copies: their name, and what comes of removing them.
KINDS = {
    cache_files.GRANULES: ("Granule store", "The next searches ask NASA's CMR for these granules anew."),
    cache_files.SEASONS: ("Season catalogs", "A season is fetched anew when it is next loaded."),
    cache_files.HEIGHTS: ("Measured heights", "The next readings of these granules fetch them anew."),
    cache_files.RADAR: ("Radar files", "Layer files and echograms are fetched anew when they are next needed."),
}


def found(kind: str, cancelled: Callable[[], bool] = lambda: False) -> Kept | str:
    """Return the files of a kind, or why they are not known."""
    try:
        return cache_files.find(kind, cancelled)
    except ImportError:
        return "not known while the Python package platformdirs is missing"
    except XoprError:
        return "not known"


def size_text(kept: Kept | str) -> str:
    """Return how many files there are, and how large they are."""
    return kept if isinstance(kept, str) else _amount(len(kept.files), kept.size)


def removed(kind: str, cancelled: Callable[[], bool] = lambda: False) -> str:
    """Remove the files of a kind, and return what came of it, in a sentence without its subject."""
    try:
        outcome = cache_files.remove(kind, cancelled)
    except XoprError as error:
        return str(error)
    sentences = f"removed {_amount(outcome.n_files, outcome.size)}."
    if outcome.n_at_work:
        sentences += (
            f" {count(outcome.n_at_work, 'file was', 'files were')} left, as another run is writing there: clear again "
            "when it has ended."
        )
    if outcome.n_locked:
        sentences += (
            f" {count(outcome.n_locked, 'file', 'files')} could not be removed ({outcome.why}): end other programs "
            "that use the folder, or change its permissions, and clear again."
        )
    return sentences


def _amount(n_files: int, size: int) -> str:
    if not n_files:
        return "no files"
    return f"{count(n_files, 'file', 'files')} ({f'{size / 1e6:,.1f}' if size >= 1e5 else 'less than 0.1'} MB)"
