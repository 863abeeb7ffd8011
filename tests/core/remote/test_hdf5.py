"""HDF5 files by pyfive: what h5py wrote comes back, also behind a userblock; damage is one sentence."""

from __future__ import annotations

import warnings

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from depth import drawn
from xopr_crossovers.core.common import InputError
from xopr_crossovers.core.remote import Rows, open_hdf5

SETTINGS = [{}, {"libver": "v108"}, {"fs_strategy": "page"}, {"userblock_size": 512}]
KINDS = ["f4", "f8", "i1", "u1", "i4", "i8", ">f4"]


@pytest.mark.parametrize("how", SETTINGS, ids=str)
def test_what_h5py_wrote_comes_back_whole_and_in_rows(tmp_path, how):
    path = tmp_path / "x.h5"
    written = {kind: (np.arange(1_234) * 3 % 111).astype(kind) for kind in KINDS}
    with h5py.File(path, "w", **how) as file:
        for number, (kind, values) in enumerate(written.items()):
            file.create_dataset(f"a/b/{kind}", data=values, chunks=(100,), compression="gzip", shuffle=bool(number % 2))
            file[f"plain/{kind}"] = values
        file["a"].attrs["kind"] = np.bytes_("strong")
        file["a"].attrs["number"] = 7
    with open_hdf5(path) as found:
        assert sorted(found.names("a/b")) == sorted(KINDS)
        for kind, values in written.items():
            for where in (f"a/b/{kind}", f"plain/{kind}"):
                assert np.array_equal(found.read(where), values)
                assert np.array_equal(found.read(where, Rows(95, 307)), values[95:307])
                assert found.shape(where) == (1_234,)
        assert (found.chunk_rows("a/b/f4"), found.chunk_rows("plain/f4")) == (100, 1_234)
        assert found.attribute("a", "kind") == "strong"
        assert found.attribute("a", "number") == 7
        assert found.attribute("a", "none") is None
        assert not found.has_dataset("a/b")
        assert not found.has_dataset("a/b/f4/x")
        assert found.names("nowhere") == ()
        with pytest.raises(InputError, match="has no field a/b/f9"):
            found.read("a/b/f9")


def test_of_newer_files_many_attributes_do_no_harm(tmp_path):
    path = tmp_path / "x.h5"
    with h5py.File(path, "w", libver=("v108", "v108")) as file:
        data = file.create_dataset("a", data=np.arange(50.0), chunks=(10,))
        for number in range(40):
            data.attrs[f"attribute_{number}"] = "x" * 300
    with open_hdf5(path) as found:
        assert np.array_equal(found.read("a"), np.arange(50.0))


def test_damage_of_which_the_reader_says_nothing_is_a_whole_sentence(tmp_path):
    path = tmp_path / "x.h5"
    with h5py.File(path, "w") as file:
        file["a/b"] = np.arange(50.0)
    content = bytearray(path.read_bytes())
    tree = content.index(b"TREE")
    content[tree : tree + 4] = bytes(4)
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"x\.h5 cannot be read as HDF5 \(AssertionError\); it may be damaged: fetch"):
        open_hdf5(path).names()


@given(where=st.integers(0, 6_000), length=st.integers(1, 64), filler=st.integers(0, 255))
@drawn(60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_file_is_read_or_told_in_one_sentence_and_never_crashes(tmp_path, where, length, filler):
    whole = tmp_path / "whole.h5"
    if not whole.exists():
        with h5py.File(whole, "w") as file:
            file.create_dataset("a/b", data=np.arange(2_000.0), chunks=(500,), compression="gzip")
    content = bytearray(whole.read_bytes())
    content[where : where + length] = bytes([filler]) * len(content[where : where + length])
    (tmp_path / "damaged.h5").write_bytes(content)
    told = ""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with open_hdf5(tmp_path / "damaged.h5") as found:
                found.read("a/b")
        except InputError as error:
            told = str(error)
    assert "\n" not in told
    assert not told or told.endswith(".")


@pytest.mark.parametrize(
    "name",
    [
        "2012_Antarctica_DC8_CSARP_layer_20121023_04_Data_20121023_04_037.mat",
        "2014_Antarctica_DC8_CSARP_layer_20141121_06_Data_20141121_06_014.mat",
    ],
)
def test_real_matlab_files_come_as_h5py_reads_them(real_data, name):
    path = real_data / "readalong" / name
    with h5py.File(path) as witness, open_hdf5(path) as found:
        names = [one for one in witness if isinstance(witness[one], h5py.Dataset) and witness[one].dtype.kind in "fu"]
        assert "twtt" in names
        for one in names:
            assert np.array_equal(found.read(one), witness[one][()], equal_nan=True)


@pytest.mark.parametrize("size", [0xE2000000, 0xFFFFFFFF, 0x80000000])
def test_a_text_of_more_bytes_than_numpy_counts_is_one_sentence_and_does_not_end_the_process(tmp_path, size):
    path = tmp_path / "x.h5"
    with h5py.File(path, "w") as file:
        file["a"] = np.arange(3.0)
        file["a"].attrs["kind"] = np.bytes_("a text of a length of its own")
    content = path.read_bytes()
    # A datatype message of class 3, text padded with zeros: 29 bytes long.
    known = b"\x13\x01\x00\x00" + (29).to_bytes(4, "little")
    assert content.count(known) == 1
    path.write_bytes(content.replace(known, known[:4] + size.to_bytes(4, "little")))
    with open_hdf5(path) as found, pytest.raises(InputError, match=f"values of {size:,} bytes each, at a"):
        found.attribute("a", "kind")
