"""Many granules at once: what each has, and why some have nothing."""

import numpy as np
import pytest

from altimetry_maker import Granule
from xopr_crossovers.core.common import CancelledError, Progress
from xopr_crossovers.core.geometry import Polylines
from xopr_crossovers.core.heights import GranuleAsked, GranulePlaces, heights_of_granules


class Told(Progress):
    def __init__(self, stop=False):
        self.lines, self.warnings, self.done, self.stop = [], [], [], stop

    def info(self, text):
        self.lines.append(text)

    def warn(self, text):
        self.warnings.append(text)

    def fraction(self, done):
        self.done.append(done)

    def is_cancelled(self):
        return self.stop


def whole(_, found):
    return found


def plane(lon, lat):
    return 1000.0 + 3.0 * (np.asarray(lat) + 80.0)


def point_on(granule, beam, metres_in):
    truth = granule.truth[beam].columns
    row = np.searchsorted(truth["ground_track/x_atc"], truth["ground_track/x_atc"][0] + metres_in)
    return Polylines(truth["longitude"][[row]], truth["latitude"][[row]], np.array([0, 1]))


@pytest.fixture(scope="module")
def granules(tmp_path_factory):
    folder = tmp_path_factory.mktemp("granules")
    made = [Granule(cycle=cycle, length_m=4_000.0, beams=("gt1l", "gt3r")) for cycle in (20, 21, 22)]
    for granule in made:
        granule.write(folder, plane)
    (folder / made[2].name).write_bytes(b"no HDF5")
    return folder, made


def asked_of(folder, made):
    absent = Granule(cycle=23).name
    names = [granule.name for granule in made] + [absent]
    places = GranulePlaces(str(folder)).places_of(names, [""] * len(names))
    windows = [{"gt1l": point_on(granule, "gt1l", 2_000.0)} for granule in [*made, made[0]]]
    return [GranuleAsked(*one, 100.0) for one in zip(names, places, windows)]


def test_each_granule_has_its_heights_or_the_reason_why_not(granules):
    folder, made = granules
    told = Told()
    found = heights_of_granules(asked_of(folder, made), whole, progress=told)
    assert [one.reason for one in found] == ["", "", "could not be read", "not in GRANULE_FILES"]
    near = found[0].beams["gt1l"].segments
    assert len(near) == 9  # 20.01 m apart
    assert near.h_li == pytest.approx(plane(near.lon, near.lat), abs=1e-3)
    assert told.lines[-1] == "Read 2 of 4 granules."
    assert [made[2].name in told.warnings[0], "GRANULE_FILES has no file of" in told.warnings[1]] == [True, True]
    assert told.done[-1] == 1.0


def test_who_stops_the_reading_is_obeyed(granules):
    folder, made = granules
    with pytest.raises(CancelledError):
        heights_of_granules(asked_of(folder, made), whole, progress=Told(stop=True))
