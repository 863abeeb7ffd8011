"""What is asked of CMR: product, window, area and name patterns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Union

import pandas as pd

from ..common import InputError, is_whole_day, read_moment

#: The most granules that CMR sends in one page.
MAX_PAGE_SIZE = 2000

#: A window is not split further than this: it then holds some fifty granules of a polar region.
SHORTEST_HALF = pd.Timedelta(days=1)

Moment = Union[str, date, datetime, None]


@dataclass(frozen=True)
class GranuleQuery:
    """A granule search.

    Attributes
    ----------
    short_name, version : str
        Product, such as ``ATL06`` and ``007``.
    provider : str or None
        CMR provider, such as ``NSIDC_CPRD``; None asks all.
    start, end : datetime, date or ISO text, or None
        Window, both ends included; UTC unless they say otherwise. An `end` without a time means the whole day.
        None leaves that side open.
    boxes : sequence of (west, south, east, north)
        Area in degrees: a granule that touches one of them is found; west > east where a box crosses the antimeridian.
    polygon : sequence of (lon, lat), or None
        Area in degrees, instead of boxes: counter-clockwise, edges are great circles. It is closed if it is not.
    name_patterns : sequence of str
        Patterns of the granule's name with ``*`` and ``?``; one of them has to fit.
    updated_since : datetime, date or ISO text, or None
        Where set, only granules that came or were revised since then.
    page_size : int
        Granules a page, 1 to 2000.

    Raises
    ------
    InputError
        If a value cannot be asked for.
    """

    short_name: str
    version: str | None = None
    provider: str | None = None
    start: Moment = None
    end: Moment = None
    boxes: Sequence[Sequence[float]] = ()
    polygon: Sequence[Sequence[float]] | None = None
    name_patterns: Sequence[str] = ()
    updated_since: Moment = None
    page_size: int = MAX_PAGE_SIZE

    def __post_init__(self) -> None:
        if not self.short_name:
            raise InputError("The product's short name is missing: give one such as ATL06.")
        if not 1 <= self.page_size <= MAX_PAGE_SIZE:
            raise InputError(f"A page of {self.page_size} granules cannot be asked for: give 1 to {MAX_PAGE_SIZE}.")
        if self.boxes and self.polygon is not None:
            raise InputError("A search takes boxes or a polygon, not both: leave one out.")
        start, end = self.window()
        if start is not None and end is not None and start > end:
            raise InputError(f"The window begins at {_iso(start)}, after its end at {_iso(end)}: swap the two.")
        names = (self.name_patterns,) if isinstance(self.name_patterns, str) else tuple(self.name_patterns)
        object.__setattr__(self, "name_patterns", names)
        object.__setattr__(self, "boxes", tuple(map(_checked_box, self.boxes)))
        object.__setattr__(self, "polygon", None if self.polygon is None else _checked_ring(self.polygon))

    def window(self) -> tuple[pd.Timestamp | None, pd.Timestamp | None]:
        """Return the first and the last moment of the window, UTC; None where it is open."""
        return _instant(self.start, "start"), _instant(self.end, "end", end_of_day=True)

    def halves(self) -> tuple[GranuleQuery, GranuleQuery] | None:
        """Return the searches of the two halves of the window; None where it is open, or shorter than two days."""
        start, end = self.window()
        if start is None or end is None or end - start < 2 * SHORTEST_HALF:
            return None
        middle = start + (end - start) / 2
        return replace(self, end=middle), replace(self, start=middle)

    def parameters(self) -> list[tuple[str, str]]:
        """Return CMR's search parameters, as pairs since some come more than once."""
        pairs = [("short_name", self.short_name)]
        if self.version:
            pairs.append(("version", self.version))
        if self.provider:
            pairs.append(("provider", self.provider))
        start, end = self.window()
        if start is not None or end is not None:
            pairs.append(("temporal", f"{_iso(start)},{_iso(end)}"))
        name = "bounding_box[]" if len(self.boxes) > 1 else "bounding_box"
        pairs += [(name, ",".join(map(_decimal, box))) for box in self.boxes]
        if len(self.boxes) > 1:
            # Without this, CMR wants a granule to touch every one of them.
            pairs.append(("options[bounding_box][or]", "true"))
        if self.polygon is not None:
            pairs.append(("polygon", ",".join(_decimal(value) for point in self.polygon for value in point)))
        if self.name_patterns:
            pairs += [("readable_granule_name[]", pattern) for pattern in self.name_patterns]
            pairs.append(("options[readable_granule_name][pattern]", "true"))
        if self.updated_since is not None:
            since = read_moment(self.updated_since, "The moment since which granules were updated")
            pairs.append(("updated_since", _iso(since)))
        pairs.append(("page_size", str(self.page_size)))
        return pairs


def _instant(moment: Moment, name: str, end_of_day: bool = False) -> pd.Timestamp | None:
    instant = read_moment(moment, f"The {name} of the window")
    if instant is not None and end_of_day and is_whole_day(moment):
        return instant + timedelta(days=1, milliseconds=-1)
    return instant


def _iso(instant: pd.Timestamp | None) -> str:
    return "" if instant is None else instant.strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant.microsecond // 1000:03d}Z"


def _decimal(degrees: float) -> str:
    """Write an angle to 1e-6 degrees (0.1 m), without an exponent or needless zeros."""
    return f"{round(degrees, 6) + 0.0:.6f}".rstrip("0").rstrip(".")


def _checked_box(box: Sequence[float]) -> tuple[float, ...]:
    values = tuple(float(value) for value in box)
    good = (
        len(values) == 4
        and all(-180.0 <= lon <= 180.0 for lon in values[0::2])
        and -90.0 <= values[1] <= values[3] <= 90.0
    )
    if not good:
        raise InputError(
            f"The box {values} cannot be searched: give west, south, east, north in degrees, longitudes in -180..180, "
            "south below north (west may be greater than east, over the antimeridian)."
        )
    return values


def _checked_ring(polygon: Sequence[Sequence[float]]) -> tuple[tuple[float, float], ...]:
    ring = tuple((float(lon), float(lat)) for lon, lat in polygon)
    if not all(-180.0 <= lon <= 180.0 and -90.0 <= lat <= 90.0 for lon, lat in ring):
        raise InputError("The polygon to search has a point outside of -180..180 and -90..90 degrees: give (lon, lat).")
    if len(set(ring)) < 3:
        raise InputError("The polygon to search has fewer than three different points: give a ring of (lon, lat).")
    return ring if ring[0] == ring[-1] else (*ring, ring[0])
