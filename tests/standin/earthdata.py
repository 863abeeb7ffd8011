"""A stand-in of NASA's Earthdata login and of the archive behind it: four hosts, over real HTTP.

Each host listens on an address of its own, so that clients take them for different hosts::

    with Earthdata(folder) as nasa:
        requests.get(nasa.link("ATL06_x.h5"), headers={"Authorization": f"Bearer {nasa.token}"})
        assert nasa.leaks() == []

The data host sends who has a good token, or the cookie of a login, to a signed link of the storage host; who has none
to the login host. The stranger is a host that nobody should tell a secret.
"""

from __future__ import annotations

import base64
import json
import secrets
import threading
import time
from pathlib import Path
from urllib.parse import unquote

from . import earthdata_hosts
from .transport import Server

HOSTS = {"data": "127.0.0.1", "login": "127.0.0.2", "storage": "127.0.0.3", "stranger": "127.0.0.4"}


class Earthdata:
    """Four hosts in one process; use it as a context manager.

    Parameters
    ----------
    files : path
        The folder of the files: found by the whole path of a link, or by its last part.
    addresses : dict, optional
        Where each of :data:`HOSTS` listens.
    port : int
        The port of all hosts; 0 takes a free one for each.
    link_seconds : float
        How long a signed link is valid.
    gives_cookie : bool
        Whether the answer to a good token brings the cookie of a login too.
    faults : list of Fault
        What goes wrong; may be changed at any time. ``host`` of a fault names one of the hosts.

    Attributes
    ----------
    url : str
        The data host's address, in the place of ``https://data.nsidc.earthdatacloud.nasa.gov``.
    urls : dict
        The address of each host.
    user, password, token, expired_token : str
        A login that is good; an expired token. They are made up anew each time.
    requests : list of Request
        All requests to all hosts so far.
    """

    def __init__(self, files, *, addresses=None, port=0, link_seconds=3600.0, gives_cookie=True, faults=()):
        self.files = Path(files).resolve()
        self.link_seconds, self.gives_cookie = link_seconds, gives_cookie
        self.faults, self.requests = list(faults), []
        self.stopping = threading.Event()
        self.user, self.password = "glaciologist", secrets.token_hex(8)
        self.token, self.expired_token = _jwt(time.time() + 3600), _jwt(time.time() - 3600)
        self.session, self.login_session, self.key = (secrets.token_hex(16) for _ in range(3))
        self.codes = set()
        self.addresses = {**HOSTS, **(addresses or {})}
        self._servers = {name: Server((address, port), self, name) for name, address in self.addresses.items()}
        self.urls = {
            name: f"http://{self.addresses[name]}:{server.server_port}" for name, server in self._servers.items()
        }
        self.url = self.urls["data"]

    def __enter__(self):
        for server in self._servers.values():
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        for server in self._servers.values():
            server.shutdown()
            server.server_close()

    def link(self, name):
        """The https link of a file as a record would have it, but for its host and scheme."""
        return f"{self.url}/nsidc-cumulus-prod-protected/ATLAS/{name}"

    def netrc(self):
        """The line of a ``.netrc`` that holds the login."""
        return f"machine {self.addresses['login']} login {self.user} password {self.password}\n"

    def answer(self, request, striking):
        """Answer as the host that was asked does."""
        return earthdata_hosts.ANSWERS[request.host](self, request, {fault.kind for fault in striking})

    def file_of(self, path):
        """The file that a link's path names, or None."""
        path = unquote(path).lstrip("/")
        for name in (path, path.rpartition("/")[2]):
            file = (self.files / name).resolve()
            if self.files in file.parents and file.is_file():
                return file
        return None

    def to(self, host):
        """The requests that one host got."""
        return [request for request in list(self.requests) if request.host == host]

    def leaks(self):
        """Requests that told a host a secret that is another's: each as (host, what it was told).

        The password belongs to the login host alone, the tokens and the data host's cookie to the data host, the login
        host's cookie to the login host; and none of them into a link.
        """
        basic = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        owners = {
            self.password: (),
            basic: ("login",),
            self.token: ("data",),
            self.expired_token: ("data",),
            self.session: ("data",),
            self.login_session: ("login",),
        }
        return [
            (request.host, what)
            for request in list(self.requests)
            for secret, hosts in owners.items()
            for what in _told(request, secret)
            if what == "target" or request.host not in hosts
        ]


def _told(request, secret):
    """Where a request holds a secret: names of headers, or ``target``."""
    found = [name for name, value in request.headers.items() if secret in value]
    return found + (["target"] if secret in request.target else [])


def _jwt(expires):
    """A bearer token of the shape of Earthdata's."""
    parts = ({"typ": "JWT", "alg": "HS256"}, {"type": "User", "exp": int(expires), "jti": secrets.token_hex(8)})
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*encoded, secrets.token_urlsafe(32)])
