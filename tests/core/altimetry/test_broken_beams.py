"""A granule one of whose beams is broken: the others come as they are, and of that one it is said why it does not."""

from __future__ import annotations

import shutil

import h5py
import numpy as np
import pytest

from altimetry_maker import Granule
from standin import Earthdata
from xopr_crossovers.core.altimetry import heights_near
from xopr_crossovers.core.common import InputError
from xopr_crossovers.core.geometry import Polylines
from xopr_crossovers.core.remote import Access, Login

SEGMENTS = "gt1l/land_ice_segments"


@pytest.fixture(scope="module")
def sound(tmp_path_factory, surface):
    granule = Granule(length_m=10_000.0, beams=("gt1l", "gt2r"))
    granule.path = granule.write(tmp_path_factory.mktemp("sound"), surface)
    return granule


@pytest.fixture
def windows(sound):
    columns = sound.truth["gt2r"].columns
    ends = Polylines(columns["longitude"][[0, -1]], columns["latitude"][[0, -1]], np.array([0, 2]))
    return {"gt1l": ends, "gt2r": ends}


def damage_chunk(path, field):
    with h5py.File(path) as file:
        chunk = file[f"{SEGMENTS}/{field}"].id.get_chunk_info(0)
    with path.open("r+b") as stream:
        stream.seek(chunk.byte_offset)
        stream.write(b"\xff" * chunk.size)


def told_at(path, field):
    """Where the file tells the address of the first chunk: in its tree it is a number of 8 bytes."""
    with h5py.File(path) as file:
        address = file[f"{SEGMENTS}/{field}"].id.get_chunk_info(0).byte_offset
    content, told = path.read_bytes(), int(address).to_bytes(8, "little")
    assert content.count(told) == 1
    return content, content.index(told)


def behind_the_end(path, field):
    content, at = told_at(path, field)
    path.write_bytes(content[:at] + (1 << 40).to_bytes(8, "little") + content[at + 8 :])


def without_tree(path, field):
    content, at = told_at(path, field)
    tree = content.rindex(b"TREE", 0, at)
    path.write_bytes(content[:tree] + b"WOOD" + content[tree + 4 :])


def without(path, field):
    with h5py.File(path, "r+") as file:
        del file[f"{SEGMENTS}/{field}"]


def replaced(values):
    def change(path, field):
        without(path, field)
        with h5py.File(path, "r+") as file:
            file[f"{SEGMENTS}/{field}"] = values

    return change


BREAKS = {
    "a chunk of heights is damaged": (damage_chunk, "h_li"),
    "the chunk of numbers is damaged": (damage_chunk, "segment_id"),
    "a chunk of distances is damaged": (damage_chunk, "ground_track/x_atc"),
    "a chunk of heights is behind the file's end": (behind_the_end, "h_li"),
    "the tree of the chunks is damaged": (without_tree, "h_li"),
    "heights are missing": (without, "h_li"),
    "heights are fewer than segments": (replaced(np.zeros(3, "f4")), "h_li"),
    "heights are texts": (replaced(np.array([b"high"] * 500)), "h_li"),
    "heights are a table": (replaced(np.zeros((500, 2), "f4")), "h_li"),
    "heights are one number": (replaced(np.float32(5.0)), "h_li"),
    "numbers are one number": (replaced(np.int32(5)), "segment_id"),
    "numbers are texts": (replaced(np.array([b"one"] * 500)), "segment_id"),
}


@pytest.fixture(params=BREAKS)
def broken(request, sound, tmp_path):
    path = tmp_path / sound.name
    shutil.copy(sound.path, path)
    change, field = BREAKS[request.param]
    change(path, field)
    return path, field


def test_of_a_granule_with_a_broken_beam_the_other_comes_and_a_sentence_names_the_field(sound, windows, broken):
    path, field = broken
    found = heights_near(path, windows, 4_000.0)
    assert found["gt2r"].segments.h_li == pytest.approx(sound.truth["gt2r"].columns["h_li"])
    assert not found["gt2r"].is_broken
    assert found["gt1l"].is_broken
    assert found["gt1l"].near is None
    assert f"{SEGMENTS}/{field}" in found["gt1l"].problem
    assert "fetch it" in found["gt1l"].problem


def test_a_granule_of_which_only_the_broken_beam_is_asked_for_cannot_be_read(windows, broken):
    path, field = broken
    with pytest.raises(InputError, match=f"{SEGMENTS}/{field}"):
        heights_near(path, {"gt1l": windows["gt1l"], "gt3r": windows["gt1l"]}, 4_000.0)


@pytest.mark.parametrize("change", [damage_chunk, behind_the_end])
def test_a_far_broken_beam_is_not_kept_and_the_kept_others_come_again(sound, windows, tmp_path, monkeypatch, change):
    path = tmp_path / sound.name
    shutil.copy(sound.path, path)
    change(path, "h_li")
    with Earthdata(tmp_path) as nasa:
        monkeypatch.setenv("XOPR_LOGIN_URL", nasa.urls["login"])
        access = Access(login=Login(token=nasa.token, source="a test"))
        runs = [heights_near(nasa.link(sound.name), windows, 4_000.0, access=access) for _ in range(2)]
        for found in runs:
            assert (found["gt1l"].is_broken, found["gt2r"].is_broken) == (True, False)
            assert len(found["gt2r"].segments) == len(sound.truth["gt2r"].surface)
        shutil.copy(sound.path, path)  # the archive mends it
        mended = heights_near(nasa.link(sound.name), windows, 4_000.0, access=access)
    assert len(mended["gt1l"].segments) == len(sound.truth["gt1l"].surface)
