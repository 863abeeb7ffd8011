"""Our reading of a stretch of a far granule, or of many granules."""

from __future__ import annotations

import json
import os
from functools import partial

import numpy as np
from far_common import BEAMS, DISTANCE_M, FAR, Report

from xopr_crossovers.core.altimetry import heights_near
from xopr_crossovers.core.common import Progress, run_parallel
from xopr_crossovers.core.geometry import Polylines
from xopr_crossovers.core.remote import Access, Login

#: Beside the seven that are always read; the heights' errors make eight.
COLUMNS = ("h_li_sigma",)


def read(link: str, lines: Polylines, access: Access, progress: Progress) -> dict[str, list[float]]:
    """Read three beams near a frame's line."""
    found = heights_near(
        link, dict.fromkeys(BEAMS, lines), DISTANCE_M, "all", COLUMNS, access=access, progress=progress
    )
    return {beam: [len(one.segments), float(one.segments.h_li.sum())] for beam, one in found.items()}


def main() -> None:
    """Read one granule, or all of them, four at once."""
    report = Report(["one", "many"])
    lon_lat = np.array(FAR["stretch"])
    lines = Polylines(lon_lat[::2], lon_lat[1::2], np.array([0, 2]))
    os.environ["XOPR_LOGIN_URL"] = FAR["login"]
    access = Access(login=Login(token=FAR["token"], source="bench"))
    links = FAR["links"][:1] if report.work == "one" else FAR["links"]
    with report.stage("read"):
        found = run_parallel([partial(read, link, lines, access) for link in links], Progress(), 4)
    report.finish(found[0], same=len({json.dumps(one) for one in found}) == 1, granules=len(found))


if __name__ == "__main__":
    main()
