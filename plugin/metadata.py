"""What ``metadata.txt`` says, and where the plugin's files are."""

from __future__ import annotations

from configparser import ConfigParser
from functools import lru_cache
from pathlib import Path

PLUGIN_FOLDER = Path(__file__).resolve().parent.parent


@lru_cache(maxsize=1)
def metadata() -> dict[str, str]:
    """Return the entries of ``metadata.txt``."""
    parser = ConfigParser(interpolation=None)
    parser.read(PLUGIN_FOLDER / "metadata.txt", encoding="utf-8")
    return dict(parser["general"])


def guide_url(page: str = "README.md") -> str:
    """Return where a page of the user guide can be read, by its path in the folder docs."""
    return f"{metadata()['homepage']}/blob/main/docs/{page}"


def icon_path(name: str) -> str:
    """Return the path of an icon, by its name without ending; the plugin's own where there is none of that name."""
    icon = PLUGIN_FOLDER / "icons" / f"{name}.svg"
    return str(icon if icon.exists() else icon.with_name("xopr.svg"))
