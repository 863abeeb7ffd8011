# %% [markdown]
# # Radar frames and ICESat-2 granules, in a notebook
#
# The steps of the xOPR notebook "ATL06 crossovers" on the core of this plugin, without QGIS. Only the import differs:
# `from xopr_crossovers.core import crossovers` instead of `from xopr import crossovers`.
#
# Run it as a script with the catalog as its argument (a file, folder, address or season name):
# `python demo/notebook.py demo/sample/catalog`

# %%
import sys
import time

import numpy as np
import pandas as pd

from xopr_crossovers import core
from xopr_crossovers.core import crossovers

# %% 1. Configuration
CATALOG = sys.argv[1] if len(sys.argv) > 1 else "2016_Antarctica_DC8"
DATE_RANGE = None
CYCLE = 22
TEMPORAL_MODE = None
CRS = "EPSG:3031"
PREFIX_N_PER_SEGMENT = 50

# %% 2. Load the catalog
frames = core.catalogs.read_catalog(CATALOG, hemisphere="south")
if "opr:mbox" not in frames.columns:
    raise RuntimeError("The catalog has no column opr:mbox.")
print(f"Loaded {len(frames)} frames from {frames['collection'].iloc[0]}")
print(f"Date range: {frames['opr:date'].min()} - {frames['opr:date'].max()}")

# %% 2b. Frames near points of interest (lat, lon)
POINTS_OF_INTEREST = [(-80.5, -78.0), (-75.1, -105.0), (-70.5, 70.0)]
n_before = len(frames)
frames = crossovers.subset_frames_by_points(frames, POINTS_OF_INTEREST)
print(f"Subset by {len(POINTS_OF_INTEREST)} points: {n_before} -> {len(frames)} frames")
if len(frames) == 0:
    raise RuntimeError("The subset left no frame.")

# %% 3. The search box
all_cells = [int(c) for mbox in frames["opr:mbox"] for c in mbox]
bbox = crossovers.cmr_bbox_from_mpolygon(all_cells, step=16)
print(f"CMR bbox (lon_min, lat_min, lon_max, lat_max): {bbox}")

# %% 4. The temporal window
start_date, end_date = crossovers.resolve_temporal_window(
    frames_gdf=frames,
    mode=TEMPORAL_MODE or "exact_year",
    cycle=CYCLE,
    date_range=DATE_RANGE,
)
print(f"Temporal window: {start_date} -> {end_date}")

# %% 5. One search
t0 = time.perf_counter()
granules = crossovers.query_cmr_granules(
    start_date=start_date,
    end_date=end_date,
    short_name="ATL06",
    version="007",
    provider="NSIDC_CPRD",
    bbox=bbox,
)
print(f"CMR returned {len(granules)} granules in {time.perf_counter() - t0:.1f} s")

# %% 6a. Match by cells and footprints
t0 = time.perf_counter()
tree, st_records = crossovers.build_granule_strtree(granules, crs=CRS)
t_build_st = time.perf_counter() - t0
t0 = time.perf_counter()
strtree_result = crossovers.match_frames_to_granules(frames, tree, st_records, crs=CRS, step=32)
t_match_st = time.perf_counter() - t0
print(f"Built STRtree over {len(st_records)} granule polygons in {t_build_st:.2f} s")
print(f"Matched {len(frames)} frames in {t_match_st:.2f} s")
print(strtree_result[["id", "opr:date", "opr:frame", "n_granules"]].head())

# %% 6b. Match by morton prefixes
t0 = time.perf_counter()
pf_records = crossovers.build_granule_prefix_index(granules, n_per_segment=PREFIX_N_PER_SEGMENT)
t_build_pf = time.perf_counter() - t0
t0 = time.perf_counter()
prefix_result = crossovers.match_frames_to_granules_prefix(frames, pf_records)
t_match_pf = time.perf_counter() - t0
print(f"Built prefix index over {len(pf_records)} granules in {t_build_pf:.2f} s")
print(f"Matched {len(frames)} frames in {t_match_pf:.2f} s")

# %% 7. Time
timing = pd.DataFrame(
    {
        "stage": ["index build", "frame matching", "total local"],
        "STRtree (s)": [t_build_st, t_match_st, t_build_st + t_match_st],
        "prefix (s)": [t_build_pf, t_match_pf, t_build_pf + t_match_pf],
    }
)
print(timing.round(3).to_string(index=False))


# %% 7b. Agreement
def granule_ids(row):
    return {granule["granule_id"] for granule in row}


st_sets = strtree_result["atl06_granules"].apply(granule_ids)
pf_sets = prefix_result["atl06_granules"].apply(granule_ids)
missed_by_prefix = [len(st - pf) for st, pf in zip(st_sets, pf_sets)]
extra_from_prefix = [len(pf - st) for st, pf in zip(st_sets, pf_sets)]
disagree = np.add(missed_by_prefix, extra_from_prefix) > 0
print(f"Frames with any disagreement: {disagree.sum()}/{len(frames)}")
print(f"Mean missed by prefix: {np.mean(missed_by_prefix):.2f}")
print(f"Mean extra from prefix: {np.mean(extra_from_prefix):.2f}")

# %% 8. The result
result = strtree_result
print(f"{len(result)} frames, {result['n_granules'].sum()} frame-granule pairs")
print(f"Frames with at least one granule: {(result['n_granules'] > 0).sum()}")
print(f"Median granules per frame: {int(result['n_granules'].median())}")
hit = result[result["n_granules"] > 0].iloc[0]
print(f"Frame {hit['id']} matches {hit['n_granules']} ATL06 granules.")
for granule in hit["atl06_granules"][:3]:
    print(f"  {granule['granule_id']}\n    {granule['s3_url']}\n    {granule['https_url']}")
