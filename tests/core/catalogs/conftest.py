"""What the tests of seasons share: a server, whose files each of them puts there."""

from __future__ import annotations

import pytest

from season_copies import DC8, FUTURE, NORTH, P3, SOUTH, publish
from standin import StandIn


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with StandIn(cycles=[22], regions=[11], files=tmp_path_factory.mktemp("none")) as server:
        yield server


@pytest.fixture
def server(running, tmp_path, monkeypatch):
    """A server with three seasons, and nothing at hand yet."""
    running.files = tmp_path / "published"
    running.faults.clear()
    running.requests.clear()
    running.bucket_page = 1000
    publish(running.files, DC8, *SOUTH)
    publish(running.files, P3, NORTH, date="20170401")
    publish(running.files, FUTURE, *SOUTH, date="20310105")
    monkeypatch.setenv("XOPR_CATALOG_URL", running.files_url)
    monkeypatch.setenv("XOPR_LISTING_URL", running.bucket_url)
    monkeypatch.setenv("XOPR_CACHE_DIR", str(tmp_path / "cache"))
    yield running
    running.faults.clear()
