"""The frames of all seasons that are on this computer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ..common import InputError, Progress, RunLog, catalog_url, count
from ..frames import Frames, each_once
from .at_hand import SeasonFile, files_at_hand, tell_lacking
from .catalog import read_one
from .copies import copy_of
from .frame_index import Identity, Indexed, read_index, write_index
from .sources import Place


def frames_at_hand(names: Sequence[str] = (), progress: Progress | None = None) -> Frames:
    """Return the frames of seasons whose catalogs are on this computer; nothing is fetched.

    Parameters
    ----------
    names : sequence of str
        Of seasons; all that are at hand if there is none.
    progress : Progress, optional
        Is told which published seasons are not at hand, and what was odd about the catalogs.

    Returns
    -------
    Frames
        In longitude and latitude, in the order of the published seasons.

    Raises
    ------
    InputError
        If none of the seasons is at hand, or one is not published.
    CancelledError
        If the user asked to stop; the index of frames then stays as it was.
    """
    progress = progress or Progress()
    files = files_at_hand(names, progress)
    index = read_index(progress)
    found, new = [], {}
    for number, file in enumerate(files):
        progress.check()
        key = str(file.path)
        known = _known(file, index)
        if known is None:
            known = _read(file, progress)
            if known is None:
                continue
            new[key] = known
        for text in known.told:
            progress.warn(text)
        found.append((file.season, known.frames))
        progress.fraction((number + 1) / len(files))
    tell_lacking([season for season, _ in found], names, progress)
    if new:
        write_index({**_still_there(index), **new}, progress)
        progress.info(f"{count(len(new), 'catalog was', 'catalogs were')} read into the index of frames.")
    frames = Frames.concatenated([frames for _, frames in found])
    seasons = count(len(found), "season", "seasons")
    progress.info(f"Read {count(len(frames), 'frame', 'frames')} of {seasons} on this computer.")
    progress.fraction(1.0)
    return frames


def _known(file: SeasonFile, index: Mapping[str, Indexed]) -> Indexed | None:
    """Return what the index has of a file, if that is still the same."""
    known = index.get(str(file.path))
    return known if known and known.identity == _identity(file) else None


def _identity(file: SeasonFile) -> Identity:
    return Identity.of(file.path, file.entry.sha256 if file.entry else "")


def _read(file: SeasonFile, progress: Progress) -> Indexed | None:
    """Return what is in a file; None if it is damaged, which is said."""
    identity = _identity(file)
    if file.entry and not copy_of(file.season.path, catalog_url()).whole:
        progress.warn(
            f"The local copy {file.path} is damaged (it is not the file that was fetched), and is not used; set SYNC, "
            "or run 'Synchronise season catalogs', to fetch it anew."
        )
        return None
    log = RunLog()
    try:
        frames = each_once(Frames(read_one(Place(str(file.path), file.path), None, None, log)), log)
    except InputError as error:
        progress.warn(f"{file.season.name} is not used: {error}")
        return None
    return Indexed(identity, frames, tuple(line.text for line in log.lines if line.is_warning))


def _still_there(index: Mapping[str, Indexed]) -> dict[str, Indexed]:
    """Return what is indexed of files that are there; others would stay for ever."""
    return {path: one for path, one in index.items() if Path(path).is_file()}
