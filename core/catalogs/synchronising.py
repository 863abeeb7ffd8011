"""All season catalogs at once: what is published, what is at hand, and how the one becomes the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatchcase
from functools import partial

import pandas as pd
import requests

from ..common import DownloadError, InputError, Progress, catalog_url, count, fit_to_show, run_parallel
from ..web import Patience
from .copies import (
    Copy,
    check_manifest,
    copy_of,
    damage_sentence,
    day_of,
    keep_entries,
    megabytes,
    now,
    paths_at_hand,
    prepare,
)
from .listing import Published, list_published
from .manifest import Entry
from .season_file import fetch_copy
from .seasons import Season, season_at

_AT_ONCE = 4
# After so many failures in a row the server is taken for lost.
_GIVE_UP = 4

NEW = "new"
UPDATED = "updated"
UNCHANGED = "unchanged"
KEPT = "kept (server out of reach)"
NOT_PUBLISHED = "no longer published"
_NOT_ASKED = "failed: it was not asked for, after others had failed."


@dataclass(frozen=True)
class Synchronised:
    """What a synchronisation did.

    Attributes
    ----------
    table : DataFrame
        One row a season: ``season``, ``hemisphere``, ``provider``, ``frames``, ``first_date``, ``last_date``,
        ``size_mb``, ``state`` (one of those above, or ``failed: `` and a sentence), ``path`` and ``fetched_at`` of the
        local copy (missing where there is none).
    updated : int
        Number of new and updated seasons.
    """

    table: pd.DataFrame
    updated: int


def synchronise(
    hemisphere: str | None = None,
    provider: str | None = None,
    season: str | None = None,
    *,
    names: Sequence[str] = (),
    session: requests.Session | None = None,
    patience: Patience | None = None,
    progress: Progress | None = None,
) -> Synchronised:
    """Bring the local copies of the season catalogs up to date.

    Parameters
    ----------
    hemisphere : {'south', 'north'}, optional
    provider : str, optional
        Letter case does not matter.
    season : str, optional
        A part of the seasons' names, or a pattern with ``*`` and ``?``; letter case does not matter.
    names : sequence of str
        Whole names of seasons; all if there is none.
    session : requests.Session, optional
        Shared by up to four threads.
    patience : Patience, optional
    progress : Progress, optional

    Raises
    ------
    InputError
        If no season is meant, or the folder of the copies cannot be used.
    DownloadError
        If nothing is at hand and nothing can be fetched.
    CancelledError
        If the user asked to stop; what has come by then is kept.
    """
    progress = progress or Progress()
    session = session or requests.Session()
    source = catalog_url()
    if not source.lower().startswith(("http://", "https://")):
        raise InputError(
            f"XOPR_CATALOG_URL names the folder {source}, from which nothing need be fetched; unset it, or give the "
            "address of a mirror there."
        )
    prepare(progress)
    shown = fit_to_show(source)
    known = {path: entry for path, entry in check_manifest(progress).items() if entry.source == shown}
    at_hand = [one for path in paths_at_hand() if (one := season_at(path))]

    def is_meant(one: Season) -> bool:
        return (
            (not hemisphere or one.hemisphere == hemisphere)
            and (not provider or one.provider.lower() == provider.lower())
            and (not season or _names(season, one.name))
            and (not names or one.name in names)
        )

    try:
        published = list_published(progress, session, patience)
    except DownloadError as problem:
        return _kept([one for one in at_hand if is_meant(one)], source, problem, progress)
    progress.info(f"{count(len(published), 'season catalog is', 'season catalogs are')} published.")
    progress.fraction(0.02)
    _note_published(published, known, shown)
    meant = [one for one in published if is_meant(one.season)]
    paths = {one.season.path for one in published}
    gone = {
        one.path: copy
        for one in at_hand
        if one.path not in paths and is_meant(one) and (copy := copy_of(one.path, source)).whole
    }
    if not meant and not gone:
        seasons = count(len(published), "published season", "published seasons")
        raise InputError(f"None of {seasons} is meant; widen the filters.")
    outcomes = _Sync(source, session, patience).run(meant, progress.part(0.02, 1.0))
    for path, copy in gone.items():
        outcomes[path] = NOT_PUBLISHED
        progress.warn(
            f"{copy.path.parent.name.partition('=')[2]} is no longer published; its local copy of "
            f"{day_of(copy.entry.fetched_at)} is kept."
        )
    return _result(outcomes, source, progress)


def _names(wanted: str, name: str) -> bool:
    wanted, name = wanted.lower(), name.lower()
    return fnmatchcase(name, wanted) if any(sign in wanted for sign in "*?[") else wanted in name


def _kept(at_hand: list[Season], source: str, problem: DownloadError, progress: Progress) -> Synchronised:
    """Return what is at hand where the list of seasons cannot be had."""
    whole = {one.path: copy for one in at_hand if (copy := copy_of(one.path, source)).whole}
    if not whole:
        raise DownloadError(f"No season catalog is at hand, and the list of seasons cannot be had. {problem}") from None
    days = sorted(day_of(copy.entry.fetched_at) for copy in whole.values())
    span = f"on {days[0]}" if days[0] == days[-1] else f"from {days[0]} to {days[-1]}"
    copies = count(len(whole), "local copy stays", "local copies stay")
    progress.warn(f"The list of seasons cannot be had, so {copies} as fetched {span}. ({problem})")
    return _result(dict.fromkeys(whole, KEPT), source, progress)


def _note_published(published: list[Published], known: dict[str, Entry], source: str) -> None:
    """Write into the manifest which seasons are published, so that they can be chosen by name at once."""
    names = {one.season.path for one in published}
    notes = {path: known.get(path) or Entry(source) for path in names | known.keys()}
    notes = {path: replace(entry, published=path in names) for path, entry in notes.items()}
    changed = {path: entry for path, entry in notes.items() if known.get(path) != entry}
    if changed:
        keep_entries(changed)


@dataclass
class _Sync:
    """One pass over the seasons that are published and meant."""

    source: str
    session: requests.Session
    patience: Patience | None
    failures_in_a_row: int = 0

    def run(self, meant: list[Published], progress: Progress) -> dict[str, str]:
        """Return the state of each season by its path."""
        outcomes: dict[str, str] = {}
        waiting: list[tuple[Published, Copy]] = []
        unchanged: dict[str, Entry] = {}
        for one in meant:
            progress.check()
            path = one.season.path
            copy = copy_of(path, self.source)
            if copy.whole and one.etag and copy.entry.listed_etag == one.etag:
                unchanged[path] = replace(copy.entry, checked_at=now())
                outcomes[path] = UNCHANGED
                continue
            if copy.damaged:
                progress.warn(damage_sentence(copy))
            waiting.append((one, copy))
        if unchanged:
            keep_entries(unchanged)
        if waiting:
            size = megabytes(sum(one.size for one, _ in waiting))
            fresh = count(len(waiting), "of them is", "of them are")
            progress.info(f"{fresh} new or changed ({size:,.1f} MB).")
            states = run_parallel([partial(self._fetch, one, copy) for one, copy in waiting], progress, _AT_ONCE)
            outcomes.update({one.season.path: state for (one, _), state in zip(waiting, states)})
            if left := sum(state in (KEPT, _NOT_ASKED) for state in states):
                more = count(left, "more was", "more were")
                progress.warn(f"{_GIVE_UP} catalogs in a row could not be fetched, so {more} not asked for.")
        return outcomes

    def _fetch(self, one: Published, copy: Copy, progress: Progress) -> str:
        """Return the state of one season; in a thread of its own."""
        if self.failures_in_a_row >= _GIVE_UP:
            return KEPT if copy.whole else _NOT_ASKED
        try:
            _, new = fetch_copy(
                one.season.path,
                copy,
                listed_etag=one.etag,
                listed_size=one.size,
                session=self.session,
                patience=self.patience,
                progress=progress,
            )
        except DownloadError as problem:
            self.failures_in_a_row += 1
            progress.warn(f"{problem} The local copy is kept." if copy.whole else str(problem))
            return f"failed: {problem}"
        finally:
            progress.fraction(1.0)
        self.failures_in_a_row = 0
        if not new:
            return UNCHANGED
        return UPDATED if copy.whole else NEW


def _result(outcomes: dict[str, str], source: str, progress: Progress) -> Synchronised:
    """Return the table, and log the counts."""
    rows = [_row(path, state, source) for path, state in outcomes.items()]
    table = pd.DataFrame(rows).sort_values(["hemisphere", "season"], ascending=[False, True], ignore_index=True)
    table = table.astype({"frames": "Int64", "first_date": object, "last_date": object, "path": object})
    table["fetched_at"] = pd.to_datetime(table["fetched_at"], utc=True)
    failed = table["state"].str.startswith("failed")
    if failed.all() and table["path"].isna().all():
        raise DownloadError(f"No season catalog could be fetched. {table['state'].iloc[0].removeprefix('failed: ')}")
    counts = table["state"].mask(failed, "failed").value_counts()
    progress.info("Season catalogs: " + ", ".join(f"{n:,} {state}" for state, n in counts.items()) + ".")
    progress.fraction(1.0)
    return Synchronised(table, int(table["state"].isin([NEW, UPDATED]).sum()))


def _row(path: str, state: str, source: str) -> dict[str, object]:
    season = season_at(path)
    if season is None:
        raise InputError(f"{path} is not a season's place.")
    copy = copy_of(path, source)
    entry = copy.entry if copy.whole else Entry(source)
    return {
        "season": season.name,
        "hemisphere": season.hemisphere,
        "provider": season.provider,
        "frames": entry.frames if copy.whole else None,
        "first_date": date.fromisoformat(entry.first_date) if entry.first_date else None,
        "last_date": date.fromisoformat(entry.last_date) if entry.last_date else None,
        "size_mb": megabytes(entry.size) if copy.whole else None,
        "state": state,
        "path": str(copy.path) if copy.whole else None,
        "fetched_at": entry.fetched_at or None,
    }
