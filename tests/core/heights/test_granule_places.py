"""Where granules are: the user's own files by name, or their address."""

from pathlib import Path

import pytest

from xopr_crossovers.core.common import InputError, Progress
from xopr_crossovers.core.heights import GranulePlaces, NoGranule

NAME = "ATL06_20240101120000_03202211_007_01.h5"
URL = f"https://data.example.org/{NAME}"


class Told(Progress):
    def __init__(self):
        self.lines, self.warnings = [], []

    def info(self, text):
        self.lines.append(text)

    def warn(self, text):
        self.warnings.append(text)


def touched(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def test_without_files_of_ones_own_a_granule_is_at_its_address():
    assert GranulePlaces().places_of([NAME], [URL]) == [URL]


def test_a_granule_without_an_address_says_so():
    (place,) = GranulePlaces().places_of([NAME], [""])
    assert isinstance(place, NoGranule)
    assert "search its granules first" in place.sentence


def test_the_users_own_file_is_found_below_a_folder_whatever_stands_round_its_name(tmp_path):
    touched(tmp_path, f"deep/processed_{NAME}")
    assert GranulePlaces(str(tmp_path)).places_of([Path(NAME).stem], [URL]) == [tmp_path / "deep" / f"processed_{NAME}"]


@pytest.mark.parametrize(
    ("there", "taken"),
    [
        (["007_02", "007_01", "006_03"], "007_01"),
        (["007_02", "007_03", "008_01"], "007_03"),
        (["005_02", "006_01"], "006_01"),
    ],
    ids=["that very one", "the newest of its release", "the newest of all"],
)
def test_of_several_revisions_one_is_read(tmp_path, there, taken):
    touched(tmp_path, *[NAME.replace("007_01", version) for version in there])
    told = Told()
    (place,) = GranulePlaces(str(tmp_path), told).places_of([NAME], [URL])
    assert place.name == NAME.replace("007_01", taken)
    assert bool(told.warnings) == (taken != "007_01")


def test_with_files_of_ones_own_a_granule_that_is_not_there_is_not_fetched(tmp_path):
    touched(tmp_path, NAME)
    other = NAME.replace("03202211", "03202311")
    (place,) = GranulePlaces(str(tmp_path)).places_of([other], [URL])
    assert (place.reason, other in place.sentence) == ("not in GRANULE_FILES", True)


def test_files_that_are_no_atl06_granules_are_counted(tmp_path):
    touched(tmp_path, NAME, "notes.h5", NAME.replace("ATL06", "ATL03"))
    told = Told()
    GranulePlaces(str(tmp_path), told)
    assert told.lines == ["GRANULE_FILES: 1 granule; 2 others are left out, whose name is no ATL06 granule's."]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{}/nowhere", "There is no file or folder"),
        ("{}/*.h5", "No file matches"),
        ("{}/empty", "holds no .h5 file"),
        ("{}/other", "give files with the names that NASA gave them"),
        (URL, "is an address"),
    ],
)
def test_what_names_no_granule_is_one_sentence(tmp_path, text, words):
    touched(tmp_path / "other", "a.h5")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=words) as caught:
        GranulePlaces(text.format(tmp_path))
    assert "GRANULE_FILES" in str(caught.value)
