"""The plugin's own settings: where QGIS keeps them, what they may be, and how the core comes to follow them.

They lie in the profile, in the group ``xopr_crossovers``, as texts; what is not set is not there. ``qgis_process``
reads the same profile. Somebody may have edited them by hand, so each is checked where it is used.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from qgis.core import QgsNetworkAccessManager, QgsSettings

from ...core.common import DEFAULT, InputError, Preferences, XoprError, cmr_root, folder_at, preferring, reason_of

NAME = "xOPR Crossovers"
#: Where the user changes them, in messages.
PLACE = f"QGIS (Settings > Options > {NAME})"

DEFAULT_VERSION = "007"
#: Longest time-out (s) that can be set.
LONGEST_TIMEOUT = 3600

#: What is stored of a switch that is on by default.
OFF = "off"

_GROUP = "xopr_crossovers"


@dataclass(frozen=True)
class Settings:
    """The settings as they are stored; an empty text is the default."""

    cache_folder: str = ""
    cmr_url: str = ""
    timeout: str = ""
    product_version: str = ""
    coastline: str = ""


def stored() -> Settings:
    """Return the settings as they are now."""
    settings = QgsSettings()
    return Settings(**{key: str(settings.value(f"{_GROUP}/{key}", "") or "").strip() for key in asdict(Settings())})


def store(settings: Settings) -> None:
    """Keep settings; those that are the default are taken out."""
    stores = QgsSettings()
    for key, text in asdict(settings).items():
        if text:
            stores.setValue(f"{_GROUP}/{key}", text)
        else:
            stores.remove(f"{_GROUP}/{key}")


@contextmanager
def followed() -> Iterator[None]:
    """Let the core follow the settings within this block, in this thread and those that the core starts in it."""
    settings = stored()
    with preferring(Preferences(settings.cache_folder, settings.cmr_url, PLACE)):
        yield


def product_version() -> str:
    """Return the version of the product that is searched if nobody names one; it may be wrong."""
    version = stored().product_version or DEFAULT_VERSION
    return version if problem_of("product_version", version) else version.zfill(len(DEFAULT_VERSION))


def product_version_and_source() -> tuple[str, str]:
    """Return the version of the product that is searched if nobody names one, and where it comes from.

    Raises
    ------
    InputError
        If it is no number of up to three digits.
    """
    check_version(version := product_version())
    return version, PLACE if stored().product_version else DEFAULT


def check_version(version: str) -> None:
    """Check the version of a product, if it is the one of the settings: others may be as the server has them.

    Raises
    ------
    InputError
        If it is no number of up to three digits.
    """
    if version == stored().product_version and (problem := problem_of("product_version", version)):
        raise InputError(f"{problem[:-1]}; this one comes from {PLACE}.")


def timeout() -> float | None:
    """Return the time-out (s) of the settings; None if QGIS's own is to be used.

    Raises
    ------
    InputError
        If it is no whole number of seconds, or too large.
    """
    text = stored().timeout
    if problem := problem_of("timeout", text):
        raise InputError(f"{problem[:-1]}; this one comes from {PLACE}.")
    return float(text) if text else None


def coastline() -> bool:
    """Return whether a run's layers get a coastline below them."""
    return stored().coastline != OFF


def qgis_timeout() -> float:
    """Return QGIS's own time-out (s)."""
    return float(QgsNetworkAccessManager.timeout()) / 1000


def timeout_and_source() -> tuple[str, str]:
    """Return the time-out that is used, in words, and where it comes from.

    Raises
    ------
    InputError
        If it is no whole number of seconds, or too large.
    """
    seconds = timeout()
    return (f"{seconds:g} s", PLACE) if seconds else (f"{qgis_timeout():g} s", "QGIS (Settings > Options > Network)")


def variable_of(key: str) -> str:
    """Return the environment variable that is set and goes before a setting; empty if there is none."""
    name = {"cache_folder": "XOPR_CACHE_DIR", "cmr_url": "XOPR_CMR_URL"}.get(key, "")
    return name if name and os.environ.get(name, "").strip() else ""


def problem_of(key: str, text: str) -> str:
    """Return what is wrong with the text of a setting, in one sentence; empty if nothing is."""
    if not text:
        return ""
    try:
        if key == "cache_folder" and folder_at(text).is_file():
            return f"'{text}' cannot be the cache folder, as it is a file; give a folder."
        if key == "cmr_url":
            cmr_root(text)
    except XoprError as error:
        return str(error)
    except OSError as error:
        fault = reason_of(error, "give another one")
        return f"'{text}' cannot be the cache folder ({fault.what}); {fault.advice}."
    if key == "product_version" and not re.fullmatch(r"[0-9]{1,3}", text):
        return f"'{text}' is no version of a product: give its number, such as {DEFAULT_VERSION}."
    if key == "timeout" and not (re.fullmatch(r"[0-9]{1,9}", text) and 1 <= int(text) <= LONGEST_TIMEOUT):
        return f"'{text}' is no time-out: give whole seconds, from 1 to {LONGEST_TIMEOUT:,}."
    return ""
