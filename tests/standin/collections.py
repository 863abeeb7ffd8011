"""The search of collections: which products there are, as CMR's ``collections.json`` tells."""

from __future__ import annotations

import fnmatch
import json

from . import granules, query

PATH = "/search/collections.json"
CONTENT_TYPE = "application/json;charset=utf-8"
_FIELDS = {"short_name": 0, "version": 1, "provider": 2, "provider_id": 2}


def find(store, parameters):
    """Return the body and the number of hits.

    Parameters
    ----------
    store : granules.Granules
    parameters : list of (name, value)
        As they came, decoded.

    Raises
    ------
    query.Refused
        With what CMR says to wrong parameters.
    """
    asked, patterns = {}, set()
    for name, value in parameters:
        plain = name[:-2] if name.endswith("[]") else name
        if name.startswith("options[") and name.endswith("][pattern]"):
            patterns.add(name[len("options[") : -len("][pattern]")])
        elif plain in _FIELDS:
            asked.setdefault(plain, []).append(value.lower())
        elif name != "page_size":
            raise query.Refused(f"Parameter [{name}] was not recognized.")
    found = [
        (product, version, granules.PROVIDER)
        for product, version in store.collections
        if all(
            any(_fits((product, version, granules.PROVIDER)[_FIELDS[name]], text, name in patterns) for text in texts)
            for name, texts in asked.items()
        )
    ]
    entries = [
        {
            "id": granules.concept(product, version),
            "title": granules.entry_title(product, version),
            "short_name": product,
            "version_id": version,
            "data_center": provider,
        }
        for product, version, provider in found
    ]
    size = int(dict(parameters).get("page_size", 10))
    return json.dumps({"feed": {"title": "ECHO dataset metadata", "entry": entries[:size]}}).encode(), len(found)


def _fits(value, text, is_pattern):
    return fnmatch.fnmatchcase(value.lower(), text) if is_pattern else value.lower() == text
