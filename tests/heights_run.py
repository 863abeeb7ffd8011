"""A run of crossover heights of its own, which can be killed: ``python -m heights_run URL FILES``.

FILES holds the crossovers and the radar's files; the granules come from URL, with the login of the environment.
"""

from __future__ import annotations

import sys
from pathlib import Path

import geopandas as gpd

from xopr_crossovers.core.heights import Sources, crossover_heights
from xopr_crossovers.core.radar import RadarFiles
from xopr_crossovers.core.remote import Access
from xopr_crossovers.core.web import Patience


def run(files, patience=None, progress=None):
    """Return the measured crossovers of a folder, whose granules come from where ``https_url`` says."""
    crossovers = gpd.read_parquet(Path(files) / "crossovers.parquet")
    sources = Sources(radar=RadarFiles(str(Path(files) / "radar")), access=Access(patience=patience))
    return crossover_heights(crossovers, None, sources, progress=progress).table


def write_site(site, folder, link):
    """Write a site's files, and its crossovers with links to its granules."""
    files = site.write(Path(folder) / "files")
    crossovers = site.crossovers()
    crossovers["https_url"] = [link(name) for name in crossovers["granule_id"]]
    crossovers.to_parquet(files / "crossovers.parquet")
    return files


if __name__ == "__main__":
    run(sys.argv[1], Patience(retries=2, backoff=0.05))
