"""The seasons that Open Polar Radar publishes: a table that comes with the plugin, and what was published since.

The table beside this module names what was deployed under ``catalog/hemisphere=*/provider=*/collection=*`` in 2026:
51 seasons, 25 Antarctic and 26 Greenland (source: the season list of the xOPR project, CC0-1.0). Seasons that the
last synchronisation found besides are in the manifest of the local copies.
"""

from __future__ import annotations

import csv
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ..common import InputError
from .manifest import SEASON_PATH, DamagedManifestError, manifest_path, read_manifest

_TABLE = Path(__file__).with_name("seasons.csv")


@dataclass(frozen=True)
class Season:
    """One season of one data provider.

    Attributes
    ----------
    name : str
        The collection's name, for example ``2016_Antarctica_DC8``.
    hemisphere : {'south', 'north'}
    provider : str
        Who flew it, for example ``cresis``.
    """

    name: str
    hemisphere: str
    provider: str

    @property
    def path(self) -> str:
        """Where the season's catalog lies below the catalog's root, in hive folders."""
        return f"hemisphere={self.hemisphere}/provider={self.provider}/collection={self.name}/stac.parquet"


def seasons() -> dict[str, Season]:
    """Return the published seasons by name: the Antarctic ones first, each hemisphere in order of name."""
    # QGIS asks as it starts, and for each model: the manifest must cost nothing while it is as it was, and a folder
    # that cannot be looked at (or platformdirs that is not installed yet) must not keep the plugin from loading.
    with suppress(OSError, ImportError, InputError):
        path = manifest_path()
        state = path.stat()
        return _with_manifest(path, (state.st_mtime_ns, state.st_ino, state.st_size))
    return shipped_seasons()


def season_names() -> list[str]:
    """Return the names of the published seasons, in the order of :func:`seasons`."""
    return list(seasons())


@lru_cache(maxsize=1)
def shipped_seasons() -> dict[str, Season]:
    """Return the seasons of the table that comes with the plugin."""
    with _TABLE.open(newline="", encoding="utf-8") as file:
        return {
            row["season"]: Season(row["season"], row["hemisphere"], row["provider"]) for row in csv.DictReader(file)
        }


@lru_cache(maxsize=1)
def _with_manifest(path: Path, state: tuple[int, ...]) -> dict[str, Season]:  # noqa: ARG001 (the cache's key)
    table = dict(shipped_seasons())
    try:
        published = {place for place, entry in read_manifest().items() if entry.published}
    except DamagedManifestError:
        return table  # whoever uses the copies says so
    for place in sorted(published):
        season = season_at(place)
        # A name that the table has, too, may have moved to another folder.
        if season and (season.name not in table or table[season.name].path not in published):
            table[season.name] = season
    ordered = sorted(table.values(), key=lambda season: (season.hemisphere != "south", season.name))
    return {season.name: season for season in ordered}


def season_at(path: str) -> Season | None:
    """Return the season whose catalog lies at a path below the catalog's root; None if that is no season's."""
    found = SEASON_PATH.fullmatch(path)
    return Season(found["name"], found["hemisphere"], found["provider"]) if found else None
