"""What ``make demo`` shows: the main job through qgis_process, without the internet.

Starts a local stand-in for NASA's CMR, runs ``xopr:findgranules`` on the synthetic sample, then
``xopr:crossoverpoints``, ``xopr:comparemethods`` and ``xopr:downloadscript`` on what it found, asks the other way
round by ``xopr:framesfromtrack`` and ahead by ``xopr:predictpasses``, then ``xopr:crossoverheights`` and
``xopr:readalong`` on granules of a known surface behind a stand-in for the Earthdata login, and leaves GeoPackages, a
map, a report of each, a script and a short text in ``build/demo``.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pyogrio
from heights import measure

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "demo" / "sample"
OUT = ROOT / "build" / "demo"
CYCLE = 22


def main() -> None:
    """Run the demo, or stop with what went wrong."""
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    package = OUT / "crossovers.gpkg"
    report, comparison = OUT / "report.html", OUT / "comparison.html"
    with stand_in() as url:
        results = find_granules(package, report, url)
        results.update(find_crossovers(package))
        track = frames_from_track(package, url)
    results.update(compare_methods(package, comparison))
    results.update({f"DOWNLOAD_{name}": value for name, value in write_script(package, OUT / "download.sh").items()})
    results.update(predict_passes(package))
    text = "\n".join([summary(package, results, track), *measure(OUT, qgis_process), ""])
    (OUT / "summary.txt").write_text(text, encoding="utf-8")
    run([sys.executable, str(ROOT / "demo" / "map.py"), str(package), str(OUT / "map.png")])
    print(text)
    for name, path in (
        ("Layers:", package),
        ("Map:", OUT / "map.png"),
        ("Report:", report),
        ("Methods:", comparison),
        ("Download:", OUT / "download.sh"),
        ("For phones:", OUT / "passes.kml"),
        ("Heights:", OUT / "heights.html"),
        ("Section:", OUT / "section.html"),
    ):
        print(f"{name:11} {path.relative_to(ROOT)}")


@contextmanager
def stand_in():
    """Give the address of a CMR on this machine, which knows the granules of one cycle."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tests")}
    command = [sys.executable, "-m", "standin", "--cycles", str(CYCLE)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as server:
        try:
            url = server.stdout.readline().strip()
            if not url:
                raise SystemExit(f"The local CMR did not start (exit code {server.wait()}).")
            yield url
        finally:
            server.terminate()


def find_granules(package: Path, report: Path, url: str) -> dict:
    """Run the algorithm as a user would and return its numbers."""
    arguments = {
        "CATALOG": SAMPLE / "catalog",
        "POINTS": SAMPLE / "points.geojson",
        "RULE": "distance",
        "DISTANCE": 150_000,
        "TIME_MODE": "cycle",
        "CYCLE": CYCLE,
        "REPORT": report,
    }
    for name in ("MATCHED_FRAMES", "MATCHES", "GRANULES"):
        arguments[name] = table_of(package, name)
    # Copies of its own: the user's are for real granules.
    return qgis_process("xopr:findgranules", arguments, XOPR_CMR_URL=url, XOPR_CACHE_DIR=str(OUT.parent / "cache"))


def find_crossovers(package: Path) -> dict:
    """Add the points where beams cross flight lines to the GeoPackage."""
    arguments = {**inputs(package), "CROSSOVERS": table_of(package, "CROSSOVERS")}
    return qgis_process("xopr:crossoverpoints", arguments)


def compare_methods(package: Path, report: Path) -> dict:
    """Compare the methods of matching: two more tables, and a report."""
    arguments = {**inputs(package), "REPEATS": 2, "REPORT": report}
    for name in ("FRAMES_COMPARED", "COMPARISON"):
        arguments[name] = table_of(package, name)
    return qgis_process("xopr:comparemethods", arguments)


def write_script(package: Path, script: Path) -> dict:
    """Write the script that would fetch the two granules of each frame that cross it nearest in time."""
    arguments = {"MATCHES": f"{package}|layername=matches", "CROSSES_LINE": True, "BEST": 2, "SCRIPT": script}
    return qgis_process("xopr:downloadscript", arguments)


def frames_from_track(package: Path, url: str) -> dict:
    """Ask the other way round: which frames of all sample seasons does the granule with most crossovers cross?"""
    crossovers = pyogrio.read_dataframe(package, layer="crossovers", read_geometry=False)
    names = {"FRAMES_CROSSED": "FRAMES_CROSSED", "CROSSOVERS": "TRACK_CROSSOVERS", "TRACKS": "TRACKS"}
    arguments = {
        "GRANULE_IDS": crossovers["granule_id"].value_counts().index[0],
        "CATALOG": SAMPLE / "catalog",
        **{name: table_of(package, table) for name, table in names.items()},
    }
    # Its footprint is among the copies of the first search.
    environment = {"XOPR_CMR_URL": url, "XOPR_CACHE_DIR": str(OUT.parent / "cache")}
    return {**arguments, **qgis_process("xopr:framesfromtrack", arguments, **environment)}


def predict_passes(package: Path) -> dict:
    """Add the passes near the sample's points in the 91 days after the cycle, and two weeks of them for a phone."""
    arguments = {"PLACES": SAMPLE / "points.geojson", "START_DATE": "2024-03-18"}
    phone = {"PASSES": OUT / "passes.kml", "END_DATE": "2024-03-31", "DISTANCE": 20_000}
    qgis_process("xopr:predictpasses", {**arguments, **phone})
    return qgis_process("xopr:predictpasses", {**arguments, "PASSES": table_of(package, "PASSES")})


def inputs(package: Path) -> dict:
    """Return what was found, as layers to go on with."""
    layers = {"FRAMES": "matched_frames", "GRANULES": "granules"}
    return {name: f"{package}|layername={layer}" for name, layer in layers.items()}


def table_of(package: Path, name: str) -> str:
    """Return the address of a table in a GeoPackage, as QGIS writes it."""
    return f'ogr:dbname="{package}" table="{name.lower()}"'


def qgis_process(algorithm: str, arguments: dict, **environment: str) -> dict:
    """Run an algorithm as a user would and return its results."""
    command = [str(Path(sys.prefix) / "bin" / "qgis_process"), "--json", "run", algorithm, "--"]
    print(f"qgis_process run {algorithm} ...", flush=True)
    answer = run([*command, *(f"{key}={value}" for key, value in arguments.items())], env={**os.environ, **environment})
    return json.loads(answer[answer.index("{") :])["results"]


def run(command: list[str], **options: object) -> str:
    """Run a command; end the demo with what it said if it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}\nended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done.stdout


def summary(package: Path, results: dict, track: dict) -> str:
    """Return what was found, in a few lines."""
    frames = pyogrio.read_dataframe(package, layer="matched_frames", read_geometry=False)
    matches = pyogrio.read_dataframe(package, layer="matches")
    methods = pyogrio.read_dataframe(package, layer="comparison", read_geometry=False).set_index("method")
    passes = pyogrio.read_dataframe(package, layer="passes", read_geometry=False)
    best = frames.nlargest(3, "n_crossing")
    first = matches[matches["crosses_line"].astype(bool) & (matches["frame_id"] == best["id"].iloc[0])].iloc[0]
    lines = [
        "Synthetic radar frames x ICESat-2 granules of a planned orbit: nothing here was measured.",
        "",
        f"Window:     cycle {CYCLE}, {results['WINDOW_START']} to {results['WINDOW_END']}",
        f"Frames:     {results['N_FRAMES']:,} within 150 km of the points, "
        f"{int((frames['n_granules'] > 0).sum()):,} of them with granules",
        f"Granules:   {results['N_GRANULES']:,} ({results['CMR_HITS']:,} hits)",
        f"Pairs:      {results['N_MATCHES']:,}, of which {int(frames['n_crossing'].sum()):,} cross the flight line",
        f"Crossovers: {results['N_CROSSOVERS']:,} points of six beams",
        f"Other way:  {track['GRANULE_IDS']} crosses {track['N_FRAMES']:,} frames of {track['SEASONS_CROSSED']}, "
        f"{track['N_CROSSOVERS']:,} points",
        f"Methods:    strtree {methods.loc['strtree', 'n_pairs']:,}, prefix {methods.loc['prefix', 'n_pairs']:,}, "
        f"flight line {methods.loc['flightline', 'n_pairs']:,} pairs; "
        f"they differ on {results['N_DISAGREEING']:,} frames",
        f"Download:   {results['DOWNLOAD_N_GRANULES']:,} granules, {results['DOWNLOAD_SIZE_MB']:,.0f} MB, the two of "
        "each frame that cross it nearest in time (made up: there is nothing to fetch)",
        "",
        f"Predicted:  {results['N_PASSES']:,} passes within 5 km of the points in the 91 days after cycle {CYCLE}",
        f"  the first on {pd.Timestamp(passes['pass_time'].iloc[0]):%Y-%m-%d %H:%M} UTC, "
        f"{passes['distance_m'].iloc[0] / 1000:.1f} km from {passes['place_name'].iloc[0]}",
        "",
        "Frames with most crossings:",
        *(f"  {row.id}  {row.collection}  {row.n_crossing} of {row.n_granules}" for row in best.itertuples()),
        "",
        f"One crossing: {first['frame_id']} and RGT {first['rgt']}, cycle {first['cycle']}, region {first['region']}",
        f"  {pd.Timestamp(first['start_time']):%Y-%m-%d %H:%M} UTC, {first['days_between']} days from the flight, "
        f"{first['overlap_m'] / 1000:.1f} km of the line in the footprint",
        f"  {first['https_url']}",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
