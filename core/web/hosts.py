"""Hosts as people read them."""

from __future__ import annotations

from urllib.parse import urlsplit

from ..common import fit_to_show


def host_of(url: str) -> str:
    """Return the host of a URL, with its port if it names one, and without a user or password."""
    # Masked first: of a password with a slash in it, a part would be taken for the host.
    shown = fit_to_show(url)
    try:
        return urlsplit(shown).netloc.rpartition("@")[2]
    except ValueError:  # brackets that are not round an IPv6 address
        return shown.partition("://")[2].partition("/")[0].rpartition("@")[2]
