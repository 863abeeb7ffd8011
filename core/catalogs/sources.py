r"""The files and addresses that a text of the user's names: paths, folders, patterns, several of them."""

from __future__ import annotations

import errno
import glob
import os
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

from ..common import CATALOG_URL, InputError, Progress, count, path_of, reason_of, unquoted
from .geoparquet import SUFFIXES
from .readable import unreadable

# What QGIS and GDAL append to the path of a file to name a layer in it.
_LAYER = re.compile(r"\|(?=(?:layername|layerid|subset|geometrytype|uniquegeometrytype|option:)[=\w])", re.IGNORECASE)
_SEPARATORS = re.compile(r"[;\n]")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]+)://", re.IGNORECASE)
_WEB = ("http", "https")
# Buckets that hold xOPR's catalogs, by the address of their objects; the second is the old place.
_SOURCE_COOP = re.compile(r"s3://us-west-2\.opendata\.source\.coop/(englacial/xopr/.+)", re.IGNORECASE)
_OLD_BUCKET = re.compile(r"gs://opr_stac(?:/|$)", re.IGNORECASE)


@dataclass(frozen=True)
class Place:
    """A file, a layer in a file, or an address.

    Attributes
    ----------
    text : str
        As it is called in messages, and as QGIS opens it.
    path : Path or None
        The file; None for an address.
    """

    text: str
    path: Path | None

    @property
    def address(self) -> str:
        """The address; empty for a file."""
        return "" if self.path else self.text


def split(text: str) -> list[str]:
    """Return the places that a text names with ``;`` or line breaks between, without quotes."""
    if os.path.lexists(text.strip()):
        return [text.strip()]
    return [place for part in _SEPARATORS.split(text) if (place := unquoted(part))]


def places_of(
    text: str,
    name: str,
    kinds: str,
    progress: Progress | None = None,
    otherwise: Callable[[str], list[Place]] | None = None,
) -> list[Place]:
    """Return the files and addresses that one place names.

    Parameters
    ----------
    text : str
        A path as :func:`~xopr_crossovers.core.common.path_of` understands it, of a file, of a layer in a file
        (``a.gpkg|layername=b``), of a folder (all GeoParquet files below it), or a pattern; or an http(s) address.
    name : str
        What the text is the value of.
    kinds : str
        What is looked for, in the plural, for messages: ``season catalogs``.
    progress : Progress, optional
        Is told of folders that may not be read, and of an address that stands for another.
    otherwise : callable, optional
        Is asked where there is no such file or folder, and raises an :class:`InputError` if it has no answer either.

    Raises
    ------
    InputError
        If there is nothing, or it may not be looked at.
    """
    progress = progress or Progress()
    if (found := _SCHEME.match(text)) and found[1].lower() != "file":
        return [Place(_web_address(text, progress), None)]
    place = file_of(text, name)
    if place and place.path and place.path.is_dir():
        files = _below(place.path, progress)
        if not files:
            raise InputError(f"The folder {place.path} holds no .parquet file; choose a folder of {kinds}.")
        return [Place(str(file), file) for file in files]
    if place:
        return [place]
    if glob.has_magic(text):
        return _matching(path_of(text, name), progress)
    if otherwise:
        return otherwise(text)
    raise InputError(f"There is no file or folder {text}; check what {name} names.")


def file_of(text: str, name: str) -> Place | None:
    """Return the file or folder that is there under a path, with the layer in it that is named; None if none is.

    Parameters
    ----------
    text : str
        See :func:`places_of`.
    name : str
        What the text is the value of.

    Raises
    ------
    InputError
        If nothing can be called so, or it may not be looked at.
    """
    head, *layer = _LAYER.split(unquoted(text), maxsplit=1)
    path = _path(head, name)
    if os.path.lexists(path):
        try:
            path.stat()
        except OSError as error:
            raise unreadable(error, str(path)) from error
        return Place("|".join([str(path), *layer]), path)
    _check_open(path, os.X_OK)
    return None


def _path(text: str, name: str) -> Path:
    path = path_of(text, name)
    # On other systems a backslash is a sign like any other; whoever copied the path from Windows meant a folder.
    if os.sep == "/" and "\\" in str(path) and not os.path.lexists(path):
        turned = Path(str(path).replace("\\", "/"))
        return turned if os.path.lexists(turned) else path
    return path


def _below(folder: Path, progress: Progress) -> list[Path]:
    """Return the GeoParquet files below a folder; folders that may not be looked into are an error, or said."""
    faults: list[OSError] = []
    found = []
    for parent, _, names in os.walk(folder, onerror=faults.append):
        progress.check()
        found += [Path(parent, name) for name in names if name.lower().endswith(SUFFIXES)]
    if faults and not found:
        raise unreadable(faults[0], str(faults[0].filename or folder))
    if faults:
        what = reason_of(faults[0]).what
        folders = count(len(faults), "folder", "folders")
        progress.warn(f"{folders} below {folder} cannot be read ({what}; the first is {faults[0].filename}).")
    return sorted(found)


def _matching(pattern: Path, progress: Progress) -> list[Place]:
    found: dict[Path, None] = {}
    for match in sorted(map(Path, glob.glob(str(pattern), recursive=True))):
        found.update(dict.fromkeys(_below(match, progress) if match.is_dir() else [match]))
    if not found:
        _check_open(pattern, os.R_OK | os.X_OK)
        raise InputError(f"No file matches {pattern}.")
    return [Place(str(file), file) for file in found]


def _check_open(path: Path, mode: int) -> None:
    """Raise if it is the permissions of a folder above that hide a path."""
    for parent in path.parents:
        with suppress(PermissionError):
            if parent.is_dir():
                if not os.access(parent, mode):
                    raise unreadable(PermissionError(errno.EACCES, ""), str(parent))
                return


def _web_address(text: str, progress: Progress) -> str:
    try:
        scheme = urlsplit(text).scheme.lower()
    except ValueError as error:
        raise InputError(f"{text} is not an address ({error}); check how it is written.") from error
    address = text
    if scheme in _WEB:
        pass
    elif found := _SOURCE_COOP.fullmatch(text):
        address = f"{_COOP_HOST}/{found[1]}"
        progress.info(f"{text} is read from {address}, which serves the same files.")
    elif _OLD_BUCKET.match(text):
        raise InputError(
            f"{text} is the old place of xOPR's catalogs; today they are at {CATALOG_URL}: choose a SEASON by its "
            "name, or give the address of a stac.parquet there."
        )
    else:
        raise InputError(
            f"{text} cannot be fetched{_served(text, scheme)}; give an address that begins with http:// or https://."
        )
    if "*" in address:
        raise InputError(
            f"{text} is a pattern, and the files behind a web address cannot be listed; give the address of each file, "
            "with semicolons between, or choose a SEASON by its name."
        )
    return address


def _served(text: str, scheme: str) -> str:
    """Return which https address serves what a cloud's own address names, if it may be read without a login."""
    bucket, _, key = text.partition("://")[2].partition("/")
    if scheme == "gs":
        return f" as it stands (if it is public, https://storage.googleapis.com/{bucket}/{quote(key)} serves it)"
    if scheme == "s3":
        return f" as it stands (if it is public, https://s3.amazonaws.com/{bucket}/{quote(key)} serves it)"
    return ""


_COOP_HOST = CATALOG_URL.partition("/englacial/")[0]
