"""A small client for the stand-in's own tests, and the geometry of what it reads."""

from __future__ import annotations

import numpy as np
import requests

ATL06 = {"provider": "NSIDC_CPRD", "short_name": "ATL06", "version": "007"}
ANTARCTICA = "-180,-90,180,-50"


def ask(cmr, headers=None, **parameters):
    """One request for ATL06 granules."""
    return requests.get(cmr.search_url, params={**ATL06, **parameters}, headers=headers, timeout=60)


def names(cmr, **parameters):
    """File names of all granules that match, where one page is enough."""
    answer = ask(cmr, page_size=2000, **parameters)
    found = [record["umm"]["GranuleUR"] for record in answer.json()["items"]]
    assert len(found) == int(answer.headers["CMR-Hits"])
    return found


def pages(cmr, **parameters):
    """Records of all granules that match."""
    records, headers = [], {}
    while True:
        answer = ask(cmr, headers, page_size=2000, **parameters)
        items = answer.json()["items"]
        records += items
        if not items:
            assert "CMR-Search-After" not in answer.headers
            return records
        headers = {"CMR-Search-After": answer.headers["CMR-Search-After"]}


def ring_of(record):
    """The record's closed ring: (n, 2) longitude and latitude."""
    geometry = record["umm"]["SpatialExtent"]["HorizontalSpatialDomain"]["Geometry"]
    (polygon,) = geometry["GPolygons"]
    return np.array([(point["Longitude"], point["Latitude"]) for point in polygon["Boundary"]["Points"]])


def unit(points):
    """(n, 2) longitude and latitude to (n, 3) unit vectors."""
    longitude, latitude = np.radians(np.asarray(points, dtype=float)).T
    return np.stack(
        [np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)], axis=-1
    )


def edges(ring):
    """The two sides of a strip, from the pairing of the vertices."""
    vectors = unit(ring[:-1])
    half = len(vectors) // 2
    return vectors[1 : half + 1], np.vstack([vectors[:1], vectors[:half:-1]])
