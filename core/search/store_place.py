"""Where the granule store of a CMR is."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from ..catalogs import granules_dir
from ..common import CMR_URL, InputError, cmr_url, without_login
from .options import STORE_MODES, Product
from .store import GranuleStore

_LONGEST_NAME = 100


def store_of(product: Product) -> GranuleStore | None:
    """Return the store that a search uses; None where it is to leave that alone.

    Parameters
    ----------
    product : Product

    Raises
    ------
    InputError
        If what to do with the store is none of :data:`~xopr_crossovers.core.search.STORE_MODES`.
    """
    if product.store not in STORE_MODES:
        raise InputError(f"STORE must be one of {', '.join(STORE_MODES)}, not {product.store!r}.")
    return None if product.store == "ignore" else GranuleStore(store_folder(product.cmr_url))


def store_folder(address: str | None) -> Path:
    """Return the folder of the granule store; each CMR but NASA's own has one of its own, whoever asks it."""
    folder = granules_dir()
    address = without_login(cmr_url(address))
    if address == CMR_URL:
        return folder
    name = re.sub(r"[^\w.-]+", "-", address.partition("://")[2])
    if len(name) > _LONGEST_NAME:
        name = f"{name[:_LONGEST_NAME]}-{hashlib.sha256(address.encode()).hexdigest()[:12]}"
    return folder / name
