"""Requests for files behind a login, which go by hand from host to host, so that each is told only its own secrets."""

from __future__ import annotations

import json
import re
import threading
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urljoin, urlsplit

import requests
from requests.cookies import RequestsCookieJar

from ..common import DownloadError, LoginError, MissingFileError, Progress
from ..web import Fault, Patience, Request, Response, host_of, send
from .login import HOW_TO_LOG_IN, Login, find_login, is_login_host, login_url, may_have_token, origin_of

#: So many requests at once at most, of all files of a run together.
AT_ONCE = 8
#: NASA's egress asks clients for a password whose names begin so, and shows all others a page to log in.
USER_AGENT = f"python-requests/{requests.__version__} xopr-crossovers"

_MOST_HOPS = 12
# Several cookies come as one text; the comma within a date has no name with a sign of equality behind it.
_COOKIES = re.compile(r",\s*(?=[^\s;,=]+=)")
_REDIRECTS = (301, 302, 303, 307, 308)


class Access:
    """What the files of a run share: the session, the login, the cookies, and how many requests there are at a time.

    Parameters
    ----------
    session : requests.Session, optional
        Brings proxy and certificate settings along. It keeps no cookies from now on.
    login : Login, optional
        That of the user's choice; without it, :func:`~xopr_crossovers.core.remote.find_login` looks for one when it is
        first needed.
    patience : Patience, optional
    """

    def __init__(
        self, session: requests.Session | None = None, login: Login | None = None, patience: Patience | None = None
    ) -> None:
        self._session = session or requests.Session()
        # A jar would hand cookies on by rules of domains; here a host is told what it has set itself, and no other.
        self._session.cookies = RequestsCookieJar(policy=DefaultCookiePolicy(allowed_domains=[]))
        self._login, self._looked = login, login is not None
        self._patience = patience or Patience()
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(AT_ONCE)
        self._cookies: dict[tuple[str, str, int], dict[str, str]] = {}
        self._told: set[str] = set()

    def is_news(self, what: str) -> bool:
        """Whether something is to be told for the first time in this run."""
        with self._lock:
            is_new = what not in self._told
            self._told.add(what)
            return is_new

    def ask(self, request: Request, progress: Progress) -> Response:
        """Send one request, and go nowhere else.

        Raises
        ------
        DownloadError
            If the server cannot be made to answer.
        CancelledError
            If the user asked to stop.
        """
        headers = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity", **request.headers}
        bare = replace(request, headers=headers, anonymous=True, allow_redirects=False, patience=self._patience)
        while not self._slots.acquire(timeout=0.1):
            progress.check()
        try:
            return send(bare, self._session, progress)
        except Fault as fault:
            raise DownloadError(str(fault)) from fault
        finally:
            self._slots.release()

    def follow(self, request: Request, progress: Progress) -> Response:
        """Send a request, and go where the servers send on to, with the login where one is asked for.

        Raises
        ------
        DownloadError
            If there is no such file, or the login is missing or refused, or the server cannot be made to answer.
        CancelledError
            If the user asked to stop.
        """
        link, url = request.url, request.url
        for _ in range(_MOST_HOPS):
            headers = {**request.headers, **self._secrets(link, url)}
            response = self.ask(replace(request, url=url, headers=headers), progress)
            self._keep_cookies(url, response.headers)
            location = response.headers.get("Location", "")
            if response.status not in _REDIRECTS or not location:
                self._check(link, url, response)
                return response
            url = self._onward(link, url, location)
        raise DownloadError(f"{host_of(link)} sends on and on for {link} and gives no file: try again later.")

    def _onward(self, link: str, url: str, location: str) -> str:
        onward = urljoin(url, location)
        scheme = urlsplit(onward).scheme
        if scheme not in ("http", "https") or (scheme == "http" and urlsplit(link).scheme == "https"):
            raise DownloadError(
                f"{host_of(url)} sends on to an address that is not safe (of {host_of(onward)}) for {link}: check the "
                "address, and whether the network needs a login."
            )
        if is_login_host(onward) and not is_login_host(url):
            login = self._found()
            if login is None:
                raise LoginError(f"{host_of(link)} asks for an Earthdata login, and there is none: {HOW_TO_LOG_IN}.")
            if login.token and may_have_token(link):
                raise LoginError(
                    f"{host_of(link)} does not take the token of {login.source} for one: make a new one at "
                    f"{login_url()} (Generate Token), and copy all of it."
                )
            if login.token:
                raise LoginError(
                    f"{host_of(link)} is none of NASA's hosts and was not told the token of {login.source}: check the "
                    "address, or name the host in the environment variable EARTHDATA_HOSTS."
                )
        return onward

    def _secrets(self, link: str, url: str) -> dict[str, str]:
        """Return the headers that one host may be told: its own cookies, and its part of the login."""
        headers = {}
        with self._lock:
            cookies = self._cookies.get(origin_of(url), {})
            if cookies:
                headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        if is_login_host(url):
            login = self._found()
            if login is not None and login.user:
                pair = b64encode(f"{login.user}:{login.password}".encode()).decode("ascii")
                headers["Authorization"] = f"Basic {pair}"
        elif origin_of(url) == origin_of(link) and may_have_token(url):
            login = self._found()
            if login is not None and login.token:
                headers["Authorization"] = f"Bearer {login.token}"
        return headers

    def _found(self) -> Login | None:
        with self._lock:
            if not self._looked:
                self._login, self._looked = find_login(), True
            return self._login

    def _keep_cookies(self, url: str, headers: Mapping[str, str]) -> None:
        pairs = [one.partition(";")[0].partition("=") for one in _COOKIES.split(headers.get("Set-Cookie", ""))]
        with self._lock:
            kept = self._cookies.setdefault(origin_of(url), {})
            kept.update({name.strip(): value.strip() for name, mark, value in pairs if mark})

    def _check(self, link: str, url: str, response: Response) -> None:
        """Raise DownloadError for what is no part of a file."""
        if response.is_web_page() and response.status == 200:
            raise DownloadError(
                f"A web page came from {host_of(url)} instead of {link}: check the address, and whether it or the "
                f"network needs a login; for an Earthdata login {HOW_TO_LOG_IN}."
            )
        if response.status in (404, 410):
            raise MissingFileError(
                f"{link} is not there any more, mostly because a newer revision took its place: search the granules "
                "anew (STORE 'refresh')."
            )
        if response.status == 401:
            self._refuse(url, response)
        if response.status == 403 and origin_of(url) == origin_of(link):
            raise _not_given(link, response)

    def _refuse(self, url: str, response: Response) -> None:
        login = self._found()
        if login is None:
            raise LoginError(f"{host_of(url)} asks for an Earthdata login, and there is none: {HOW_TO_LOG_IN}.")
        if is_login_host(url) or not login.token:
            raise LoginError(
                f"{host_of(url)} does not accept the user and password of {login.source}: check them by logging in at "
                f"{login_url()} with a browser."
            )
        raise LoginError(
            f"{host_of(url)} does not accept the token of {login.source} ({_words(response)}): make a new one at "
            f"{login_url()} (Generate Token)."
        )


def _words(response: Response) -> str:
    said = _told(response)
    return str(said.get("error_description") or said.get("error") or response.status_text)


def _told(response: Response) -> dict[str, object]:
    try:
        told = json.loads(response.body.decode("utf-8", "replace"))
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _not_given(link: str, response: Response) -> DownloadError:
    address = _told(response).get("resolution_url")
    if isinstance(address, str) and address.startswith(("http://", "https://")):
        return LoginError(
            f"{host_of(link)} gives out {link} only after its licence (EULA) is accepted: open {address} in a browser, "
            "log in and accept it, and run again."
        )
    return DownloadError(
        f"{host_of(link)} does not give out {link} ({response.says}): check with a browser whether your login may "
        "have it."
    )
