"""Heights along a frame through ``qgis_process``: granules behind the login, radar files of one's own."""

from __future__ import annotations

import re

import geopandas as gpd
import pandas as pd
import pytest

import radar_maker
from heights_maker import Site
from standin.earthdata import Earthdata


@pytest.fixture(scope="module")
def done(qgis_process, tmp_path_factory):
    site = Site(rgt=412, region=3, start_m=900_000.0, cycles=(20, 22), beams=("gt1l", "gt2r"))
    folder = site.write(tmp_path_factory.mktemp("along") / "files")
    radar_maker.Echogram(n_samples=300, dt=1e-7).write(
        folder / "radar" / "CSARP_standard" / f"{site.frame_id}.mat",
        site.flight,
        lambda lon, lat: site.height(lon, lat) - site.radar_off_m,
    )
    files = {name: folder / f"{name.lower()}.gpkg" for name in ("ELEVATIONS", "RADAR")}
    site.frames().to_file(folder / "frames.geojson")
    with Earthdata(folder / "granules") as nasa:
        rows = [{"granule_id": one.name, "https_url": nasa.link(one.name)} for one in site.granules]
        pd.DataFrame(rows).assign(frame_id=site.frame_id).to_csv(folder / "matches.csv", index=False)
        ran = qgis_process(
            "xopr:readalong",
            "--json",
            environment={"EARTHDATA_TOKEN": nasa.token, "XOPR_CACHE_DIR": str(folder / "cache")},
            FRAMES=folder / "frames.geojson",
            MATCHES=folder / "matches.csv",
            RADAR_FILES=folder / "radar",
            ECHOGRAM="data",
            BEAMS="",  # empty: what it is by default
            QUALITY="",
            **files,
            REPORT=folder / "section.html",
        )
        secrets = (nasa.token, nasa.password)
    return site, ran, folder, secrets


def test_a_run_ends_well_and_its_differences_are_the_known_ones(done):
    site, ran, folder, _ = done
    assert ran.code == 0, ran.log
    assert ran.errors == ""
    found = gpd.read_file(folder / "elevations.gpkg", layer="elevations")
    assert ran.results["N_POINTS"] == len(found) > 100
    assert found.has_z.all()
    for granule in site.granules:
        near = found[(found["granule_id"] == granule.name) & (found["offset_m"].abs() < 20)]
        # Beside the track the surface is higher or lower by its slope, 6 m in 1,000 m at most there.
        expected = site.radar_off_m + site.trend_m_a * site.years(granule)
        assert near["difference"].median() == pytest.approx(expected, abs=0.15)
    radar = gpd.read_file(folder / "radar.gpkg", layer="radar")
    assert radar["layer"].value_counts().to_dict() == dict.fromkeys(("surface", "bed"), len(site.flight.lon))


def test_the_page_holds_the_echogram_and_nobody_is_told_the_token(done):
    _, ran, folder, secrets = done
    page = (folder / "section.html").read_text("utf-8")
    assert page.count("data:image/png;base64,") == 1
    assert re.search(r'(?:src|href)="https?:', page) is None
    for path in (folder / "section.html", folder / "elevations.gpkg"):
        assert not any(secret.encode() in path.read_bytes() for secret in secrets)
    assert not any(secret in ran.log for secret in secrets)
