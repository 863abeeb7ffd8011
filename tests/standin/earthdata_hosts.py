"""How each host of :class:`earthdata.Earthdata` answers, after NASA's open egress app, and S3 behind it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
import time
from email.utils import formatdate
from urllib.parse import urlencode, urlsplit
from xml.sax.saxutils import escape

from .transport import HTML, LOGIN_PAGE, Answer

_COOKIE, _LOGIN_COOKIE = "asf-urs", "_urs-gui_session"
#: Clients that are shown no page to log in but asked for a password.
_TOOLS = re.compile(r"(curl|wget|aria2|python)", re.IGNORECASE)
_JSON, _XML = {"Content-Type": "application/json"}, {"Content-Type": "application/xml"}
_CHALLENGE = {"WWW-Authenticate": 'Basic realm="Please enter your Earthdata Login credentials."'}


def data(nasa, request, faults):
    """The data host: who may read gets a signed link, the others are sent to the login."""
    if request.path == "/login":
        return _logged_in(nasa, request)
    kind, _, token = request.authorization.partition(" ")
    by_token = kind.lower() == "bearer" and token.count(".") == 2
    if by_token and token != nasa.token:
        message = "Token has expired" if token == nasa.expired_token else "Token is not valid"
        return _json(401, error="invalid_token", error_description=message)
    if not by_token and f"{_COOKIE}={nasa.session}" not in request.cookie:
        return _to_login(nasa, request)
    if "licence" in faults:
        address = f"{nasa.urls['login']}/approve_app?client_id=made_up"
        return _json(403, error_description="EULA Acceptance Failure", resolution_url=address)
    if nasa.file_of(request.path) is None:
        return Answer(404, b"<html><body><h1>404 Not Found</h1></body></html>", dict(HTML))
    headers = {"Location": _sign(nasa, request.path), "Cache-Control": "private"}
    if "astray" in faults:
        headers["Location"] = nasa.urls["stranger"] + request.path
    if by_token and nasa.gives_cookie:
        headers["Set-Cookie"] = f"{_COOKIE}={nasa.session}; Path=/; HttpOnly"
    return Answer(303, b"", headers)


def login(nasa, request, faults):
    """The login host: asks tools for a password, shows all others a page."""
    if request.path != "/oauth/authorize":
        return Answer(404, b"<html><body><h1>404 Not Found</h1></body></html>", dict(HTML))
    if request.get("app_type") != "401":
        return Answer(200, LOGIN_PAGE, dict(HTML))
    good = base64.b64encode(f"{nasa.user}:{nasa.password}".encode()).decode()
    known = f"{_LOGIN_COOKIE}={nasa.login_session}" in request.cookie
    if not known and request.authorization != f"Basic {good}":
        message = "Invalid user credentials" if request.authorization else "HTTP Basic: Access denied."
        return Answer(401, f"{message}\n".encode(), {"Content-Type": "text/plain", **_CHALLENGE})
    code = secrets.token_hex(8)
    nasa.codes.add(code)
    back = f"{request.get('redirect_uri')}?{urlencode({'code': code, 'state': request.get('state') or ''})}"
    return Answer(302, b"", {"Location": back, "Set-Cookie": f"{_LOGIN_COOKIE}={nasa.login_session}; Path=/; HttpOnly"})


def storage(nasa, request, faults):
    """The storage host: whole files and pieces of them, to who has a link that is signed and still valid."""
    expires = request.get("X-Amz-Expires") or "0"
    signature = _signature(nasa, request.method, request.path, expires)
    if request.authorization:
        return _xml(400, "InvalidArgument", "Only one auth mechanism allowed")
    if not hmac.compare_digest(signature, request.get("X-Amz-Signature") or ""):
        return _xml(403, "SignatureDoesNotMatch", "The request signature we calculated does not match.")
    if float(expires) < time.time():
        return _xml(403, "AccessDenied", "Request has expired")
    file = nasa.file_of(request.path)
    if file is None:
        return _xml(404, "NoSuchKey", "The specified key does not exist.")
    return _file(file, request, "no_ranges" not in faults)


def stranger(nasa, request, faults):
    """Some other host, which has the files too and asks nobody who they are."""
    file = nasa.file_of(request.path)
    return Answer(404) if file is None else _file(file, request, "no_ranges" not in faults)


ANSWERS = {"data": data, "login": login, "storage": storage, "stranger": stranger}


def _to_login(nasa, request):
    asked = {
        "client_id": "made_up",
        "response_type": "code",
        "redirect_uri": f"{nasa.url}/login",
        "state": request.target,
    }
    if _TOOLS.match(request.headers.get("user-agent", "")):
        asked["app_type"] = "401"
    return Answer(302, b"", {"Location": f"{nasa.urls['login']}/oauth/authorize?{urlencode(asked)}"})


def _logged_in(nasa, request):
    if request.get("code") not in nasa.codes:
        return _json(400, error="invalid_grant")
    nasa.codes.discard(request.get("code"))
    state = urlsplit(request.get("state") or "/")
    back = state.path + (f"?{state.query}" if state.query else "")
    return Answer(302, b"", {"Location": back, "Set-Cookie": f"{_COOKIE}={nasa.session}; Path=/; HttpOnly"})


def _sign(nasa, path):
    """A link that is good for GET alone, and not for long."""
    expires = f"{time.time() + nasa.link_seconds:.3f}"
    asked = {
        "A-userid": nasa.user,
        "X-Amz-Expires": expires,
        "X-Amz-Signature": _signature(nasa, "GET", path, expires),
    }
    return f"{nasa.urls['storage']}{path}?{urlencode(asked)}"


def _signature(nasa, method, path, expires):
    return hmac.new(nasa.key.encode(), f"{method}\n{path}\n{expires}".encode(), hashlib.sha256).hexdigest()


def _file(file, request, knows_ranges):
    """A file as S3 sends it: with an ETag, in one piece or in the one that is asked for."""
    state = file.stat()
    etag = f'"{hashlib.sha256(f"{state.st_mtime_ns} {state.st_size}".encode()).hexdigest()[:32]}"'
    headers = {
        "Content-Type": "application/x-hdf5",
        "ETag": etag,
        "Last-Modified": formatdate(state.st_mtime, usegmt=True),
    }
    if request.headers.get("if-match", etag) not in (etag, "*"):
        return _xml(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
    if request.headers.get("if-none-match") == etag:
        return Answer(304, b"", headers)
    if knows_ranges:
        headers["Accept-Ranges"] = "bytes"
    asked = re.fullmatch(r"bytes=(\d*)-(\d*)", request.headers.get("range", ""))
    fresh = request.headers.get("if-range", etag) in (etag, headers["Last-Modified"])
    if not (knows_ranges and fresh and asked and any(asked.groups())):
        return Answer(200, file.read_bytes(), headers)
    first, last = asked.groups()
    start = int(first) if first else max(0, state.st_size - int(last))
    end = min(int(last), state.st_size - 1) if first and last else state.st_size - 1
    if start > end:
        refusal = _xml(416, "InvalidRange", "The requested range is not satisfiable")
        refusal.headers["Content-Range"] = f"bytes */{state.st_size}"
        return refusal
    with file.open("rb") as stream:
        stream.seek(start)
        body = stream.read(end - start + 1)
    return Answer(206, body, {**headers, "Content-Range": f"bytes {start}-{end}/{state.st_size}"})


def _json(status, **said):
    return Answer(status, json.dumps({"status_code": status, **said}).encode(), dict(_JSON))


def _xml(status, code, message):
    error = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
    return Answer(status, f'<?xml version="1.0" encoding="UTF-8"?>\n{error}'.encode(), dict(_XML))
