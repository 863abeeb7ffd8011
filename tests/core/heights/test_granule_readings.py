"""Many granules at once: what each has, and why some have nothing."""

import numpy as np
import pytest

from altimetry_maker import Granule
from xopr_crossovers.core.common import CancelledError, Progress
from xopr_crossovers.core.geometry import Polylines
from xopr_crossovers.core.heights import GranuleAsked, GranulePlaces, granule_readings, heights_of_granules
from xopr_crossovers.core.heights.granule_readings import in_words


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


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.4, "0 s"), (89, "89 s"), (90, "2 min"), (5399, "90 min"), (5400, "1.5 h"), (90_000, "25.0 h")],
)
def test_durations_are_told_as_people_do(seconds, words):
    assert in_words(seconds) == words


def test_how_long_the_rest_takes_is_told_by_the_last_granules_and_not_too_often(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(granule_readings.time, "monotonic", lambda: now[0])
    told = Told()
    clock = granule_readings._Clock(200)
    for _ in range(100):  # kept ones, which take no time
        clock.add(0.0, told)
    assert told.lines == []
    for _ in range(20):
        now[0] += 2.0
        clock.add(8.0, told)
    # 8 s each, four at once: of the 80 that are left.
    assert told.lines[-1] == "120 of 200 granules; about 3 min for the rest."
    assert len(told.lines) == 4
