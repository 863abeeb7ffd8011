"""Upstream's functions under their own names: a notebook runs with only its import changed.

``from xopr_crossovers.core import crossovers`` replaces ``from xopr import crossovers`` (xopr 0.6.0). Names, arguments,
results and errors are those of upstream. Where upstream is wrong ours is right, and a keyword brings upstream's
behaviour back:

==================================  ======================================================  =====================
function                            ours                                                    as upstream
==================================  ======================================================  =====================
cmr_bbox_from_mpolygon              smallest arc on the circle, ``W > E`` over the          ``wrap="planar"``
                                    antimeridian
query_cmr_granules                  complete or an error; all rings; granules without links
                                    are kept
build_granule_strtree               edges are great circles, all rings                      ``edges="straight"``
compute_granule_sample_mortons      samples lie on the great circles                        ``edges="lonlat"``
build_granule_prefix_index          all cells that the footprint meets: none is missed      ``edges="lonlat"``
==================================  ======================================================  =====================

``cycle_to_dates`` and the window of ``cycle=`` count 91 days from launch, as upstream documents; the cycle by the
actual orbit calendar is :func:`xopr_crossovers.core.search.resolve_window` with the mode ``cycle``.
"""

from __future__ import annotations

from .xopr import (
    ICESAT2_LAUNCH,
    build_granule_prefix_index,
    build_granule_strtree,
    cmr_bbox_from_mpolygon,
    compute_granule_sample_mortons,
    cycle_to_dates,
    match_frames_to_granules,
    match_frames_to_granules_prefix,
    query_cmr_granules,
    resolve_temporal_window,
    subset_frames_by_points,
)

__all__ = [
    "ICESAT2_LAUNCH",
    "build_granule_prefix_index",
    "build_granule_strtree",
    "cmr_bbox_from_mpolygon",
    "compute_granule_sample_mortons",
    "cycle_to_dates",
    "match_frames_to_granules",
    "match_frames_to_granules_prefix",
    "query_cmr_granules",
    "resolve_temporal_window",
    "subset_frames_by_points",
]
