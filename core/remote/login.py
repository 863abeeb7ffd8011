"""The user's Earthdata login: where it comes from, and which hosts may be told what of it.

NASA's archive takes a token from who asks for a file, or sends to the login host, which takes a user and a password.
A token is told to NASA's hosts alone, and a password to the login host alone.
"""

from __future__ import annotations

import netrc
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from ..common import InputError, LoginError

LOGIN_URL = "https://urs.earthdata.nasa.gov"

#: Every way to have a login, as the end of a sentence.
HOW_TO_LOG_IN = (
    "give AUTHCFG an authentication configuration of QGIS that holds your Earthdata login (Basic, with user and "
    "password), or set the environment variable EARTHDATA_TOKEN to a token of yours, or write the line 'machine "
    f"urs.earthdata.nasa.gov login USER password PASSWORD' into .netrc in your home folder; {LOGIN_URL} gives logins"
)
_NASA = "nasa.gov"
# What comes along with a token that is copied out of a file or a command.
_PASTED = re.compile(r"^\W*bearer(?:\s+|$)|[\"']", re.IGNORECASE)
# As RFC 6750 (2.1) has it.
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
_OF_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Login:
    """A login: a token, or a user and a password.

    Attributes
    ----------
    token, user, password : str
        Neither is shown where this is printed.
    source : str
        Where it comes from, for messages.
    """

    token: str = field(default="", repr=False)
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    source: str = ""


def login_url() -> str:
    """Return the address of the login host: the environment variable ``XOPR_LOGIN_URL``, or else NASA's.

    Raises
    ------
    InputError
        If that is no address.
    """
    text = os.environ.get("XOPR_LOGIN_URL", "").strip().rstrip("/") or LOGIN_URL
    try:
        parts = urlsplit(text)
        known = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        known = False
    if not known:
        raise InputError(f"XOPR_LOGIN_URL is '{text}', which is no address; give one such as {LOGIN_URL}.")
    return text


def find_login() -> Login | None:
    """Return the login of the environment variable ``EARTHDATA_TOKEN``, or else of .netrc; None if there is none.

    Of .netrc (on Windows also _netrc, or wherever the variable ``NETRC`` says) only the login host's own entry is
    taken, never that which is for all other hosts.

    Raises
    ------
    LoginError
        If there is a .netrc that cannot be read, or the variable holds no token.
    """
    if text := os.environ.get("EARTHDATA_TOKEN", "").strip():
        return Login(token=_token_of(text), source="the environment variable EARTHDATA_TOKEN")
    host = urlsplit(login_url()).hostname or ""
    for path in _netrc_files():
        try:
            entry = netrc.netrc(str(path)).hosts.get(host)
        except (netrc.NetrcParseError, UnicodeDecodeError) as error:
            where = f", line {error.lineno}" if isinstance(error, netrc.NetrcParseError) and error.lineno else ""
            raise LoginError(
                f"The logins in {path} cannot be read{where}: mend it, or set the environment variable EARTHDATA_TOKEN."
            ) from error
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise LoginError(f"The logins in {path} cannot be read ({why}): make it readable for you alone.") from error
        if entry is not None:
            return Login(user=entry[0], password=entry[2] or "", source=str(path))
    return None


def _token_of(text: str) -> str:
    """Return the token that a text holds, however it was copied: in quotes, on several lines, with the word Bearer."""
    token = "".join(_PASTED.sub("", text).split())
    if not token or not _TOKEN.fullmatch(token):
        raise LoginError(
            "The environment variable EARTHDATA_TOKEN holds no token, which is of letters, digits and . - _ alone: "
            f"make a new one at {LOGIN_URL} (Generate Token), or unset the variable."
        )
    return token


def _netrc_files() -> list[Path]:
    if named := os.environ.get("NETRC", "").strip():
        return [path] if (path := Path(named).expanduser()).is_file() else []
    return [path for name in (".netrc", "_netrc") if (path := Path.home() / name).is_file()]


def may_have_token(url: str) -> bool:
    """Whether the host of a URL may be told a token: NASA's over https, this machine, and those of EARTHDATA_HOSTS."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    named = os.environ.get("EARTHDATA_HOSTS", "").lower().replace(",", " ").split()
    if host in named or parts.netloc.rpartition("@")[2].lower() in named:
        return True
    return host in _OF_THIS_MACHINE or (parts.scheme == "https" and (host == _NASA or host.endswith(f".{_NASA}")))


def is_login_host(url: str) -> bool:
    """Whether a URL leads to the login host, which may be told a user and a password."""
    return origin_of(url) == origin_of(login_url())


def origin_of(url: str) -> tuple[str, str, int]:
    """Return scheme, host and port of a URL."""
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    return scheme, (parts.hostname or "").lower(), parts.port or {"http": 80}.get(scheme, 443)
