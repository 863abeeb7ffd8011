"""The granules that the stand-in knows, as columns: one row per product, version, cycle, region and RGT."""

from __future__ import annotations

import bisect
import re
from functools import cached_property, lru_cache

import numpy as np

from xopr_crossovers.core.icesat2 import calendar, orbit

from . import areas, strips

PROVIDER = "NSIDC_CPRD"
CONCEPTS = {
    ("ATL06", "007"): "C3564876127-NSIDC_CPRD",
    ("ATL06", "006"): "C2670138092-NSIDC_CPRD",
}
TITLES = {
    "ATL03": "L2A Global Geolocated Photon Data",
    "ATL06": "L3A Land Ice Height",
    "ATL08": "L3A Land and Vegetation Height",
}
_DAYS_TO_PUBLICATION = 45


class Granules:
    """Columns of all granules, in order of their start; all arrays have one element per granule.

    Parameters
    ----------
    cycles, regions : sequence of int
        What there is; all 1,387 RGTs of each.
    products, versions : sequence of str
        Short names and versions of the collections; each product comes in each version.
    """

    def __init__(self, cycles, regions, products, versions):
        self.regions = tuple(regions)
        self.collections = [(product, version) for product in products for version in versions]
        shape = (len(self.collections), len(cycles), len(self.regions), len(strips.TRACKS))
        columns = np.meshgrid(
            np.arange(shape[0]), np.asarray(cycles), np.arange(shape[2]), strips.TRACKS, indexing="ij"
        )
        collection, cycle, self._region_row, rgt = (column.ravel() for column in columns)
        u0, u1 = orbit.region_arc(np.asarray(self.regions)[self._region_row])
        start, end = calendar.rgt_time(rgt, cycle, u0), calendar.rgt_time(rgt, cycle, u1)
        order = np.argsort(start, kind="stable")
        self.collection, self.cycle, self.rgt = collection[order], cycle[order], rgt[order]
        self._region_row = self._region_row[order]
        self.region = np.asarray(self.regions)[self._region_row]
        self.start, self.end = start[order], end[order]
        self.revised = self.end + np.timedelta64(_DAYS_TO_PUBLICATION, "D")

    def __len__(self):
        return len(self.start)

    @cached_property
    def names(self):
        """File names, as a list of str."""
        times = np.datetime_as_string(self.start, unit="s")
        rows = zip(
            times.tolist(), self.collection.tolist(), self.rgt.tolist(), self.cycle.tolist(), self.region.tolist()
        )
        return [
            _name(*self.collections[collection], time, rgt, cycle, region)
            for time, collection, rgt, cycle, region in rows
        ]

    @cached_property
    def texts(self):
        """Times as the records carry them: arrays of str by ``start``, ``end``, ``crossing`` and ``revised``."""
        crossing = calendar.rgt_time(self.rgt, self.cycle)
        columns = {"start": self.start, "end": self.end, "crossing": crossing, "revised": self.revised}
        return {name: np.datetime_as_string(column, unit="ms", timezone="UTC") for name, column in columns.items()}

    @cached_property
    def crossing_longitude(self):
        """Longitude of the ascending crossing of the equator, as an array of degrees."""
        return np.round(orbit.ground_track(self.rgt, 0.0)[0], 6)

    @lru_cache(maxsize=256)  # noqa: B019 - one store lives as long as its server
    def touching(self, area):
        """Which granules touch an area, a :class:`areas.Box` or :class:`areas.Polygon`."""
        by_strip = np.array([areas.touching(area, region) for region in self.regions])
        return by_strip[self._region_row, self.rgt - 1]

    @lru_cache(maxsize=256)  # noqa: B019
    def named(self, name, pattern):
        """Which granules have a name; ``?`` and ``*`` stand for any character and characters where asked."""
        expression = re.escape(name)
        if pattern:
            expression = expression.replace(r"\?", ".").replace(r"\*", ".*")
        matches = re.compile(expression, re.IGNORECASE).fullmatch
        begins = (re.split(r"[?*]", name, maxsplit=1)[0] if pattern else name).lower()
        rows, known = self._alphabet
        found = np.zeros(len(self), dtype=bool)
        for place in range(bisect.bisect_left(known, begins), len(known)):
            if not known[place].startswith(begins):
                break
            found[rows[place]] = matches(known[place]) is not None
        return found

    @cached_property
    def _alphabet(self):
        """Rows in the order of their names, and those names in small letters."""
        small = [name.lower() for name in self.names]
        rows = sorted(range(len(small)), key=small.__getitem__)
        return rows, [small[row] for row in rows]


def _name(product, version, time, rgt, cycle, region):
    stamp = time.replace("-", "").replace("T", "").replace(":", "")
    return f"{product}_{stamp}_{rgt:04d}{cycle:02d}{region:02d}_{version}_01.h5"


def concept(product, version):
    """Concept id of a collection: the real one where it is known, else a made-up one."""
    made_up = f"C9{int.from_bytes(f'{product}{version}'.encode(), 'big') % 10**9:09d}-{PROVIDER}"
    return CONCEPTS.get((product, version), made_up)


def entry_title(product, version):
    """Title of a collection."""
    return f"ATLAS/ICESat-2 {TITLES.get(product, product)} V{version}"
