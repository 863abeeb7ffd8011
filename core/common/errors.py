"""What can go wrong, in words that a user can act on.

Every message is one sentence that names the thing and says what to do. The algorithms show it as it is,
so nothing here may need a traceback to be understood.
"""

from __future__ import annotations

from .masking import fit_to_show


class XoprError(Exception):
    """Base of all errors that are meant to be read by the user; no message holds a secret."""

    def __init__(self, message: str = "") -> None:
        super().__init__(fit_to_show(message))


class InputError(XoprError, ValueError):
    """An argument, layer, file or date that the work cannot be done with."""


class SearchError(XoprError, RuntimeError):
    """A search that the server did not answer, or did not answer completely."""


class TooMuchError(SearchError):
    """A search that the server may answer when it is asked for less at once."""


class DownloadError(XoprError, RuntimeError):
    """A file that could not be fetched, or is not what its address promises."""


class MissingFileError(DownloadError):
    """A file that the server says it does not have."""


class LoginError(DownloadError):
    """A login that is missing or refused, so that no file of that server can be fetched."""


class CancelledError(XoprError):
    """The user asked to stop."""

    def __init__(self, message: str = "Cancelled.") -> None:
        super().__init__(message)
