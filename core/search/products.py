"""Which products, versions and providers a CMR has: asked only where a search found nothing.

What it relies on is in CMR's search API documentation (https://cmr.earthdata.nasa.gov/search/site/docs/search/api.html):
``collections.json``, whose entries have ``short_name``, ``version_id`` and ``data_center`` (the provider's id), and
``options[short_name][pattern]``; names are compared without regard to case.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..common import InputError, Progress, SearchError, listed
from ..web import Request, host_of
from .cmr import CmrClient
from .page import CLIENT_HEADERS
from .query import GranuleQuery

#: So many letters of a name lead to names like it, of which so many are told.
_ALIKE = 3
_MOST_NAMES = 8
_PAGE_SIZE = 2000


@dataclass(frozen=True)
class Collection:
    """One version of a product, as one provider has it."""

    short_name: str
    version: str
    provider: str


def check_product(query: GranuleQuery, client: CmrClient, progress: Progress, by_name: bool = False) -> None:
    """Refuse a product that the server does not have, which would look like a search without a result.

    Parameters
    ----------
    query : GranuleQuery
        Product, version and provider are what is checked.
    client : CmrClient
        Of the server that found nothing.
    progress : Progress
        Is warned where the server cannot say which products it has.
    by_name : bool
        Whether product and version are those of granules' names, so that these are to be changed.

    Raises
    ------
    InputError
        If the server does not have the product, the version, or not of that provider; names those that it has.
    """
    host = host_of(client.url)
    try:
        found = _collections(client, [("short_name", query.short_name)], progress)
        alike = [] if found else _alike(query.short_name, client, progress)
    except (SearchError, ValueError) as error:
        why = f" ({error})" if isinstance(error, SearchError) else ""
        progress.warn(f"Whether {host} has {query.short_name} at all could not be checked{why}.")
        return
    name = query.short_name
    if not found:
        others = f"; names like it are {listed(alike)}" if alike else ""
        raise InputError(f"{host} has no product {name}: check {'the names' if by_name else 'SHORT_NAME'}{others}.")
    of_provider = [
        collection for collection in found if query.provider is None or _same(collection.provider, query.provider)
    ]
    if not of_provider:
        providers = listed(sorted({collection.provider for collection in found}))
        raise InputError(f"{host} has no {name} of the provider {query.provider}: give PROVIDER as {providers}.")
    if query.version and not any(_same(collection.version, query.version) for collection in of_provider):
        versions = sorted({collection.version for collection in of_provider})
        whose = f" of the provider {query.provider}" if query.provider else ""
        noun = "the version" if len(versions) == 1 else "the versions"
        what = "names of" if by_name else "VERSION as"
        raise InputError(
            f"{host} has no version {query.version} of {name}{whose}: give {what} one that it has, {noun} "
            f"{listed(versions)}."
        )


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _alike(name: str, client: CmrClient, progress: Progress) -> list[str]:
    """Return names of products that begin like a name, those that are most like it first."""
    start = name[:_ALIKE].replace("*", "").replace("?", "")
    if not start:
        return []
    asked = [("short_name", f"{start}*"), ("options[short_name][pattern]", "true")]
    names = {found.short_name.upper(): found.short_name for found in _collections(client, asked, progress)}
    near = difflib.get_close_matches(name.upper(), names, n=_MOST_NAMES, cutoff=0.5)
    return [names[key] for key in near] or sorted(names.values())[:_MOST_NAMES]


def _collections(client: CmrClient, asked: Sequence[tuple[str, str]], progress: Progress) -> list[Collection]:
    """Return the collections that a server has.

    Raises
    ------
    SearchError, ValueError
        If it does not answer, or in another way than a CMR.
    """
    request = Request(
        "GET",
        f"{client.root}/search/collections.json",
        params=[*asked, ("page_size", str(_PAGE_SIZE))],
        headers=CLIENT_HEADERS,
        anonymous=True,
        allow_redirects=False,
        patience=replace(client.patience, retries=min(client.patience.retries, 1)),
    )
    response = client.send(request, progress)
    if response.status != 200:
        raise SearchError(f"{host_of(client.url)} answered {response.says} when asked for its products")
    try:
        entries = json.loads(response.body)["feed"]["entry"]
        return [
            Collection(str(entry["short_name"]), str(entry["version_id"]), str(entry["data_center"]))
            for entry in entries
        ]
    except (KeyError, TypeError) as error:
        raise ValueError("not as a CMR answers") from error
