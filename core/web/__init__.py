"""One request over HTTP: its whole answer, or one fault that says why there is none."""

from typing import TYPE_CHECKING

from ..common import lazy_face

if TYPE_CHECKING:
    from .download import ask_for_file as ask_for_file
    from .download import download_file as download_file
    from .download import fetch as fetch
    from .exchange import send as send
    from .faults import Fault as Fault
    from .hosts import host_of as host_of
    from .request import Request as Request
    from .response import Response as Response
    from .retries import Patience as Patience
    from .retries import pause as pause
    from .route import Route as Route
    from .session import Limits as Limits
    from .session import Session as Session

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_face(__name__, __file__)
