"""What the tests of the local copies of season catalogs share: seasons to publish, and a look at the copies."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from io import BytesIO

import geopandas as gpd

import makers
from xopr_crossovers.core.catalogs import manifest as season_manifest
from xopr_crossovers.core.catalogs.synchronising import synchronise
from xopr_crossovers.core.web.retries import Patience

HASTE = Patience(connect_timeout=2, read_timeout=0.7, retries=1, backoff=0.01, longest_wait=0.05)
DC8 = "hemisphere=south/provider=cresis/collection=2016_Antarctica_DC8/stac.parquet"
P3 = "hemisphere=north/provider=cresis/collection=2017_Greenland_P3/stac.parquet"
FUTURE = "hemisphere=south/provider=utig/collection=2031_Antarctica_Drone/stac.parquet"
SOUTH = ((-100, -75), (-101, -75.2)), ((-102, -75), (-103, -75.2))
NORTH = ((-40, 70), (-41, 70.2))


def publish(folder, path, *lines, date="20161014"):
    """Publish a season, or publish it anew."""
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(catalog_of(name_of(path), lines, date))


@lru_cache
def catalog_of(name, lines, date):
    stream = BytesIO()
    makers.frames(*lines, collection=name, date=date).to_parquet(stream)
    return stream.getvalue()


def name_of(path):
    return path.split("collection=")[1].partition("/")[0]


def sync(*filters, log=None, patience=HASTE):
    return synchronise(*filters, patience=patience, progress=log)


def states(result):
    return dict(zip(result.table["season"], result.table["state"]))


def asked_for(server):
    return [request.path for request in server.requests]


def copies():
    root = season_manifest.copies_dir()
    return {file.relative_to(root).as_posix(): file for file in root.rglob("*.parquet")}


def content(file):
    return gpd.read_parquet(file)["id"].tolist()


def assert_whole(server):
    """All copies are, byte for byte, what is published, the manifest agrees, and nothing else lies about."""
    found = copies()
    published = {file.relative_to(server.files).as_posix(): file for file in server.files.rglob("*.parquet")}
    assert found.keys() == published.keys()
    assert all(file.read_bytes() == published[path].read_bytes() for path, file in found.items())
    others = {file.name for file in season_manifest.copies_dir().rglob("*") if file.is_file()} - {"stac.parquet"}
    assert others <= {"manifest.json", "manifest.lock"}


def change_manifest(path, **values):
    file = season_manifest.manifest_path()
    table = json.loads(file.read_text())
    table["seasons"][path].update(values)
    file.write_text(json.dumps(table))


def make_old(path=DC8, days=10):
    moment = datetime.now(timezone.utc) - timedelta(days=days)
    change_manifest(path, checked_at=moment.isoformat())
