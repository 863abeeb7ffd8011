"""What was read is kept: a second run asks nobody, and nothing of a login is on the disk."""

from __future__ import annotations

import numpy as np
import pytest

from altimetry_maker import Granule
from standin import Earthdata
from xopr_crossovers.core.altimetry import heights_near
from xopr_crossovers.core.altimetry.keeping import kept_place
from xopr_crossovers.core.catalogs import cache_files
from xopr_crossovers.core.common import Progress, cache_dir
from xopr_crossovers.core.geometry import Polylines
from xopr_crossovers.core.remote import Access, Login


class Warnings(Progress):
    def __init__(self):
        self.texts = []

    def warn(self, text):
        self.texts.append(text)


@pytest.fixture(scope="module")
def nasa(tmp_path_factory, surface):
    folder = tmp_path_factory.mktemp("archive")
    granule = Granule(length_m=10_000.0, beams=("gt1l", "gt2r"), poor=0.2, clouds=0.1, gaps=0.05)
    granule.write(folder, surface)
    with Earthdata(folder) as hosts:
        hosts.granule = granule
        yield hosts


@pytest.fixture
def ask(nasa, monkeypatch):
    monkeypatch.setenv("XOPR_LOGIN_URL", nasa.urls["login"])
    columns = nasa.granule.truth["gt2r"].columns
    lines = Polylines(columns["longitude"][[0, -1]], columns["latitude"][[0, -1]], np.array([0, 2]))

    def ask(distance=4_000.0, beams=("gt1l", "gt2r", "gt3r"), progress=None, **more):
        nasa.requests.clear()
        access = Access(login=Login(token=nasa.token, source="a test"))
        link = nasa.link(nasa.granule.name)
        found = heights_near(link, dict.fromkeys(beams, lines), distance, access=access, progress=progress, **more)
        return found, len(nasa.requests)

    return ask


def same(one, other):
    return all(
        np.array_equal(getattr(one, name), getattr(other, name), equal_nan=name not in ("time",)) for name in vars(one)
    )


def test_the_same_question_is_answered_from_the_disk_of_any_quality_and_also_that_there_is_nothing(ask):
    first, asked = ask()
    again, asked_again = ask()
    every, asked_for_all = ask(quality="all")
    assert asked > 0
    assert asked_again == asked_for_all == 0
    for beam, reading in first.items():
        assert same(reading.segments, again[beam].segments)
        assert vars(reading).keys() == vars(again[beam]).keys()
        for fact in ("strong", "n_near", "n_cloudy", "n_poor", "problem", "missing"):
            assert getattr(reading, fact) == getattr(again[beam], fact)
    assert "has no beam gt3r" in again["gt3r"].problem
    assert len(every["gt2r"].segments) > len(again["gt2r"].segments)


@pytest.mark.parametrize("other", [{"distance": 5_000.0}, {"beams": ("gt1l", "gt1r")}, {"columns": ("h_li_sigma",)}])
def test_another_question_is_asked(ask, other):
    ask()
    assert ask(**other)[1] > 0


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 not a zip", None])
def test_what_is_damaged_is_told_and_read_anew(ask, damage):
    first, _ = ask()
    for path in cache_dir().rglob("*.npz"):
        path.write_bytes(path.read_bytes()[:-200] if damage is None else damage)
    log = Warnings()
    again, asked = ask(progress=log)
    assert asked > 0
    assert len(log.texts) == 3
    assert "are damaged" in log.texts[0]
    assert same(first["gt2r"].segments, again["gt2r"].segments)
    assert ask()[1] == 0


def test_nothing_of_a_login_or_a_signed_link_is_kept(ask, nasa):
    ask()
    kept = [path for path in cache_dir().rglob("*") if path.is_file()]
    assert len(kept) == 3
    secrets = [nasa.token, nasa.session, "X-Amz-Signature", nasa.user]
    for path in kept:
        with np.load(path) as arrays:
            content = " ".join(str(arrays[name]) for name in arrays.files) + str(path)
        assert not [secret for secret in secrets if secret in content or secret.encode() in path.read_bytes()]


def test_a_disk_that_takes_nothing_is_told_and_the_heights_come_all_the_same(ask):
    (cache_dir()).mkdir(exist_ok=True)
    (cache_dir() / "heights").write_text("a file in the way")
    log = Warnings()
    found, _ = ask(progress=log)
    assert len(found["gt2r"].segments) > 100
    # Once for all beams, and a file in the way is no damaged copy.
    assert len(log.texts) == 1
    assert "cannot be kept" in log.texts[0]
    assert [path.name for path in cache_dir().iterdir()] == ["heights"]


def test_a_local_file_is_read_each_time(tmp_path, surface, nasa):
    granule = Granule(length_m=3_000.0, beams=("gt2r",))
    path = granule.write(tmp_path, surface)
    columns = granule.truth["gt2r"].columns
    lines = Polylines(columns["longitude"][[0, -1]], columns["latitude"][[0, -1]], np.array([0, 2]))
    first = heights_near(path, {"gt2r": lines}, 100.0)["gt2r"].segments
    granule.write(tmp_path, lambda lon, lat: surface(lon, lat) + 1.0)
    again = heights_near(path, {"gt2r": lines}, 100.0)["gt2r"].segments
    assert np.allclose(again.h_li - first.h_li, 1.0, atol=1e-3)


def test_the_settings_find_and_clear_what_was_kept_and_nothing_else(ask):
    ask()
    mine = cache_dir() / "heights" / "mine.npz"
    mine.write_text("mine")
    kept = cache_files.find(cache_files.HEIGHTS)
    assert len(kept.files) == 3
    assert cache_files.remove(cache_files.HEIGHTS).n_files == 3
    assert [path for path in cache_dir().rglob("*") if path.is_file()] == [mine]


def test_of_an_address_with_a_signature_the_name_of_what_is_kept_holds_nothing(tmp_path):
    lines = Polylines(np.zeros(1), np.zeros(1), np.array([0, 1]))
    places = {
        kept_place(f"https://me:geheim@a.example/x.h5{query}", "x.h5", "gt1l", lines, 1.0, ("h_li",))
        for query in ("", "?X-Amz-Signature=1", "?X-Amz-Signature=2")
    }
    assert len(places) == 1
