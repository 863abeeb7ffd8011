"""What a server answered."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus

from .server_words import words_of


@dataclass(frozen=True)
class Response:
    """What a server sent: status, headers (of any spelling), and the body unless it went into a file."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def status_text(self) -> str:
        """The status as people read it, such as ``503 (Service Unavailable)``."""
        with suppress(ValueError):
            return f"{self.status} ({HTTPStatus(self.status).phrase})"
        return str(self.status)

    def is_web_page(self, start: bytes | None = None) -> bool:
        """Whether this is an HTML page; `start` is the body's start where the body went into a file."""
        head = (self.body if start is None else start)[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        return "html" in self.headers.get("Content-Type", "").lower() or head.startswith((b"<!doctype html", b"<html"))

    @property
    def own_words(self) -> str:
        """What the server says in the body, in one line; empty if it says nothing that we know."""
        return words_of(self.body)

    @property
    def says(self) -> str:
        """The status, and what the server says of it, to come after the word "answered"."""
        words = self.own_words
        return f"{self.status_text} and says '{words}'" if words else self.status_text
