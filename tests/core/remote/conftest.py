"""What the tests of files behind a login share: the stand-in of Earthdata, a granule there, and a user's logins."""

from __future__ import annotations

import numpy as np
import pytest

from altimetry_maker import Granule
from standin import Earthdata
from xopr_crossovers.core.geometry import Polylines


@pytest.fixture(autouse=True)
def nobodys_login(monkeypatch, tmp_path):
    """No login but what a test gives."""
    for name in ("EARTHDATA_TOKEN", "EARTHDATA_HOSTS", "NETRC", "XOPR_LOGIN_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()


@pytest.fixture(scope="session")
def archive(tmp_path_factory):
    """A folder with a granule that is too large to be fetched whole, and its makings."""
    folder = tmp_path_factory.mktemp("archive")
    granule = Granule(length_m=700_000.0, beams=("gt1l", "gt2r"), clouds=0.1, noise_m=0.05, whole=True)
    granule.write(folder, lambda lon, lat: 2000.0 + 100.0 * np.sin(np.radians(50 * lat)))
    return folder, granule


@pytest.fixture
def nasa(archive, monkeypatch):
    """The hosts, which nobody has asked yet."""
    with Earthdata(archive[0]) as hosts:
        monkeypatch.setenv("XOPR_LOGIN_URL", hosts.urls["login"])
        yield hosts


@pytest.fixture
def windows(archive):
    """A place near one of the granule's beams."""
    columns = archive[1].truth["gt2r"].columns
    place = [columns[name][20_000:20_001] for name in ("longitude", "latitude")]
    return {"gt2r": Polylines(*place, np.array([0, 1]))}
