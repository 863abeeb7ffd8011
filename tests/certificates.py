"""Certificates made on the spot with ``openssl``, and a server on this machine that shows one."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


class Authority:
    """A certificate authority that nobody knows.

    Parameters
    ----------
    folder : Path
        For its files.
    """

    def __init__(self, folder):
        if shutil.which("openssl") is None:
            pytest.skip("there is no openssl on this machine to make certificates with")
        self.program = shutil.which("openssl")
        self.folder = folder
        self.path = folder / "authority.pem"
        self._openssl(
            *("req", "-x509", *_KEY, "-keyout", "authority.key", "-out", "authority.pem", "-days", "2"),
            *("-subj", "/CN=Test Authority", "-addext", "keyUsage=critical,keyCertSign,cRLSign"),
        )

    def certificate(self, name, for_host="IP:127.0.0.1", days=2):
        """Make a certificate and its key in one file; with days=None it has expired."""
        (self.folder / "extensions").write_text(
            f"subjectAltName={for_host}\nkeyUsage=digitalSignature\nextendedKeyUsage=serverAuth\n"
            "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
        )
        self._openssl("req", *_KEY, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        sign = (
            *("x509", "-req", "-in", f"{name}.csr", "-CA", "authority.pem", "-CAkey", "authority.key"),
            *("-CAcreateserial", "-extfile", "extensions", "-out", f"{name}.crt"),
        )
        if days is not None:
            self._openssl(*sign, "-days", str(days))
        else:
            try:
                self._openssl(*sign, "-not_before", "20200101000000Z", "-not_after", "20200102000000Z")
            except subprocess.CalledProcessError:  # openssl before 3.4, which takes less than no days instead
                self._openssl(*sign, "-days", "-1")
        path = self.folder / f"{name}.pem"
        path.write_text("".join((self.folder / f"{name}.{ending}").read_text() for ending in ("crt", "key")))
        return path

    def _openssl(self, *arguments):
        subprocess.run([self.program, *arguments], cwd=self.folder, check=True, capture_output=True, timeout=60)


class HttpsServer:
    """Answers every request with the same over TLS; use it as a context manager.

    Parameters
    ----------
    certificate : path
        Certificate and key in one file.
    body, headers
        What it answers, with status 200; or 302 if there is a ``Location``.
    """

    def __init__(self, certificate, body=b"hello", **headers):
        self.body, self.headers = body, {name.replace("_", "-"): str(value) for name, value in headers.items()}
        self.requests = []
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.https = self
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self.address = f"127.0.0.1:{self._server.server_port}"
        self.url = f"https://{self.address}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request, client_address):
        """Say nothing of clients that do not trust us."""


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        https = self.server.https
        https.requests.append((self.path, dict(self.headers)))
        self.send_response(302 if "Location" in https.headers else 200)
        for name, value in {"Content-Length": len(https.body), **https.headers}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(https.body)

    def log_message(self, *_):
        """Say nothing."""
