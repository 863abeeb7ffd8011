"""What is asked of a server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .faults import Fault
from .response import Response
from .retries import Patience


@dataclass(frozen=True)
class Request:
    """One request over HTTP, as :func:`~xopr_crossovers.core.web.send` takes it.

    Attributes
    ----------
    method, url : str
    params : sequence of (name, value)
        Parameters that go into the address.
    data : sequence of (name, value)
        Parameters that go into the body, as those of a form.
    headers : mapping of str to str
    anonymous : bool
        Whether a password that the user keeps for this host in her .netrc stays with her.
    allow_redirects : bool
        Whether to go where the server sends on to.
    target : Path or None
        File for the body of a good answer; it then is not in the response.
    size : int or None
        Bytes of that file, where they are known beforehand; otherwise the server may say how many there are.
    longest : int or None
        Bytes of a body that is taken: a longer one is left where it is, and the response has none.
    patience : Patience
    """

    method: str
    url: str
    params: Sequence[tuple[str, str]] = ()
    data: Sequence[tuple[str, str]] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    anonymous: bool = False
    allow_redirects: bool = True
    target: Path | None = None
    size: int | None = None
    longest: int | None = None
    patience: Patience = field(default_factory=Patience)

    def fault_in(self, response: Response) -> Fault | None:  # noqa: ARG002  (for kinds of requests that look at it)
        """Return why a response of a good status cannot be used yet, so that the request is sent again."""
        return None
