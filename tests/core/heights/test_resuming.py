"""Runs that are killed or fail on the way: the next one ends as if nothing had been, and asks for the rest alone.

The suite has a few of each; ``XOPR_DISTURBANCES=50 XOPR_GRANULES=100`` has as many as one likes.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from pandas.testing import assert_frame_equal

import heights_run
from heights_maker import Site
from standin import Earthdata
from standin.faults import Fault
from xopr_crossovers.core.common import LoginError, heights_dir
from xopr_crossovers.core.geometry import Polylines
from xopr_crossovers.core.heights import GranuleAsked, heights_of_granules
from xopr_crossovers.core.remote import Access
from xopr_crossovers.core.web import Patience

N_DISTURBANCES = int(os.environ.get("XOPR_DISTURBANCES", "1"))
N_GRANULES = int(os.environ.get("XOPR_GRANULES", "8"))


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The archive with the granules of many cycles of a track, and the folder of the run."""
    folder = tmp_path_factory.mktemp("resuming")
    cycles = tuple(range(1, 1 + N_GRANULES))
    site = Site(cycles=cycles, beams=("gt2l", "gt2r"), more={"orientation": 0})
    with Earthdata(folder / "files" / "granules") as nasa:
        yield nasa, heights_run.write_site(site, folder, nasa.link)


@pytest.fixture
def login(served, monkeypatch):
    nasa, _ = served
    monkeypatch.setenv("EARTHDATA_TOKEN", nasa.token)
    monkeypatch.setenv("XOPR_LOGIN_URL", nasa.urls["login"])
    nasa.requests.clear()
    yield nasa
    nasa.faults.clear()


@pytest.fixture
def undisturbed(served, login, tmp_path, monkeypatch):
    """What a run ends with that nobody disturbs; the next one finds nothing of it."""
    with monkeypatch.context() as patch:
        patch.setenv("XOPR_CACHE_DIR", str(tmp_path / "undisturbed"))
        table = heights_run.run(served[1])
    assert table["h_li"].notna().all()
    login.requests.clear()
    return table


def kept():
    """The granules of which both beams are kept."""
    return {path.name for path in heights_dir().glob("*") if len(list(path.glob("gt*.npz"))) == 2}


def asked(nasa):
    """The granules that the archive was asked for."""
    return {Path(request.path).stem for request in nasa.requests if request.path.endswith(".h5")}


def test_a_run_that_was_killed_goes_on_where_it_was(served, login, undisturbed):
    nasa, files = served
    generator = np.random.default_rng(7)
    command = [sys.executable, "-m", "heights_run", str(files)]
    tests = Path(heights_run.__file__).parent
    for _ in range(N_DISTURBANCES):
        before, had = len(nasa.requests), kept()
        process = subprocess.Popen(command, cwd=tests, stderr=subprocess.PIPE)
        wanted = len(had) + generator.integers(1, 3)
        while len(kept()) < wanted and process.poll() is None:
            time.sleep(0.002)
        time.sleep(generator.uniform(0.0, 0.02))
        process.kill()
        _, errors = process.communicate()
        assert b"Traceback" not in errors
        assert not had & {Path(one.path).stem for one in nasa.requests[before:]}
    there = kept()
    assert len(there) > 0
    nasa.requests.clear()
    assert_frame_equal(heights_run.run(files), undisturbed)
    assert not there & asked(nasa)
    nasa.requests.clear()
    assert_frame_equal(heights_run.run(files), undisturbed)
    assert nasa.requests == []


def test_after_faults_of_the_network_only_what_is_missing_is_asked_for(served, login, undisturbed):
    nasa, files = served
    generator = np.random.default_rng(8)
    for number in range(N_DISTURBANCES):
        there = kept()
        nasa.requests.clear()
        kind = {"kind": "reset"} if number % 2 else {"kind": "status", "status": 503}
        nasa.faults[:] = [Fault(**kind, skip=int(generator.integers(2, 20)), times=3, path="/")]
        table = heights_run.run(files, Patience(retries=1, backoff=0.01))
        nasa.faults.clear()
        failed = table["reason"] == "could not be fetched"
        assert (table["h_li"].isna() == failed).all()
        assert not there & asked(nasa)
    there = kept()
    nasa.requests.clear()
    assert_frame_equal(heights_run.run(files), undisturbed)
    assert not there & asked(nasa)
    assert asked(nasa) == {name[:-3] for name in undisturbed["granule_id"]} - there


def test_an_archive_that_takes_no_login_ends_the_run_at_once(served, login, monkeypatch):
    nasa, files = served
    monkeypatch.setenv("EARTHDATA_TOKEN", nasa.expired_token)
    with pytest.raises(LoginError, match="does not accept the token"):
        heights_run.run(files)
    assert len(nasa.requests) <= 8


def test_an_archive_that_does_not_answer_is_not_asked_for_ever(login):
    login.faults[:] = [Fault("status", status=503, path="/")]
    window = {"gt2l": Polylines(np.array([0.0]), np.array([-80.0]), np.array([0, 1]))}
    asked = [GranuleAsked(f"granule {n}", login.link(f"{n}.h5"), window, 100.0) for n in range(40)]
    access = Access(patience=Patience(retries=0, backoff=0.01))
    reasons = heights_of_granules(asked, lambda _, found: found.reason, access=access)
    n_asked = reasons.count("could not be fetched")
    # Four are under way at once.
    assert 8 <= n_asked <= 11
    assert reasons.count("not asked for, as the archive does not answer") == 40 - n_asked
    assert len(login.requests) <= 11
