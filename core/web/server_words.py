"""What a server says in its own words in the body of an error: JSON as CMR writes it, XML as S3 and Azure do."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

#: So much of a body is looked at (bytes), and so much of what it says is shown.
_LONGEST_BODY = 1 << 16
_LONGEST_WORDS = 300

#: The members of a JSON object in which servers put what went wrong, in order of preference.
_MEMBERS = ("errors", "error_description", "message", "Message", "detail", "error")
# Strictly the little that such servers write: what XML has besides, such as entities, is how parsers are attacked.
_XML = re.compile(r"\s*(?:<\?xml[^<>]*\?>)?\s*<(?:\w+:)?(?:errors?|ErrorResponse)(?:\s[^<>]*)?>", re.IGNORECASE)
_MESSAGE = re.compile(r"<((?:\w+:)?message)(?:\s[^<>]*)?>([^<>]*)</\1>", re.IGNORECASE)
_ERROR = re.compile(r"<(error)(?:\s[^<>]*)?>([^<>]*)</\1>", re.IGNORECASE)


def words_of(body: bytes) -> str:
    """Return the messages of an error's body in one line, without a full stop; empty if it says nothing that we know.

    Parameters
    ----------
    body : bytes
    """
    text = body[:_LONGEST_BODY].decode("utf-8", errors="replace").lstrip("\ufeff")
    messages = _of_xml(text) if text.lstrip().startswith("<") else _of_json(text)
    words = "; ".join(" ".join(message.split()).rstrip(".") for message in messages if message.strip())
    return words if len(words) <= _LONGEST_WORDS else f"{words[:_LONGEST_WORDS]}..."


def _of_json(text: str) -> list[str]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return []
    return list(_messages(content)) if isinstance(content, dict) else []


def _messages(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, list):
        for one in content:
            yield from _messages(one)
    elif isinstance(content, dict):
        member = next((name for name in _MEMBERS if content.get(name)), "")
        yield from _messages(content.get(member))


def _of_xml(text: str) -> list[str]:
    if _XML.match(text) is None:
        return []
    return [html.unescape(words) for _, words in _MESSAGE.findall(text) or _ERROR.findall(text)]
