"""One broken beam of a granule: the heights of the others come, and it is counted, named and reported."""

import h5py
import pytest

from heights_maker import Site
from makers import Log
from xopr_crossovers.core.heights import GranulePlaces, Sources, crossover_heights, read_along
from xopr_crossovers.core.radar import RadarFiles
from xopr_crossovers.core.reports import heights_page, section_page

FIELD = "gt1l/land_ice_segments/h_li"


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    """A site of two cycles, of which the first one's beam gt1l has no heights."""
    site = Site(cycles=(20, 21), beams=("gt1l", "gt3r"))
    folder = site.write(tmp_path_factory.mktemp("broken") / "files")
    with h5py.File(folder / "granules" / site.granules[0].name, "r+") as file:
        del file[FIELD]
    return site, Sources(GranulePlaces(str(folder / "granules")), RadarFiles(str(folder / "radar")))


def said(log, site):
    words = "1 beam of 1 granule could not be read, and the other beams were; of the first one: "
    return [text for text in log.warnings if text.startswith(words) and site.granules[0].name in text and FIELD in text]


def test_the_crossovers_of_the_good_beams_are_measured(broken):
    site, sources = broken
    log = Log()
    found = crossover_heights(site.crossovers(), site.frames(), sources, progress=log)
    table = found.table
    lost = (table["granule_id"] == site.granules[0].name) & (table["beam"] == "gt1l")
    assert table["h_li"].isna().tolist() == lost.tolist()
    assert table.loc[lost, "reason"].tolist() == ["the beam could not be read"]
    assert len(said(log, site)) == 1
    assert "Read 2 of 2 granules." in log.infos
    assert "the beam could not be read" in heights_page(found)


def test_the_heights_along_a_frame_of_the_good_beams_come(broken):
    site, sources = broken
    log = Log()
    found = read_along(site.frames(), None, sources, progress=log)
    beams = found.beams.set_index(["granule_id", "beam"])
    names = [granule.name for granule in site.granules]
    assert beams.loc[(names[0], "gt1l"), "reason"] == "the beam could not be read"
    assert (beams.loc[[(names[0], "gt3r"), (names[1], "gt1l"), (names[1], "gt3r")], "n_heights"] > 0).all()
    assert len(said(log, site)) == 1
    assert "the beam could not be read" in section_page(found)
