"""What the tests of predicted passes share: places, and their passes in one table."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pyproj

from xopr_crossovers.core.crossings.pass_plan import PassPlan
from xopr_crossovers.core.crossings.predicted_passes import predict_passes

GEOD = pyproj.Geod(ellps="WGS84")
CYCLE_22 = {"start_date": "2023-12-18", "end_date": "2024-03-18"}


def places(*shapes, crs=4326, **columns):
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=crs)


def passes(table, log=None, **plan):
    found = predict_passes(table, PassPlan(**{**CYCLE_22, **plan}), log)
    return pd.concat(list(found.passes()), ignore_index=True)


def about(lon, lat, *offsets):
    """Places by azimuth and metres from a middle."""
    return [GEOD.fwd(lon, lat, azimuth, metres)[:2] for azimuth, metres in offsets]
