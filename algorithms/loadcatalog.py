"""``xopr:loadcatalog``: a season or a catalog becomes a layer of frames."""

from __future__ import annotations

from typing import Any, ClassVar

from .. import core
from ..plugin.looks import styles
from ..plugin.processing import FRAMES_GROUP, Next, Run, XoprAlgorithm, alternatives, frame_parameters, parameters


class LoadCatalog(XoprAlgorithm):
    """Reads season catalogs."""

    NAME = "loadcatalog"
    TITLE = "Load season catalog"
    GROUP = FRAMES_GROUP
    SUMMARY = "Loads the frames (radar flight lines) of one or more xOPR season catalogs as a layer."
    HELP = """
Choose a season from the list, or name a catalog: a file, a folder, a pattern or an https address. One of the two is
needed, not both. The filters are optional.

A season is fetched over the internet once; the local copy is used from then on. After three days it is asked whether
there is a newer one; without the internet the copy is used as it is, and the log says so. A catalog given by its
address is fetched each time. 'Synchronise season catalogs' fetches many seasons at once, and brings newly published
ones into the list.

The layer is in the pole's projection, EPSG:3031 in the south and EPSG:3413 in the north, or in EPSG:4326 where frames
of both hemispheres are in it. The morton cells (opr:mbox) are kept as JSON text.
"""
    TAGS = ("catalog", "season", "stac", "geoparquet", "frames", "flight lines")
    STYLES: ClassVar = {"FRAMES": styles.FRAMES}
    NEXT: ClassVar = (
        Next("the granules that cross them", "findgranules", {"FRAMES": "FRAMES"}),
        Next("those at places of yours", "subsetbypoints", {"FRAMES": "FRAMES"}),
    )

    def declare(self) -> None:
        """Declare parameters and outputs."""
        frame_parameters.add_catalog(self)
        frame_parameters.add_catalog_filters(self)
        self.addParameter(parameters.sink("FRAMES", "Frames", "lines", "The frames: one line each."))
        parameters.add_number(self, "N_FRAMES", "Number of frames")

    def check(self, run: Run) -> None:
        """Check that there is one source, and the dates."""
        alternatives.check_one_of(run, "SEASON", "CATALOG")
        frame_parameters.check_days(run, "START_DATE", "END_DATE")

    def work(self, run: Run) -> dict[str, Any]:
        """Read and write."""
        frames = core.catalogs.read_catalog(
            frame_parameters.catalog(run),
            **frame_parameters.filters(run),
            read_vector=run.open_vector,
            progress=run.progress,
            session=run.session(),
        )
        run.outputs.write("FRAMES", frames)
        return {"N_FRAMES": len(frames)}
