"""Which published seasons are on this computer, and how those come that are not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import requests

from ..common import InputError, Progress, catalog_url, count, fit_to_show, some_of
from .copies import check_manifest, paths_at_hand
from .manifest import Entry, copies_dir
from .seasons import Season, seasons
from .synchronising import synchronise

_HOW_TO_FETCH = "set SYNC, or run 'Synchronise season catalogs'"


@dataclass(frozen=True)
class SeasonFile:
    """A season's catalog on this computer.

    Attributes
    ----------
    season : Season
    path : Path
    entry : Entry or None
        What the manifest says of it; None where it is no copy of ours, but in a folder that stands for the archive.
    """

    season: Season
    path: Path
    entry: Entry | None


def bring_to_hand(
    names: Sequence[str] = (), progress: Progress | None = None, session: requests.Session | None = None
) -> None:
    """Fetch what is missing, or has changed, of seasons.

    Parameters
    ----------
    names : sequence of str
        Of seasons; all that are published if there is none.
    progress : Progress, optional
    session : requests.Session, optional

    Raises
    ------
    DownloadError
        If nothing is at hand and nothing can be fetched.
    InputError
        If none of them is published, or the folder of the copies cannot be used.
    """
    progress = progress or Progress()
    if _is_folder(catalog_url()):
        progress.info("Nothing need be fetched: XOPR_CATALOG_URL names a folder of catalogs.")
        return
    synchronise(names=names, session=session, progress=progress)


def files_at_hand(names: Sequence[str], progress: Progress) -> list[SeasonFile]:
    """Return the files of seasons that are on this computer, in the order of the published ones.

    Parameters
    ----------
    names : sequence of str
        Of seasons; all that are at hand if there is none.
    progress : Progress

    Raises
    ------
    InputError
        If a season is none that is published.
    """
    published = seasons()
    for name in names:
        if name not in published:
            raise InputError(f"SEASONS: there is no season {name}; choose seasons by their names.")
    root = catalog_url()
    found: list[SeasonFile] = []
    if _is_folder(root):
        folder = Path(root).expanduser()
        found = [SeasonFile(one, file, None) for one in published.values() if (file := folder / one.path).is_file()]
    else:
        known, there, source = check_manifest(progress), set(paths_at_hand()), fit_to_show(root)
        for one in published.values():
            entry = known.get(one.path, Entry(source))
            # A copy from another archive does not count.
            if one.path in there and entry.source == source:
                found.append(SeasonFile(one, copies_dir() / one.path, entry))
    return [one for one in found if not names or one.season.name in names]


def tell_lacking(there: Sequence[Season], names: Sequence[str], progress: Progress) -> None:
    """Tell which published seasons are not at hand, by name.

    Parameters
    ----------
    there : sequence of Season
        Those that are.
    names : sequence of str
        Those that were asked for; all if there is none.
    progress : Progress

    Raises
    ------
    InputError
        If no season is at hand.
    """
    at_hand = {one.name for one in there}
    lacking = [name for name in names or seasons() if name not in at_hand]
    if not at_hand:
        what = f"None of the {count(len(names), 'season', 'seasons')} asked for" if names else "No season catalog"
        raise InputError(f"{what} is on this computer; {_HOW_TO_FETCH}, or give CATALOG or FRAMES.")
    if not lacking:
        return
    which = "asked for" if names else "published"
    tell = progress.warn if names else progress.info
    asked = f"season that is {which}", f"seasons that are {which}"
    some = some_of(len(lacking), len(names or seasons()), *asked, "is", "are")
    tell(f"{some} not on this computer, and not looked at ({_HOW_TO_FETCH}): {', '.join(lacking)}.")


def _is_folder(root: str) -> bool:
    return not root.lower().startswith(("http://", "https://"))
