"""What can be asked for of a download: in which form, and of which granules."""

from __future__ import annotations

from dataclasses import dataclass

URLS, CURL, WGET, POWERSHELL, EARTHACCESS = "urls", "curl", "wget", "powershell", "earthaccess"

#: The forms, each with the ending of its file's name.
ENDINGS = {CURL: ".sh", WGET: ".sh", POWERSHELL: ".ps1", EARTHACCESS: ".py", URLS: ".txt"}
KINDS = tuple(ENDINGS)

TIME, OVERLAP = "time", "overlap"
BEST_BY = (TIME, OVERLAP)


@dataclass(frozen=True)
class Picking:
    """Which granules of a table are fetched.

    Attributes
    ----------
    crosses_line : bool
        Only those of rows whose footprint crosses the flight line.
    max_days : float or None
        Only those of rows with at most so many days between flight and pass.
    best : int
        So many of each frame; 0 for all.
    best_by : {'time', 'overlap'}
        Those nearest in time to the flight, or those with most of the flight line in their footprint.
    """

    crosses_line: bool = False
    max_days: float | None = None
    best: int = 0
    best_by: str = TIME
