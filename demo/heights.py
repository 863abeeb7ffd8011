"""The part of ``make demo`` that measures: heights at crossovers and along a frame, of a surface that is known exactly.

The makers of the tests write granules of four cycles and the radar's files of one frame; a stand-in gives the granules
out to who is logged in, over real HTTP. What is recovered is set beside what is known.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import radar_maker  # noqa: E402 (the tests' folder must be known before)
from heights_maker import Site  # noqa: E402
from standin.earthdata import Earthdata  # noqa: E402

_ICE_M = 900.0
#: Runs an algorithm: its id, its parameters, and what is added to its environment; returns its results.
Process = Callable[..., dict]


def measure(out: Path, process: Process) -> list[str]:
    """Measure, and return in a few lines what was recovered.

    Parameters
    ----------
    out : Path
        A folder; gets ``heights.gpkg``, ``heights.html`` and ``section.html``, and the files of the made-up frame.
    process : callable
        See :data:`Process`.
    """
    site = Site(more={"clouds": 0.2, "noise_m": 0.03})
    files, package = out / "measured", out / "heights.gpkg"
    site.write(files)
    write_echogram(site, files / "radar")
    site.frames().to_file(package, layer="frames")
    with Earthdata(files / "granules") as nasa:
        links = {granule.name: nasa.link(granule.name) for granule in site.granules}
        planned = site.crossovers()
        planned["https_url"] = planned["granule_id"].map(links)
        planned.to_file(package, layer="crossovers")
        given = {"FRAMES": f"{package}|layername=frames", "RADAR_FILES": files / "radar"}
        crossovers = f"{package}|layername=crossovers"
        # Copies of its own, and a login that only the stand-in takes.
        environment = {"EARTHDATA_TOKEN": nasa.token, "XOPR_CACHE_DIR": str(files / "cache")}
        process(
            "xopr:crossoverheights",
            {**given, "CROSSOVERS": crossovers, **tables(package, "HEIGHTS", "SERIES"), "REPORT": out / "heights.html"},
            **environment,
        )
        process(
            "xopr:readalong",
            {
                **given,
                "MATCHES": crossovers,
                "ECHOGRAM": "data",
                **tables(package, "ELEVATIONS", "RADAR"),
                "REPORT": out / "section.html",
            },
            **environment,
        )
    return recovered(site, package)


def write_echogram(site: Site, folder: Path) -> None:
    """Write an echogram with noise that fades with depth, so that the picture looks like one."""
    n_samples, n_traces = 900, len(site.flight.lon)
    noise = np.random.default_rng(1).exponential(1.0, (n_samples, n_traces))
    made = radar_maker.Echogram(
        n_samples=n_samples, dt=2e-8, t0=0.8e-5, floor=noise * 10.0 ** np.linspace(-1.5, -4.0, n_samples)[:, None]
    )
    made.write(
        folder / "CSARP_standard" / f"{site.frame_id}.mat",
        site.flight,
        lambda lon, lat: site.height(lon, lat) - site.radar_off_m,
        lambda lon, lat: site.height(lon, lat) - _ICE_M,
    )


def tables(package: Path, *names: str) -> dict[str, str]:
    """Return the addresses of tables in a GeoPackage, by the names of outputs, as QGIS writes them."""
    return {name: f'ogr:dbname="{package}" table="{name.lower()}"' for name in names}


def recovered(site: Site, package: Path) -> list[str]:
    """Return what was measured beside what is known."""
    layers = {name: gpd.read_file(package, layer=name) for name in ("heights", "series", "elevations", "radar")}
    heights, series, along = layers["heights"], layers["series"], layers["elevations"]
    known = {granule.name: site.radar_off_m + site.trend_m_a * site.years(granule) for granule in site.granules}
    off = (heights["difference"] - heights["granule_id"].map(known)).dropna().abs()
    near = along[along["offset_m"].abs() <= 200.0]
    # Slopes across the track are in the differences beside it; on it is what is left where the offset is none.
    on_track = [
        abs(np.polyfit(some["offset_m"], some["difference"], 2)[-1] - known[name])
        for name, some in near.groupby("granule_id")
        if some["difference"].notna().all()
    ]
    picks = layers["radar"].set_index(["layer", "flown_m"])["height"]
    thickness = (picks["surface"] - picks["bed"]).median()
    return [
        "Measured, of a made-up surface that is known exactly (heights with 3 cm of noise, some under clouds):",
        f"  {heights['h_li'].notna().sum():,} of {len(heights):,} crossovers have a height; their differences are off "
        f"the known ones by {100 * off.median():.1f} cm in the median, {100 * off.max():.1f} cm at most",
        f"  trend {series['trend_m_a'].median():+.3f} m a year in the median of {len(series):,} places "
        f"(known: {site.trend_m_a:+.3f})",
        f"  {len(along):,} heights along the frame, of {along['granule_id'].nunique():,} granules; on the track the "
        f"differences of the cycles are off by {100 * max(on_track):.1f} cm at most",
        f"  ice {thickness:.2f} m thick by the radar's picks (known: {_ICE_M - site.radar_off_m:.2f})",
    ]
