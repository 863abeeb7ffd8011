"""Made-up crossovers of a surface that is known exactly: granules of several cycles, a flight across, layer files.

The truth is found with pyproj and shapely alone: where the segments' line and the flown line meet, both as written into
the files, in an equal-area projection about the place.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

import radar_maker
from altimetry_maker import Granule, _lengths, region_arc

GEOD = pyproj.Geod(ellps="WGS84")
GPS_AHEAD_S = 18.0


@dataclass
class Site:
    """A frame that several cycles of a track cross.

    Attributes
    ----------
    rgt, region : int
    start_m : float
        Where the granules begin, along the region.
    trend_m_a : float
        How fast the surface rises.
    radar_off_m : float
        How much deeper the radar sees it.
    flown : str
        Day of the flight, when the surface is that of ``height``.
    across_deg : float
        Of the flight, clockwise from the satellite's way.
    """

    rgt: int = 320
    region: int = 11
    start_m: float = 400_000.0
    trend_m_a: float = -1.25
    radar_off_m: float = 2.5
    flown: str = "2020-11-03T12:00:00"
    across_deg: float = 60.0
    cycles: tuple[int, ...] = (19, 20, 21, 22)
    beams: tuple[str, ...] = ("gt1l", "gt1r", "gt2l", "gt2r", "gt3l", "gt3r")
    more: dict = field(default_factory=dict)
    collection: str = "2020_Antarctica_Made"

    @cached_property
    def granules(self):
        return [
            Granule(
                rgt=self.rgt,
                cycle=cycle,
                region=self.region,
                start_m=self.start_m,
                length_m=20_000.0,
                beams=self.beams,
                **{"left_m": 4.0 * (cycle % 3), "orientation": cycle % 2, **self.more},
            )
            for cycle in self.cycles
        ]

    @cached_property
    def middle(self):
        """Longitude, latitude and azimuth of the track in the middle of the granules."""
        granule = self.granules[0]
        degrees_in = granule_begin(granule) + 10_000.0
        lon, lat = granule.places("gt2l", np.array([degrees_in, degrees_in + 100.0]))
        return lon[0], lat[0], GEOD.inv(lon[0], lat[0], lon[1], lat[1])[0]

    @cached_property
    def flight(self):
        lon, lat, azimuth = self.middle
        start_lon, start_lat, back = GEOD.fwd(lon, lat, azimuth + self.across_deg + 180.0, 12_000.0)
        gps = (np.datetime64(self.flown) - np.datetime64("1970-01-01")) / np.timedelta64(1, "s") + GPS_AHEAD_S
        made = radar_maker.Flight.straight((start_lon, start_lat), back, 24_000.0, gps_time=gps)
        # As aircraft fly: some metres to and fro about the straight line.
        side = 8.0 * np.sin(made.distance / 900.0)
        lon, lat, _ = GEOD.fwd(made.lon, made.lat, np.full(len(side), back + 270.0), side)
        return radar_maker.Flight(np.asarray(lon), np.asarray(lat), made.elevation + 2_000.0, made.gps_time)

    @property
    def frame_id(self):
        return f"Data_{self.flown[:10].replace('-', '')}_01_001"

    @cached_property
    def to_plane(self):
        lon, lat, _ = self.middle
        return pyproj.Transformer.from_crs("EPSG:4326", f"+proj=laea +lon_0={lon} +lat_0={lat}", always_xy=True)

    def height(self, lon, lat):
        """The surface on the day of the flight: inclined, with hills of kilometres."""
        x, y = self.to_plane.transform(np.asarray(lon), np.asarray(lat))
        return 1500.0 + 0.004 * x - 0.002 * y + 6.0 * np.sin(x / 2500.0) * np.cos(y / 3100.0)

    def years(self, granule):
        start = np.datetime64(pd.to_datetime(granule.name[6:20], format="%Y%m%d%H%M%S"))
        return (start - np.datetime64(self.flown)) / np.timedelta64(1, "s") / 86_400.0 / 365.25

    def write(self, folder: Path):
        """Write the granules and the layer file, in folders of their own."""
        (folder / "granules").mkdir(parents=True)
        for granule in self.granules:
            rise = self.trend_m_a * self.years(granule)
            granule.write(folder / "granules", lambda lon, lat, rise=rise: self.height(lon, lat) + rise)
        layers = radar_maker.Layers.of(
            self.flight,
            lambda lon, lat: self.height(lon, lat) - self.radar_off_m,
            lambda lon, lat: self.height(lon, lat) - 900.0,
        )
        radar_maker.write_layer_file(folder / "radar" / f"{self.frame_id}.mat", self.flight, layers)
        return folder

    def truth(self, granule, beam):
        """Where a beam crosses the flown line: longitude and latitude."""
        columns = granule.truth[beam].columns
        paths = [(columns["longitude"], columns["latitude"]), (self.flight.lon, self.flight.lat)]
        lines = [shapely.linestrings(np.column_stack(self.to_plane.transform(*path))) for path in paths]
        point = shapely.intersection(*lines)
        return self.to_plane.transform(point.x, point.y, direction="INVERSE")

    def crossovers(self, off_m=25.0, crs="EPSG:3031"):
        """The crossovers as planned: each `off_m` from where it is, in some direction."""
        rows, points = [], []
        for granule in self.granules:
            for number, beam in enumerate(self.beams):
                lon, lat, _ = GEOD.fwd(*self.truth(granule, beam), 77.0 * number, off_m)
                points.append(shapely.Point(lon, lat))
                rows.append(
                    {
                        "collection": self.collection,
                        "frame_id": self.frame_id,
                        "flight_date": pd.Timestamp(self.flown[:10]).date(),
                        "granule_id": granule.name,
                        "rgt": self.rgt,
                        "cycle": granule.cycle,
                        "region": self.region,
                        "beam": beam,
                        "angle_deg": min(self.across_deg, 180 - self.across_deg),
                        "distance_m": 12_000.0,
                        "days_between": round(self.years(granule) * 365.25),
                        "https_url": f"https://data.example.org/{granule.name}",
                        "uncertainty_m": 20.0,
                    }
                )
        return gpd.GeoDataFrame(pd.DataFrame(rows), geometry=points, crs="EPSG:4326").to_crs(crs)

    def frames(self):
        """The frame, its line simplified to its ends and the middle."""
        some = [0, len(self.flight.lon) // 2, -1]
        line = shapely.linestrings(np.column_stack([self.flight.lon[some], self.flight.lat[some]]))
        row = {"id": self.frame_id, "collection": self.collection, "opr:date": self.flown[:10].replace("-", "")}
        return gpd.GeoDataFrame([row], geometry=[line], crs="EPSG:4326")


def granule_begin(granule):
    """Metres along the track where a granule begins."""
    return float(np.interp(region_arc(granule.region)[0], *_lengths(granule.rgt))) + granule.start_m


#: Both poles, one of them by the antimeridian.
SITES = {
    "south": Site(),
    "north": Site(rgt=412, region=3, start_m=900_000.0, trend_m_a=0.8, collection="2020_Greenland_Made"),
    "antimeridian": Site(rgt=61, region=10, start_m=2_466_000.0, trend_m_a=0.4, cycles=(20, 22)),
}
