"""The table of seasons that Open Polar Radar publishes.

The table beside this module names what was deployed under ``catalog/hemisphere=*/provider=*/collection=*`` in 2026:
51 seasons, 25 Antarctic and 26 Greenland (source: the season list of the xOPR project, CC0-1.0).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

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


@lru_cache(maxsize=1)
def seasons() -> dict[str, Season]:
    """Return the published seasons by name: the Antarctic ones first, each hemisphere in order of name."""
    with _TABLE.open(newline="", encoding="utf-8") as file:
        return {
            row["season"]: Season(row["season"], row["hemisphere"], row["provider"]) for row in csv.DictReader(file)
        }


def season_names() -> list[str]:
    """Return the names of the published seasons, in the table's order."""
    return list(seasons())
