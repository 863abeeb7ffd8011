"""One request over HTTP: its whole answer, or a sentence why there is none."""

from typing import TYPE_CHECKING

from ..common import lazy_face

if TYPE_CHECKING:
    from .download import fetch as fetch
    from .exchange import pause as pause
    from .exchange import transfer as transfer
    from .response import Answer as Answer
    from .response import Flaw as Flaw
    from .response import Patience as Patience
    from .response import Way as Way
    from .response import host_of as host_of
    from .session import Limits as Limits
    from .session import Session as Session

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_face(__name__, __file__)
