"""Where the file of a granule is: among the user's own, or in the archive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Union

from ..altimetry import GRANULE_SUFFIXES
from ..catalogs import OwnFiles
from ..common import InputError, Lack, Progress, count
from ..icesat2 import parse_granule_names
from ..remote import is_far

#: What the user's own files are the value of, for messages.
NAME = "GRANULE_FILES"
SHORT_NAME = "ATL06"
_OWN = OwnFiles(NAME, GRANULE_SUFFIXES, "granules", "granules are fetched from the addresses in https_url")
_OF_PASS = ["rgt", "cycle", "region"]


class NoGranule(Lack):
    """Why a granule has no file that can be read."""


#: A file, an address, or why there is neither.
GranulePlace = Union[Path, str, NoGranule]


class GranulePlaces:
    """Where the files of granules are.

    Parameters
    ----------
    source : str
        The user's own files: a file, a folder (all ``.h5`` files in it and below), a pattern, several of them with
        ``;`` between; nothing is fetched then. Empty: the archive.
    progress : Progress, optional
        Is told what there is in `source`.

    Raises
    ------
    InputError
        If `source` names no ATL06 granule.
    """

    def __init__(self, source: str = "", progress: Progress | None = None) -> None:
        self._progress = progress or Progress()
        self._own = _own_files(source, self._progress) if source.strip() else None

    def places_of(self, granule_ids: Sequence[str], https_urls: Sequence[str]) -> list[GranulePlace]:
        """Return the file or the address of each granule, or why there is none.

        Parameters
        ----------
        granule_ids, https_urls : sequence of str
            Empty where it is not known.
        """
        if self._own is None:
            return [url if is_far(url) else _no_address(name) for name, url in zip(granule_ids, https_urls)]
        asked = _read_names(granule_ids)
        found = [self._best(granule) for granule in asked]
        others = [
            (name, own)
            for name, granule, own in zip(granule_ids, asked, found)
            if granule and own and granule.version != own.version
        ]
        if others:
            name, own = others[0]
            self._progress.warn(
                f"{NAME} has {count(len(others), 'granule', 'granules')} in another release or revision than asked for "
                f"({'which is' if len(others) == 1 else 'which are'} read); the first is {own.path.name} for {name}."
            )
        return [own.path if own else _no_file(name) for name, own in zip(granule_ids, found)]

    @property
    def own_names(self) -> list[str]:
        """Names of the user's own granules, of each pass the newest; none where granules come from the archive."""
        newest = [max(files, key=lambda one: one.version) for files in (self._own or {}).values()]
        return sorted(one.path.name for one in newest)

    def _best(self, granule: _Named | None) -> _Named | None:
        """Return the user's own file of a granule: that very one, or else of the same release, or else the newest."""
        found = self._own.get(granule.flown, []) if self._own and granule else []
        if not granule or not found:
            return None
        release, _ = granule.version
        return max(found, key=lambda one: (one.version == granule.version, one.version[0] == release, one.version))


@dataclass(frozen=True)
class _Named:
    """What the name of an ATL06 granule tells: RGT, cycle and region; release and revision."""

    flown: tuple[int, int, int]
    version: tuple[str, int]
    path: Path


def _no_address(granule_id: str) -> NoGranule:
    return NoGranule(
        "no address of the granule",
        f"{granule_id or 'A pass without a name'} has no address in https_url: search its granules first, or give the "
        f"file in {NAME}.",
    )


def _no_file(granule_id: str) -> NoGranule:
    return NoGranule(
        f"not in {NAME}",
        f"{NAME} has no file of {granule_id or 'a pass without a name'}: add it, or leave {NAME} empty to fetch it "
        "from the archive.",
    )


def _read_names(names: Sequence[str]) -> list[_Named | None]:
    table = parse_granule_names(names)
    known = (table["short_name"] == SHORT_NAME) & table[_OF_PASS].notna().all(axis=1)
    flown = table[_OF_PASS].fillna(0).to_numpy(dtype=int).tolist()
    versions = zip(table["release"], table["revision"].fillna(0).to_numpy(dtype=int).tolist())
    return [
        _Named((rgt, cycle, region), version, Path(name)) if is_known else None
        for name, (rgt, cycle, region), version, is_known in zip(names, flown, versions, known)
    ]


def _own_files(text: str, progress: Progress) -> dict[tuple[int, int, int], list[_Named]]:
    """Return the ATL06 granules among the files that a text names, by RGT, cycle and region."""
    paths = _OWN.find(text, progress)
    found: dict[tuple[int, int, int], list[_Named]] = {}
    for path, named in zip(paths, _read_names([path.name for path in paths])):
        if named:
            found.setdefault(named.flown, []).append(replace(named, path=path))
    n_found = sum(map(len, found.values()))
    if not n_found:
        raise InputError(
            f"{NAME} holds no file that is called as an {SHORT_NAME} granule is ({SHORT_NAME}_..._ttttccnn_rrr_vv.h5): "
            "give files with the names that NASA gave them."
        )
    others = len(paths) - n_found
    left_out = f"; {count(others, 'other is', 'others are')} left out, whose name is no {SHORT_NAME} granule's"
    progress.info(f"{NAME}: {count(n_found, 'granule', 'granules')}{left_out if others else ''}.")
    return found
