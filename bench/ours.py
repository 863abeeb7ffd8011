"""One run of the plugin's core on the benchmark's inputs."""

from __future__ import annotations

import os
from functools import partial

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from common import ARCHIVE, BUILD, CATALOGS, GRANULES, SEASON, Run, pairs_of, records

from xopr_crossovers.core import catalogs, crossings, crossovers
from xopr_crossovers.core import granules as granules_room
from xopr_crossovers.core.catalogs.catalog import read_catalog
from xopr_crossovers.core.frames.table import normalize_frames
from xopr_crossovers.core.geometry.boxes import width
from xopr_crossovers.core.matching import pairs as matching
from xopr_crossovers.core.matching import tables
from xopr_crossovers.core.search import area

_ROWS_A_PIECE = 250_000
_DROP_IN_STRTREE = {"drop-in-strtree": "great_circle", "drop-in-strtree-straight": "straight"}
_DROP_IN_PREFIX = {
    "drop-in-prefix": "cover",
    "drop-in-prefix-samples": "great_circle",
    "drop-in-prefix-lonlat": "lonlat",
}


def drop_in_strtree(run: Run, edges: str) -> None:
    """Match by the drop-in functions, cells against footprints."""
    frames, granules = run.frames(), run.granules()
    listed = records(granules)
    with run.stage("index"):
        tree, kept = crossovers.build_granule_strtree(listed, edges=edges)
    with run.stage("match"):
        matched = crossovers.match_frames_to_granules(frames, tree, kept)
    run.finish(*pairs_of(matched, granules), len(granules))


def drop_in_prefix(run: Run, edges: str) -> None:
    """Match by the drop-in functions, morton prefixes."""
    frames, granules = run.frames(), run.granules()
    listed = records(granules)
    with run.stage("index"):
        kept = crossovers.build_granule_prefix_index(listed, edges=edges)
    with run.stage("match"):
        matched = crossovers.match_frames_to_granules_prefix(frames, kept)
    run.finish(*pairs_of(matched, granules), len(granules))


def engine(run: Run, method: str) -> None:
    """Match as the algorithms do; for each pair this also says where the line crosses, and for how many metres."""
    frames, granules = normalize_frames(run.frames()), run.granules()
    with run.stage("match"):
        pairs = matching.match(frames, granules, method)
    run.facts["crossing"] = int(pairs.crosses_line.sum())
    run.finish(pairs.frame, pairs.granule, len(granules))


def stored(run: Run) -> tuple:
    """Read a catalog and a file of granules as the plugin does."""
    with run.stage("read"):
        frames = read_catalog(str(ARCHIVE if run.asked.archive else SEASON))
        granules = gpd.read_parquet(GRANULES, page_checksum_verification=True)
    if run.asked.every > 1:
        frames = frames.iloc[:: run.asked.every].reset_index(drop=True)
    if len(run.cycles) < granules["cycle"].nunique():
        granules = granules[granules["cycle"].isin(run.cycles)].reset_index(drop=True)
    return frames, granules


def end_to_end(run: Run) -> None:
    """Go from the stored files to the table of pairs: in memory, and then as a Parquet file."""
    frames, granules = stored(run)
    with run.stage("match"):
        pairs = matching.match(frames, granules, "flightline")
    with run.stage("table"):
        table = tables.matches(frames, granules, pairs)
    with run.stage("to parquet"):
        table.to_parquet(BUILD / "pairs.parquet", index=False)
    run.facts["rows"] = len(table)
    run.finish(pairs.frame, pairs.granule, len(granules))


def archive(run: Run) -> None:
    """Go from the stored files to a Parquet file of all pairs, piece by piece: their table at once would be too big."""
    frames, granules = stored(run)
    with run.stage("match"):
        pairs = matching.match(frames, granules, "flightline")
    with run.stage("table"):
        rows = 0
        writer = None
        for start in range(0, len(pairs), _ROWS_A_PIECE):
            some = np.zeros(len(pairs), dtype=bool)
            some[start : start + _ROWS_A_PIECE] = True
            piece = pa.Table.from_pandas(tables.matches(frames, granules, pairs.where(some)), preserve_index=False)
            writer = writer or pq.ParquetWriter(BUILD / "archive_pairs.parquet", piece.schema, compression="zstd")
            writer.write_table(piece)
            rows += len(piece)
        if writer:
            writer.close()
    run.facts.update(rows=rows, frames=len(frames), granules=len(granules))
    run.finish(pairs.frame, pairs.granule, len(granules))


