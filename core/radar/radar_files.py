"""The radar files of frames: the user's own, or those that the catalog points to, fetched once and kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Union

import requests

from ..common import DownloadError, InputError, MissingFileError, Progress, run_parallel
from ..frames import ASSETS, AnyFrames, Frames
from ..web import Fault, host_of
from .addresses import address_of, address_of_organiser, segment_of
from .kept_files import kept_file, place_of
from .layer_file import read_layer_file
from .local_files import NAME, LocalFiles, find_local_files, is_near
from .options import ECHOGRAM_FILES, LAYER_FILE
from .organiser import DEFAULT_NAMES, read_organiser
from .picks import RadarPicks
from .told import NoRadarFile, Told, off_line

# So many frames are fetched before they are read and handed on: what is in memory does not grow with the season.
_BLOCK = 24
_AT_ONCE = 4

Row = Mapping[str, Any]


@dataclass(frozen=True)
class _Found:
    """A layer file: where it is, what it is called in messages, and what its layers are by number."""

    path: Path
    name: str
    names: Mapping[int, str]


_Layers = Union[RadarPicks, NoRadarFile]


class RadarFiles:
    """Where the radar files of frames come from.

    Parameters
    ----------
    source : str
        The user's own files: a file, a folder (all ``.mat`` files in it and below), a pattern, several of them with
        ``;`` between; nothing is fetched then. Empty: what the catalog points to, kept in the cache folder.
    session : requests.Session, optional
        Brings proxy and certificate settings along.
    progress : Progress, optional
        Is told what there is in `source`.

    Raises
    ------
    InputError
        If `source` names nothing.
    """

    def __init__(
        self, source: str = "", session: requests.Session | None = None, progress: Progress | None = None
    ) -> None:
        self._session = session
        self._local: LocalFiles | None = find_local_files(source, progress or Progress()) if source.strip() else None
        # By the organiser, an address or a path.
        self._names: dict[str, Mapping[int, str]] = {}
        # Hosts that did not answer: they are not asked again.
        self._down: dict[str, NoRadarFile] = {}

    def layers_of(self, frames: AnyFrames, progress: Progress | None = None) -> Iterator[tuple[int, _Layers]]:
        """Give the row of each frame with its picks, or with the reason why there are none, in the order of frames.

        Parameters
        ----------
        frames : Frames or GeoDataFrame
        progress : Progress, optional
            Is told the part that is done and, in the end, how many frames have a layer file and why others have none.

        Yields
        ------
        int, RadarPicks or NoRadarFile

        Raises
        ------
        CancelledError
            If the user asked to stop.
        InputError
            If the cache folder cannot be written.
        """
        progress = progress or Progress()
        rows = _rows(Frames.of(frames))
        told = Told(len(rows))
        for begin in range(0, len(rows), _BLOCK):
            block = rows[begin : begin + _BLOCK]
            found = self._find(block, progress.part(begin / len(rows), (begin + len(block)) / len(rows)))
            for number, (row, one) in enumerate(zip(block, found), begin):
                progress.check()
                layers = one if isinstance(one, NoRadarFile) else self._read(row, one)
                told.add(_called(row), layers, _is_elsewhere(layers, row))
                yield number, layers
        told.say(progress)
        progress.fraction(1.0)

    def layer_of(self, frame: Row, progress: Progress | None = None) -> RadarPicks:
        """Return the picks of one frame.

        Parameters
        ----------
        frame : mapping
            A row of the frames table: ``id``, the addresses, and for files whose names tell no frame ``geometry`` in
            longitude and latitude.
        progress : Progress, optional

        Raises
        ------
        InputError
            If there is no layer file of it, or it cannot be fetched or read; or the cache folder cannot be written.
        CancelledError
        """
        (found,) = self._find([frame], progress or Progress())
        layers = found if isinstance(found, NoRadarFile) else self._read(frame, found)
        if isinstance(layers, NoRadarFile):
            raise InputError(layers.sentence)
        if _is_elsewhere(layers, frame):
            (progress or Progress()).warn(off_line("A layer file lies", layers.source))
        return layers

    def echogram_path(self, frame: Row, progress: Progress | None = None) -> Path:
        """Return the file of a frame's echogram as data: of CSARP_standard, else of CSARP_qlook.

        Parameters
        ----------
        frame : mapping
        progress : Progress, optional

        Raises
        ------
        InputError
            If there is none, or the cache folder cannot be written.
        DownloadError
            If it cannot be fetched.
        CancelledError
        """
        progress, frame_id = progress or Progress(), _id(frame)
        if self._local is not None:
            path = self._local.echogram_file(frame_id, progress)
            if path is not None:
                return path
            raise InputError(
                f"{NAME} holds no echogram file of {frame_id}: add its file of {' or '.join(ECHOGRAM_FILES)}."
            )
        addresses = [url for asset in ECHOGRAM_FILES if (url := address_of(frame, asset))]
        if not addresses:
            raise InputError(
                f"The catalog tells no address of an echogram file of {frame_id}: give the file in {NAME}, or do "
                "without."
            )
        for url in addresses[:-1]:
            with suppress(MissingFileError):
                return kept_file(url, progress, self._session)
        return kept_file(addresses[-1], progress, self._session)

    def thumbnail_path(self, frame: Row, progress: Progress | None = None) -> Path:
        """Return the picture of a frame's echogram, which is drawn with its axes.

        Parameters
        ----------
        frame : mapping
        progress : Progress, optional

        Raises
        ------
        InputError, DownloadError, CancelledError
            See :meth:`echogram_path`.
        """
        url = address_of(frame, ASSETS[0])
        if not url:
            raise InputError(
                f"The catalog tells no address of a picture of the echogram of {_called(frame)}: do without."
            )
        return kept_file(url, progress or Progress(), self._session)

    def _find(self, block: Sequence[Row], progress: Progress) -> list[_Found | NoRadarFile]:
        if self._local is not None:
            return [self._find_local(self._local, row, progress) for row in block]
        addresses = [address_of(row, LAYER_FILE) for row in block]
        # What is kept was fetched together with its organiser, if there was one.
        fresh = [url for url in addresses if url and not place_of(url).is_file()]
        organisers = list(dict.fromkeys(filter(None, map(address_of_organiser, fresh))))
        run_parallel([partial(self._fetch, url) for url in organisers], progress.part(0.0, 0.2), _AT_ONCE)
        steps = [partial(self._fetch_layers, row, url) for row, url in zip(block, addresses)]
        found = run_parallel(steps, progress.part(0.2, 1.0), _AT_ONCE)
        return [
            one if isinstance(one, NoRadarFile) else _Found(one, url, self._fetched_names(url, progress))
            for one, url in zip(found, addresses)
        ]

    def _fetch_layers(self, row: Row, url: str, progress: Progress) -> Path | NoRadarFile:
        if url:
            return self._fetch(url, progress)
        return NoRadarFile(
            "no address of a layer file",
            f"The catalog tells no address of a layer file of {_called(row)}: give the file in {NAME}, or load the "
            "frames anew from a catalog with assets.",
        )

    def _fetch(self, url: str, progress: Progress) -> Path | NoRadarFile:
        if not place_of(url).is_file() and (down := self._down.get(host_of(url))):
            return down
        try:
            return kept_file(url, progress, self._session)
        except MissingFileError as error:
            return NoRadarFile("not on the server", str(error))
        except DownloadError as error:
            reason = NoRadarFile("cannot be fetched", str(error))
            if isinstance(error.__cause__, Fault):
                self._down[host_of(url)] = reason
            return reason
        finally:
            progress.fraction(1.0)

    def _fetched_names(self, layer_url: str, progress: Progress) -> Mapping[int, str]:
        url = address_of_organiser(layer_url)
        path = place_of(url) if url else None
        return self._named(path, url, progress) if path and path.is_file() else DEFAULT_NAMES

    def _named(self, path: Path, name: str, progress: Progress) -> Mapping[int, str]:
        if name not in self._names:
            try:
                self._names[name] = read_organiser(path, name)
            except InputError as error:
                progress.warn(str(error))
                self._names[name] = DEFAULT_NAMES
        return self._names[name]

    def _find_local(self, files: LocalFiles, row: Row, progress: Progress) -> _Found | NoRadarFile:
        progress.check()
        frame_id = _id(row)
        path = files.layer_file(frame_id, row.get("geometry"), progress)
        if path is None:
            return NoRadarFile(
                f"no layer file in {NAME}",
                f"{NAME} holds no layer file of {_called(row)}: add its file of {LAYER_FILE}, or leave {NAME} empty to "
                "fetch what the catalog points to.",
            )
        organiser = files.organisers.get(segment_of(frame_id))
        names = self._named(organiser, str(organiser), progress) if organiser else DEFAULT_NAMES
        return _Found(path, str(path), names)

    def _read(self, row: Row, found: _Found) -> _Layers:
        try:
            return read_layer_file(found.path, found.names, found.name, _id(row))
        except InputError as error:
            if self._local is None:  # what is kept and cannot be used is fetched anew the next time
                found.path.unlink(missing_ok=True)
            return NoRadarFile("cannot be read", str(error))


def _rows(frames: Frames) -> list[Row]:
    table = frames.table.drop(columns=frames.table.geometry.name)
    return [{**row, "geometry": line} for row, line in zip(table.to_dict("records"), frames.lon_lat)]


def _is_elsewhere(layers: _Layers, row: Row) -> bool:
    line = row.get("geometry")
    return isinstance(layers, RadarPicks) and line is not None and not line.is_empty and not is_near(layers, line)


def _id(row: Row) -> str:
    return str(row.get("id", ""))


def _called(row: Row) -> str:
    return _id(row) or "a frame without a name"
