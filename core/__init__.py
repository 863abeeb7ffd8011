"""The work, without QGIS: which ICESat-2 granules cross which radar frames.

``from xopr_crossovers import core`` costs nothing: a module, such as ``core.catalog``, is imported, with the libraries
that it needs, when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

    from . import answer as answer
    from . import antimeridian as antimeridian
    from . import area as area
    from . import beams as beams
    from . import box_cover as box_cover
    from . import boxes as boxes
    from . import cache_files as cache_files
    from . import catalog as catalog
    from . import cell_lists as cell_lists
    from . import cell_overlap as cell_overlap
    from . import cell_shapes as cell_shapes
    from . import cells as cells
    from . import charts as charts
    from . import classes as classes
    from . import clock as clock
    from . import cmr as cmr
    from . import columns as columns
    from . import comparison as comparison
    from . import comparison_report as comparison_report
    from . import cover_text as cover_text
    from . import coverage as coverage
    from . import crossover_points as crossover_points
    from . import crossover_rows as crossover_rows
    from . import crossovers as crossovers
    from . import disk_faults as disk_faults
    from . import download as download
    from . import environment as environment
    from . import errors as errors
    from . import even_orbit as even_orbit
    from . import flight_lines as flight_lines
    from . import footprint_batch as footprint_batch
    from . import footprints as footprints
    from . import frame_lines as frame_lines
    from . import frame_maps as frame_maps
    from . import frames as frames
    from . import geoparquet as geoparquet
    from . import granule_files as granule_files
    from . import granule_name as granule_name
    from . import granule_query as granule_query
    from . import granule_record as granule_record
    from . import granules as granules
    from . import heading as heading
    from . import healpix as healpix
    from . import html_page as html_page
    from . import job as job
    from . import joining as joining
    from . import lengths as lengths
    from . import line_crossings as line_crossings
    from . import line_overlap as line_overlap
    from . import masking as masking
    from . import match_times as match_times
    from . import matching as matching
    from . import moments as moments
    from . import morton as morton
    from . import names as names
    from . import nearby as nearby
    from . import number_ranges as number_ranges
    from . import odd_footprints as odd_footprints
    from . import orbit as orbit
    from . import parallel as parallel
    from . import parts as parts
    from . import passes as passes
    from . import places as places
    from . import plain_tables as plain_tables
    from . import planar_rings as planar_rings
    from . import plane as plane
    from . import pointing as pointing
    from . import points as points
    from . import polar_map as polar_map
    from . import polygons as polygons
    from . import polylines as polylines
    from . import positions as positions
    from . import prefix as prefix
    from . import products as products
    from . import progress as progress
    from . import projection as projection
    from . import quads as quads
    from . import ragged as ragged
    from . import readable as readable
    from . import records as records
    from . import run_log as run_log
    from . import run_report as run_report
    from . import search as search
    from . import season_catalogs as season_catalogs
    from . import season_copies as season_copies
    from . import season_listing as season_listing
    from . import season_manifest as season_manifest
    from . import season_supply as season_supply
    from . import seasons as seasons
    from . import seed_matching as seed_matching
    from . import seed_search as seed_search
    from . import server_words as server_words
    from . import session as session
    from . import shapes as shapes
    from . import software as software
    from . import sphere as sphere
    from . import stac_items as stac_items
    from . import store as store
    from . import strip_crossings as strip_crossings
    from . import strips as strips
    from . import supply as supply
    from . import svg as svg
    from . import table_files as table_files
    from . import tables as tables
    from . import track_table as track_table
    from . import tracks as tracks
    from . import transfer as transfer
    from . import tree_match as tree_match
    from . import twins as twins
    from . import user_paths as user_paths
    from . import window as window
    from . import wording as wording


def __getattr__(name: str) -> ModuleType:
    try:
        return import_module(f".{name}", __name__)
    except ModuleNotFoundError as error:
        if error.name != f"{__name__}.{name}":  # a library is missing, not our module
            raise
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None


def __dir__() -> list[str]:
    return sorted({*globals(), *(module.name for module in iter_modules(__path__))})