def points(run: Run) -> None:
    """Find the crossover points of the six beams, and write each piece of their table to a Parquet file at once."""
    from xopr_crossovers.core.crossings.beam_crossovers import crossover_points

    frames, granules = stored(run)
    n = 0
    writer = None
    with run.stage("find"):
        pieces = crossover_points(frames, granules)
    while True:
        with run.stage("find"):
            piece = next(pieces, None)
        if piece is None:
            break
        if len(piece) == 0:
            continue
        with run.stage("to parquet"):
            table = pa.table(piece.to_arrow(index=False))
            writer = writer or pq.ParquetWriter(BUILD / "points.parquet", table.schema, compression="zstd")
            writer.write_table(table.cast(writer.schema))
        n += len(piece)
    if writer:
        writer.close()
    run.facts["points"] = n
    nothing = np.zeros(0, dtype=np.int64)
    run.finish(nothing, nothing, len(granules))


def predicted(run: Run, how: str) -> None:
    """Predict the passes near 1,000 places in ten years: by the plugin's core, or with lines in a plane."""
    import predictions

    table = predictions.places(1_000)
    with run.stage("predict"):
        place, passed, n_rows = {"predict": predictions.ours, "predict-plain": predictions.plain}[how](table)
    run.facts["rows"] = n_rows
    run.finish(place, passed, predictions.N_KEYS)


def match_only(run: Run) -> None:
    """Match the flight line, nothing else: a point of the growth curve."""
    frames, granules = stored(run)
    with run.stage("match"):
        pairs = matching.match(frames, granules, "flightline")
    run.facts.update(frames=len(frames), granules=len(granules))
    run.finish(pairs.frame, pairs.granule, len(granules))


def search_area(run: Run) -> None:
    """Find the boxes that hold all frames, and count the vertices of their lines that lie in none."""
    frames = normalize_frames(run.frames())
    with run.stage("area"):
        areas = area.search_areas(frames)
    lon, lat = shapely.get_coordinates(frames.geometry.to_numpy()).T
    inside = np.zeros(len(lon), dtype=bool)
    boxes = [box for found in areas for box in found.boxes]
    for box in boxes:
        west, south, _, north = box
        inside |= (lat >= south) & (lat <= north) & ((lon - west) % 360 <= width(box))
    run.facts.update(frames=len(frames), boxes=len(boxes), vertices=len(lon), outside=int((~inside).sum()))
    nothing = np.zeros(0, dtype=np.int64)
    run.finish(nothing, nothing, 0)


def reverse(run: Run, plain: bool = False) -> None:
    """Go from tracks to the frames of all seasons on disk that they cross.

    As the algorithm does it, with the index of frames that an earlier run made; or plainly, by reading the catalogs.
    """
    os.environ["XOPR_CATALOG_URL"], os.environ["XOPR_CACHE_DIR"] = str(CATALOGS), str(BUILD / "cache")
    if not plain:
        catalogs.frames_at_hand()
    with run.stage("read"):
        frames = catalogs.read_frames(str(CATALOGS)) if plain else catalogs.frames_at_hand()
    with run.stage("find"):
        search = crossings.TrackSearch(frames, granules_room.planned_granules(np.array(run.rgts)))
        n = sum(map(len, search.crossovers()))
        crossed = search.frames()
        search.tracks()
    seasons = int(frames.table["collection"].nunique())
    run.facts.update(points=n, frames=len(frames), seasons=seasons)
    # Numbered as in the archive's one file, since the two ways read the seasons in orders of their own.
    keys = ["collection", "id"]
    rows = pd.MultiIndex.from_frame(pd.read_parquet(ARCHIVE, columns=keys)).get_indexer(
        pd.MultiIndex.from_frame(crossed[keys])
    )
    run.finish(rows, np.zeros(len(rows), dtype=np.int64), 1)


def main() -> None:
    """Do what is asked on the command line."""
    others = {
        "end-to-end": end_to_end,
        "archive": archive,
        "match-only": match_only,
        "points": points,
        "area": search_area,
        "reverse": reverse,
        "reverse-plain": partial(reverse, plain=True),
        "predict": lambda run: predicted(run, "predict"),
        "predict-plain": lambda run: predicted(run, "predict-plain"),
    }
    works = [*_DROP_IN_STRTREE, *_DROP_IN_PREFIX, *matching.METHODS, *others]
    run = Run(__doc__, works)
    work = run.asked.work
    if work in _DROP_IN_STRTREE:
        drop_in_strtree(run, _DROP_IN_STRTREE[work])
    elif work in _DROP_IN_PREFIX:
        drop_in_prefix(run, _DROP_IN_PREFIX[work])
    elif work in matching.METHODS:
        engine(run, work)
    else:
        others[work](run)


if __name__ == "__main__":
    main()
