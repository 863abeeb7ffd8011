"""Why the certificate of a server is not trusted."""

from __future__ import annotations

import ssl
from collections.abc import Sequence

from .faults import Fault
from .route import Route

# The codes are OpenSSL's (X509_V_ERR_..., x509_vfy.h).
_EXPIRED = {9: "is not valid yet", 10: "has expired"}
_OTHER_NAME = {62, 64}


def fault_of_trust(host: str, origins: Sequence[BaseException], route: Route) -> Fault:
    """Return the fault of a certificate that is not accepted.

    Parameters
    ----------
    host : str
    origins : sequence of exception
        What was raised, and what led to it.
    route : Route
    """
    refusal = next((one for one in origins if isinstance(one, ssl.SSLCertVerificationError)), None)
    code = refusal.verify_code if refusal else 0
    last = str(origins[-1])
    if code in _EXPIRED:
        what = f"cannot be trusted, because its certificate {_EXPIRED[code]}"
        advice = "check this machine's date and time; if they are right, tell whoever runs that server"
    # Where urllib3 1 compares the names, there is no code.
    elif code in _OTHER_NAME or "doesn't match" in last:
        what = "cannot be trusted, because its certificate is made out to another name"
        advice = "check the address"
    elif refusal and code:
        words = refusal.verify_message
        what = f"cannot be trusted, because nobody known vouches for its certificate ({words})"
        advice = (
            "if a proxy or firewall of your own network reads the traffic, add its certificate authority "
            f"{route.trust_settings}"
        )
    elif "fingerprint" in last.lower():
        what = "cannot be trusted, because it has another certificate than was accepted for it"
        advice = f"find out why, and if the new one is right, add it {route.trust_settings}"
    else:
        what, advice = f"cannot be trusted ({last})", f"check this machine's date and {route.proxy_settings}"
    return Fault(host, what, advice, retries=0)
