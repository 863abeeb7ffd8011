"""Real ATL06 files, where they are: the same numbers as h5py reads, and where NASA says that they are."""

from __future__ import annotations

import h5py
import numpy as np
import pytest

from xopr_crossovers.core.altimetry import heights_near, open_granule
from xopr_crossovers.core.altimetry.along_track import metres_along
from xopr_crossovers.core.altimetry.fields import FIELDS
from xopr_crossovers.core.geometry import Polylines

NAMES = [
    "ATL06_20181013235645_02340114_209_01.h5",
    "processed_ATL06_20190424092231_03990303_002_01.h5",
    "processed_ATL06_20190424220725_04070305_002_01.h5",
    "processed_ATL06_20190613065109_11610303_002_01.h5",
    "processed_ATL06_20190613193602_11690305_002_01.h5",
]


@pytest.mark.parametrize("name", NAMES)
def test_every_field_of_every_beam_is_what_h5py_reads(real_data, name):
    path = real_data / "readalong" / name
    with h5py.File(path) as witness:
        beams = [beam for beam in witness if beam.startswith("gt") and "land_ice_segments" in witness[beam]]
        every = {beam: witness[beam]["land_ice_segments"] for beam in beams}
        windows = {}
        for beam, group in every.items():
            lon, lat = group["longitude"][[0, -1]], group["latitude"][[0, -1]]
            windows[beam] = Polylines(lon, lat, np.array([0, 2]))
        found = heights_near(path, windows, 20_000.0, "all")
        assert list(found) == beams
        for beam, group in every.items():
            there = group["h_li"][:] < 1e30
            assert found[beam].n_near == len(there)
            for column, field in FIELDS.items():
                values, read = group[field.path][:][there], getattr(found[beam].segments, column)
                if column == "time":
                    read = (read - np.datetime64("2018-01-01", "ns")).astype(float) / 1e9
                    assert np.abs(read - values).max(initial=0.0) < 1e-6
                    continue
                fill = np.iinfo(values.dtype).max if values.dtype.kind == "i" else np.float32(3.4028235e38)
                measured = values != fill
                assert np.array_equal(read[measured], values[measured])
                assert np.isnan(read[~measured]).all()


@pytest.mark.parametrize("name", NAMES)
def test_metres_along_the_track_are_those_of_the_file(real_data, name):
    with open_granule(real_data / "readalong" / name) as granule:
        for beam in granule.beams:
            lon, lat, metres = (
                granule.file.read(f"{beam}/land_ice_segments/{field}")
                for field in ("longitude", "latitude", "ground_track/x_atc")
            )
            assert np.abs(metres_along(granule.rgt, lon, lat, metres[0]) - metres).max() < 15.0
