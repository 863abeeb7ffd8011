"""Passwords, tokens and signatures in texts that are shown, kept or handed on: what is secret becomes ``***``.

Where a text tells no better, too much is masked rather than too little: of an address's query, only values of names
that are known to be harmless stay.
"""

from __future__ import annotations

import html
import os
import re

MASK = "***"

# What the values of these names tell is no secret: CMR's, S3's, those of addresses of files and maps, and which program
# it is whose licence is to be accepted.
_HARMLESS_WORDS = (
    "attribute_format bbox bounding_box bounding_box[] client_id collection collection_concept_id "
    "collection_concept_id[] comment concept_id concept_id[] crs cycle date decimalpoint delimiter detecttypes "
    "download encoding end end_date entry_title escape ext f file filename format formats geomtype hemisphere lang "
    "layer layername layers limit list-type max-keys month name offset options[bounding_box][or] "
    "options[readable_granule_name][pattern] options[short_name][pattern] options[temporal][or] order outputformat "
    "page page_num page_size path polygon polygon[] prefix producer_granule_id provider provider[] provider_id quote "
    "raw readable_granule_name readable_granule_name[] region request response-content-disposition "
    "response-content-type resulttype rgt season service short_name short_name[] skiplines sort sort_key spatialindex "
    "srs srsname start start_date subsetindex temporal temporal[] type typename typenames updated_since usecache "
    "useheader version version[] watchfile wktfield x-amz-algorithm x-amz-date x-amz-expires x-amz-signedheaders "
    "xfield year yfield"
)
_HARMLESS = frozenset(_HARMLESS_WORDS.split())
# Connection strings, options of drivers, environment variables, JSON. "key" is a column in those of PostGIS.
_TELLING_NAMES = (
    r"[\w.-]*(?:password|passwd|passphrase|pwd|secret|token|signature|credential|api[_-]?key|access[_-]?key(?:[_-]?id)?"
    r"|private[_-]?key|account[_-]?key|authorization)[\w.-]*|pass|pw|sas|sig|jwt|apikey|sessionid|session_id|cookie"
)
# A quotation that was never closed reaches to the end of the text.
_QUOTED = r"""'(?:\\.|''|[^'\\])*(?:'|$)|"(?:\\.|""|[^"\\])*(?:"|$)|\{[^}]*(?:\}|$)"""
_BARE = r"""(?:(?![,;]\s*[\w.-]+\s*=)[^\s;&|"'])+"""

# A port is no password, and what follows a colon and a space is a sentence.
_NO_PORT = r"(?!\d{1,5}(?:[/?#\s]|$))(?!\s)"
_LOGIN = re.compile(r"(?P<scheme>\b[a-z][\w+.-]*://)(?P<user>[^\s/?#:@'\"<>]*)(?P<password>:[^\s/?#'\"<>]*)?@", re.I)
_ODD_LOGIN = re.compile(
    rf"(?P<scheme>\b[a-z][\w+.-]*://)(?P<user>[^\s/?#:@'\"<>]*):{_NO_PORT}(?:(?!://)[^\n<>])*?[^\n<>]@(?=[\w\[*])", re.I
)
# HTTP_PROXY=user:password@proxy:3128, and Oracle's user/password@database.
_BARE_LOGIN = re.compile(r"(?<![\w:.%+-])(?P<user>[\w.%+-]+):(?!//)[^\s@'\"\\/<>]+@(?=[\w\[])")
_ORACLE = re.compile(r"(?P<user>\bOCI:[^/\s@]+)/[^\s@]+(?=@|$)", re.I)
_ADDRESS = re.compile(r"\b(?!file:)[a-z][\w+.-]*://[^\s'\"<>|]+", re.I)
_QUERY_VALUE = re.compile(r"(?P<sign>[?&#;])(?P<name>[^=&#;?/:]+)=(?P<value>[^&#;]*)")
_NAMED = re.compile(
    rf"(?<![\w.-])(?P<name>[\"']?(?:{_TELLING_NAMES})[\"']?\s*=\s*|[\"'](?:{_TELLING_NAMES})[\"']\s*:\s*)"
    rf"(?P<value>{_QUOTED}|{_BARE})",
    re.I,
)
_HEADER = re.compile(r"(?P<name>\b(?:proxy-)?authorization[\"']?\s*:\s*[\"']?)(?:\w+\s+)?[^\s'\",]+", re.I)
_BEARER = re.compile(r"(?P<name>\bbearer\s+)[\w.~+/=-]{8,}", re.I)
# What is a secret by its looks: a JSON web token, the number of a key of Amazon's.
_BY_LOOKS = re.compile(r"\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b")
#: Environment variables whose very value is masked; not a password, which may be a word of the text.
_TOKENS = ("EARTHDATA_TOKEN",)
_SHORTEST_TOKEN = 16


def fit_to_show(text: str) -> str:
    """Return a text without the secrets in it.

    Parameters
    ----------
    text : str
        An address, the source of a layer, a command, or a sentence that holds such.

    Returns
    -------
    str
        The same text, in which users stay and passwords, tokens and signatures are ``***``; once more masked it is the
        same. An ``authcfg`` stays: it is the number of an entry in QGIS's own safe.
    """
    for name in _TOKENS:
        value = os.environ.get(name, "").strip()
        if len(value) >= _SHORTEST_TOKEN:
            text = text.replace(value, MASK)
    text = _LOGIN.sub(_login, text)
    text = _ODD_LOGIN.sub(rf"\g<scheme>\g<user>:{MASK}@", text)
    text = _ADDRESS.sub(_address, text)
    text = _NAMED.sub(_named, text)
    text = _HEADER.sub(rf"\g<name>{MASK}", text)
    text = _BEARER.sub(rf"\g<name>{MASK}", text)
    text = _BARE_LOGIN.sub(rf"\g<user>:{MASK}@", text)
    text = _ORACLE.sub(rf"\g<user>/{MASK}", text)
    return _BY_LOOKS.sub(MASK, text)


def escaped(text: object) -> str:
    """Return a text for HTML or SVG, without the secrets in it."""
    return html.escape(fit_to_show(str(text)))


def without_login(address: str) -> str:
    """Return an address without user and password, fit to be shown: what tells one server from another."""
    return re.sub(r"(?<=://)[^\s/?#]*@", "", fit_to_show(address))


def _login(found: re.Match[str]) -> str:
    # A user without a password may be a token.
    login = MASK if found["password"] is None else f"{found['user']}:{MASK}"
    return f"{found['scheme']}{login}@"


def _address(found: re.Match[str]) -> str:
    return _QUERY_VALUE.sub(_query_value, found[0])


def _query_value(found: re.Match[str]) -> str:
    if found["name"].lower() in _HARMLESS or not found["value"]:
        return found[0]
    return f"{found['sign']}{found['name']}={MASK}"


def _named(found: re.Match[str]) -> str:
    quote = found["value"][0] if found["value"][0] in "'\"" else ""
    return f"{found['name']}{quote}{MASK}{quote}"
