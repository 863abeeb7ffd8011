"""Why a request has no answer that can be used, in words that a user can act on."""

from __future__ import annotations

from ..common import XoprError


class Fault(XoprError):  # noqa: N818  (callers make the errors of it)
    """Why a request has no answer that can be used; the sentence is ``<host> <what>: <advice>.``.

    Parameters
    ----------
    host, what, advice : str
    retries : int, optional
        How often to send the request again at most; None leaves that to whoever asks.
    wait : float, optional
        How long (s) the server asks to wait before that.
    too_much : bool
        Whether it may be that too much was asked for at once.
    status : int, optional
        Of the answer that says so, the server's or a proxy's; None if there was none.
    tries : int
        How often the request was sent.

    Attributes
    ----------
    host, what, advice, retries, wait, too_much, status, tries
        See there.
    """

    def __init__(
        self,
        host: str,
        what: str,
        advice: str,
        *,
        retries: int | None = None,
        wait: float | None = None,
        too_much: bool = False,
        status: int | None = None,
        tries: int = 1,
    ) -> None:
        self.host = host
        self.what = what
        self.advice = advice
        self.retries = retries
        self.wait = wait
        self.too_much = too_much
        self.status = status
        self.tries = tries
        in_vain = f", and {tries} tries did not help" if tries > 1 else ""
        super().__init__(f"{host} {what}{in_vain}: {advice}.")

    def after(self, tries: int) -> Fault:
        """Return the same fault, of a request that was sent so often."""
        return Fault(
            self.host,
            self.what,
            self.advice,
            retries=self.retries,
            wait=self.wait,
            too_much=self.too_much,
            status=self.status,
            tries=tries,
        )
