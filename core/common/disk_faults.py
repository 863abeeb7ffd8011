"""What the system says against a file, a disk or the memory, in words, each with the advice that helps against it."""

from __future__ import annotations

import errno
import os
import re
import sqlite3
from typing import NamedTuple

#: What to do where nothing but another place helps.
ELSEWHERE = "choose another place"

_CLOSE = "close it in the other program, and run again"
_RECONNECT = "check the drive and its connection, or {elsewhere}"
_FREE = "free space there, or {elsewhere}"
_CHECK = "check the path, or {elsewhere}"

# What is wrong and what to do. The names, since not every system has every number.
_BY_NAME = {
    "ENOSPC": ("the disk is full", _FREE),
    "EDQUOT": ("the quota of disk space is used up", _FREE),
    "EFBIG": ("the file is too large for that file system or the limit of this user", "{elsewhere}"),
    "EACCES": ("permission denied", "change the permissions there, or {elsewhere}"),
    "EPERM": ("the system does not permit it", "change the permissions there, or {elsewhere}"),
    "EROFS": ("the file system is read-only", "{elsewhere}"),
    "ENAMETOOLONG": ("the name is too long", "give a shorter name or path"),
    "EILSEQ": ("the name holds characters that the file system does not take", "give another name"),
    "ENOENT": ("there is no such file or folder", _CHECK),
    "ENOTDIR": ("a part of the path is a file and no folder", _CHECK),
    "EISDIR": ("it is a folder", "give the path of a file, or {elsewhere}"),
    "EEXIST": ("it is there already", "{elsewhere}"),
    "ELOOP": ("its links lead round in a circle", "mend the link, or {elsewhere}"),
    "EIO": ("the drive reports an error", _RECONNECT),
    "ENXIO": ("the drive is gone", _RECONNECT),
    "ENODEV": ("the drive is gone", _RECONNECT),
    "ESTALE": ("the network drive is gone", _RECONNECT),
    "ENOTCONN": ("the network drive is gone", _RECONNECT),
    "EHOSTDOWN": ("the network drive is gone", _RECONNECT),
    "ETIMEDOUT": ("the network drive does not answer", _RECONNECT),
    "EBUSY": ("another program uses it", _CLOSE),
    "ETXTBSY": ("another program uses it", _CLOSE),
    "EAGAIN": ("another program has locked it", _CLOSE),
    "EDEADLK": ("another program has locked it", _CLOSE),
    "EDEADLOCK": ("another program has locked it", _CLOSE),
    "ENOLCK": ("it cannot be locked there", "{elsewhere}, one that is no network drive"),
    "EMFILE": ("too many files are open", "close other programs, or raise the limit of open files"),
    "ENFILE": ("too many files are open", "close other programs, or raise the limit of open files"),
    "ENOMEM": ("the memory is used up", "close other programs, or ask for less at once"),
}
# Windows folds these into an errno that says something else.
_BY_WINDOWS_NUMBER = {
    19: "EROFS",
    21: "ENODEV",
    32: "EBUSY",
    33: "EAGAIN",
    39: "ENOSPC",
    53: "ESTALE",
    55: "ESTALE",
    64: "ESTALE",
    67: "ESTALE",
    112: "ENOSPC",
    123: "EILSEQ",
    206: "ENAMETOOLONG",
    1295: "EDQUOT",
}
# Libraries that write by themselves tell the cause in the message alone.
_NUMBER = re.compile(r"\[errno (\d+)\]", re.IGNORECASE)
_BY_WORDS = (
    (r"database or disk is full|no space left|disk is full|not enough space", "ENOSPC"),
    (r"quota exceeded", "EDQUOT"),
    (r"database (?:table |schema )?is locked|being used by another process", "EAGAIN"),
    (r"read-?only (?:database|file ?system)", "EROFS"),
    (r"permission denied|access is denied", "EACCES"),
    (r"disk i/o error|input/output error", "EIO"),
    (r"file ?name too long", "ENAMETOOLONG"),
    (r"no such file", "ENOENT"),
)


class DiskFault(NamedTuple):
    """A fault of a disk or the memory; the sentence is ``<thing> cannot be written (<what>); <advice>.``.

    Attributes
    ----------
    what : str
        What is wrong, without a full stop.
    advice : str
        What to do, in the imperative, without a full stop.
    """

    what: str
    advice: str


def reason_of(error: OSError, elsewhere: str = ELSEWHERE) -> DiskFault:
    """Return what an error of the system means, and what to do.

    Parameters
    ----------
    error : OSError
        Also one that a library raises with the number in its message alone.
    elsewhere : str
        What to do to have another place, in the imperative.
    """
    name = _name_of(error)
    if name not in _BY_NAME:
        return DiskFault(_own_words(error), elsewhere)
    return _fault(name, elsewhere)


def fault_of(error: BaseException, elsewhere: str = ELSEWHERE) -> DiskFault | None:
    """Return what any exception means if a file, a disk or the memory is at fault; None for all others.

    Parameters
    ----------
    error : BaseException
    elsewhere : str
        What to do to have another place, in the imperative.
    """
    # An error of the network is an OSError, too, and one without a number.
    if isinstance(error, OSError) and (error.errno or _name_in(str(error))):
        return reason_of(error, elsewhere)
    if isinstance(error, MemoryError):
        return _fault("ENOMEM", elsewhere)
    # Damage of a database is no fault of the disk; that, the caller knows better.
    if isinstance(error, sqlite3.OperationalError):
        return fault_in(str(error), elsewhere)
    return None


def fault_in(message: str, elsewhere: str = ELSEWHERE) -> DiskFault | None:
    """Return the fault that a library, such as GDAL, tells of in words; None if its message tells of none.

    Parameters
    ----------
    message : str
    elsewhere : str
        What to do to have another place, in the imperative.
    """
    name = _name_in(message)
    return _fault(name, elsewhere) if name else None


def _fault(name: str, elsewhere: str) -> DiskFault:
    what, advice = _BY_NAME[name]
    return DiskFault(what, advice.format(elsewhere=elsewhere))


def _name_of(error: OSError) -> str:
    """Return the name of an error's number, such as ENOSPC; empty if it has none."""
    windows = getattr(error, "winerror", None)
    if windows in _BY_WINDOWS_NUMBER:
        return _BY_WINDOWS_NUMBER[windows]
    if error.errno:
        return errno.errorcode.get(error.errno, "").removeprefix("WSA")
    return _name_in(str(error))


def _name_in(message: str) -> str:
    if (found := _NUMBER.search(message)) and (name := errno.errorcode.get(int(found[1]), "")) in _BY_NAME:
        return name
    return next((name for words, name in _BY_WORDS if re.search(words, message, re.IGNORECASE)), "")


def _own_words(error: OSError) -> str:
    words = error.strerror or (os.strerror(error.errno) if error.errno else str(error))
    return (words.strip() or type(error).__name__).splitlines()[0].rstrip(". ")
