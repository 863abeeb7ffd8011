"""The path that a user means by a text: as it is copied from a file manager, an address bar or a shell."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path
from urllib.parse import unquote

from .disk_faults import reason_of
from .errors import InputError

#: So much of a text is shown in a message.
_LONGEST_SHOWN = 80
_FILE_ADDRESS = re.compile(r"file:(?=[/\\])", re.IGNORECASE)
_WEB_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_DRIVE = re.compile(r"[A-Za-z][:|]")
# A name that no file system takes is no path; all else that can be wrong depends on what the path is used for.
_NO_PATH = (errno.ENAMETOOLONG, errno.EILSEQ)


def is_web_address(text: str) -> bool:
    """Whether a text is an http or https address."""
    return bool(_WEB_ADDRESS.match(text))


def path_of(text: str, name: str, source: str = "", *, windows: bool = os.name == "nt") -> Path:
    r"""Return the path that a text names, as far as one can tell without opening it.

    Parameters
    ----------
    text : str
        May stand in quotes, as Windows copies paths, begin with ``~`` or ``~user``, or be a ``file://`` address
        (``file:///C:/x`` on Windows, ``file://server/share`` for a network drive there), with its percent signs.
    name : str
        What the text is the value of, such as the name of a parameter, for the message.
    source : str
        Where the text comes from, as the end of the message.
    windows : bool
        Whether to read it as Windows does.

    Raises
    ------
    InputError
        If no file can be called so: no such user, a host that is not this one, a name that is too long or holds
        characters that no name can have.
    """
    plain = unquoted(text)
    if _FILE_ADDRESS.match(plain):
        plain = _of_address(plain, text, name, source, windows)
    if not plain:
        raise InputError(f"{name} is empty; give the path of a file or folder{source}.")
    path = Path(plain)
    try:
        os.lstat(path)
    except ValueError as error:
        raise InputError(f"{name} is no path ({error}): {shown(text)}; check how it is written{source}.") from error
    except OSError as error:
        if error.errno in _NO_PATH or getattr(error, "winerror", None) == 206:
            fault = reason_of(error)
            raise InputError(
                f"{name} is no path that can be used ({fault.what}): {shown(text)}; {fault.advice}{source}."
            ) from error
    else:
        return path  # also of a file that is really called ~x
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise InputError(
            f"{name} names the home folder of a user whom this computer does not know: {shown(text)}; "
            f"write the whole path{source}."
        ) from error


def shown(text: str) -> str:
    """Return a text in quotes, cut where it is too long for a message."""
    printable = "".join(sign if sign.isprintable() else "?" for sign in text)
    return f"'{printable}'" if len(printable) <= _LONGEST_SHOWN else f"'{printable[:_LONGEST_SHOWN]}...'"


def unquoted(text: str) -> str:
    """Return a text without the spaces and quotes round it."""
    text = text.strip()
    while len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1].strip()
    return text


def _of_address(address: str, text: str, name: str, source: str, windows: bool) -> str:
    rest = unquote(_FILE_ADDRESS.sub("", address, count=1)).replace("\\", "/")
    if rest.startswith("//"):
        host, slash, path = rest[2:].partition("/")
        if host.lower() in ("", "localhost"):
            rest = slash + path
        elif windows:
            rest = f"{host}{slash}{path}" if _DRIVE.fullmatch(host) else rest
        else:
            raise InputError(
                f"{name} names a file of the computer '{host}', which cannot be reached so: {shown(text)}; an address "
                f"of a file of this one begins with file:/// (three slashes){source}."
            )
    if windows and _DRIVE.match(rest.lstrip("/")):
        rest = rest.lstrip("/")
        return f"{rest[0]}:{rest[2:]}"
    return rest
