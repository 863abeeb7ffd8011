"""Of the rules for exceptions the first that fits counts; exceptions as requests and urllib3 raise and chain them."""

from __future__ import annotations

import socket
import ssl

import pytest
from requests import exceptions

from xopr_crossovers.core.web.failures import Failure, fault_of_failure
from xopr_crossovers.core.web.retries import Patience
from xopr_crossovers.core.web.route import Route

DIRECT, PROXY = Route(), Route(proxy="proxy:3128")
TUNNEL = "Tunnel connection failed: {}"
OLD = ssl.SSLCertVerificationError("certificate verify failed")
OLD.verify_code = 10


def failed(problem, origin=None, route=DIRECT):
    if origin is not None:
        problem.__cause__ = origin
    return fault_of_failure(Failure(problem, "http://host/x", Patience(), route))


@pytest.mark.parametrize(
    ("problem", "origin", "route", "sentence"),
    [
        (
            OSError("Could not find a suitable TLS CA certificate bundle"),
            None,
            DIRECT,
            "cannot be asked (Could not find a suitable TLS CA certificate bundle): check the environment variables "
            "REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE.",
        ),
        # A header that cannot be one is an address that cannot be asked, too.
        (exceptions.InvalidHeader("odd"), None, DIRECT, "cannot be asked (odd): check the user agent that is set."),
        # Inside a proxy's tunnel it is still the server's certificate.
        (
            exceptions.SSLError("odd"),
            OLD,
            PROXY,
            "cannot be trusted, because its certificate has expired: check this machine's date and time; if they are "
            "right, tell whoever runs that server.",
        ),
        (
            exceptions.InvalidURL("odd"),
            UnicodeError("label too long"),
            DIRECT,
            "cannot be asked, because no computer can have that name: check the address.",
        ),
        (exceptions.InvalidURL("odd."), None, DIRECT, "cannot be asked (odd): check the address."),
        (ValueError("odd"), None, PROXY, "cannot be asked (odd): check the address."),
        (OverflowError("odd"), None, DIRECT, "cannot be asked (odd): check the address."),
        (
            exceptions.ContentDecodingError("odd"),
            ConnectionRefusedError(),
            DIRECT,
            "sent an answer that cannot be unpacked: try again later.",
        ),
        # What the proxy answers tells more than that it is the proxy.
        (
            exceptions.ProxyError("odd"),
            OSError(TUNNEL.format("407 Login")),
            PROXY,
            "cannot be reached, because the proxy proxy:3128 wants a user name and password (407 Login): check user "
            "and password in the proxy settings.",
        ),
        (
            exceptions.ProxyError("odd"),
            OSError(TUNNEL.format("502 Bad")),
            PROXY,
            "cannot be reached by the proxy proxy:3128 (502 Bad): try again later, or check the proxy settings.",
        ),
        (
            exceptions.ProxyError("odd"),
            TimeoutError("timed out"),
            PROXY,
            "cannot be reached, because the proxy proxy:3128 cannot be reached (no connection within 10 s): check the "
            "proxy settings.",
        ),
        (
            exceptions.ProxyError("odd"),
            ConnectionResetError(),
            PROXY,
            "cannot be reached, because the proxy proxy:3128 cannot be reached (it ends the connection): check the "
            "proxy settings.",
        ),
        # Through a proxy whoever cannot be connected to is the proxy, whatever requests calls it.
        (
            exceptions.ConnectTimeout("odd"),
            None,
            PROXY,
            "cannot be reached, because the proxy proxy:3128 cannot be reached (no connection within 10 s): check the "
            "proxy settings.",
        ),
        (
            exceptions.ConnectTimeout("odd"),
            None,
            DIRECT,
            "cannot be reached (no connection within 10 s): check its address, the internet connection and the proxy "
            "settings.",
        ),
        (
            exceptions.ConnectionError("odd"),
            socket.gaierror(-2, "odd"),
            DIRECT,
            "cannot be reached (its name is not known to the network): check its address, the internet connection and "
            "the proxy settings.",
        ),
        (
            exceptions.ReadTimeout("odd"),
            None,
            PROXY,
            "sent nothing through the proxy proxy:3128 in time: check the proxy settings, or try again later.",
        ),
        (
            exceptions.ReadTimeout("odd"),
            None,
            DIRECT,
            "sent nothing for 60 s: try again later, or ask for less at once.",
        ),
        (
            exceptions.ConnectionError("odd"),
            ConnectionResetError(),
            DIRECT,
            "ended the connection before its answer was complete: try again later.",
        ),
    ],
)
def test_every_failure_is_told_by_the_first_rule_that_fits(problem, origin, route, sentence):
    assert str(failed(problem, origin, route)) == f"host {sentence}"


def test_only_silence_of_the_server_itself_may_mean_that_too_much_was_asked_for():
    assert failed(exceptions.ReadTimeout()).too_much
    assert not failed(exceptions.ReadTimeout(), route=PROXY).too_much
    assert not failed(exceptions.ConnectTimeout()).too_much


def test_a_proxy_s_answer_is_the_status_of_the_fault():
    assert failed(exceptions.ProxyError(), OSError(TUNNEL.format("403 No")), PROXY).status == 403
