"""Crossover heights through ``qgis_process``, and with GDAL's own HDF5 and netCDF in the same process."""

from __future__ import annotations

import json
import subprocess

import geopandas as gpd
import numpy as np
import pytest
from osgeo import gdal, osr

import heights_run
from heights_maker import Site
from standin import Earthdata

SITE = Site(cycles=(20, 22), beams=("gt1l", "gt2r"))
# Run by the Python of qgis_process's own kind: layers of both formats before and after the algorithm.
CODE = """
import sys
from qgis.core import QgsApplication, QgsRasterLayer
application = QgsApplication([], True)
application.initQgis()
from qgis import analysis
sys.path.append(sys.argv[1])
from processing.core.Processing import Processing
Processing.initialize()
import processing
from xopr_crossovers.plugin.provider import XoprProvider
provider = XoprProvider()
QgsApplication.processingRegistry().addProvider(provider)

def layers():
    for path in sys.argv[2:4]:
        layer = QgsRasterLayer(path, "layer", "gdal")
        assert layer.isValid(), path
        assert layer.dataProvider().block(1, layer.extent(), 4, 4).isValid()

layers()
import json
found = processing.run("xopr:crossoverheights", json.loads(sys.argv[4]))
layers()
print("N_HEIGHTS", found["N_HEIGHTS"])
application.exitQgis()
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The archive with the site's granules, and the folder with its crossovers and layer files."""
    folder = tmp_path_factory.mktemp("heights")
    with Earthdata(folder / "files" / "granules") as nasa:
        files = heights_run.write_site(SITE, folder, nasa.link)
        SITE.frames().to_parquet(files / "frames.parquet")
        yield nasa, files


@pytest.fixture(scope="module")
def dem(served):
    """A raster of the surface, 100 m a cell, without a value in one corner."""
    path, size = served[1] / "dem.tif", 400
    lon, lat, _ = SITE.middle
    x, y = (
        gpd.GeoSeries(gpd.points_from_xy([lon], [lat]), crs="EPSG:4326").to_crs("EPSG:3031").get_coordinates().iloc[0]
    )
    columns, rows = np.meshgrid(x + (np.arange(size) - 199.5) * 100, y - (np.arange(size) - 199.5) * 100)
    places = gpd.GeoSeries(gpd.points_from_xy(columns.ravel(), rows.ravel()), crs="EPSG:3031").to_crs("EPSG:4326")
    values = SITE.height(places.x, places.y).reshape(size, size)
    values[:20, :20] = -9999.0
    made = gdal.GetDriverByName("GTiff").Create(str(path), size, size, 1, gdal.GDT_Float32)
    made.SetGeoTransform((x - 20_000, 100, 0, y + 20_000, 0, -100))
    crs = osr.SpatialReference()
    crs.ImportFromEPSG(3031)
    made.SetProjection(crs.ExportToWkt())
    made.GetRasterBand(1).WriteRaster(0, 0, size, size, values.astype("<f4").tobytes())
    made.GetRasterBand(1).SetNoDataValue(-9999.0)
    made.FlushCache()
    return path


def test_heights_come_from_behind_the_login_and_a_second_run_asks_nobody(qgis_process, served, dem, tmp_path):
    nasa, files = served
    environment = {"EARTHDATA_TOKEN": nasa.token, "XOPR_LOGIN_URL": nasa.urls["login"]}
    environment["XOPR_CACHE_DIR"] = str(tmp_path / "cache")

    def run(name, **more):
        paths = {key: tmp_path / f"{name}_{key}.gpkg" for key in ("HEIGHTS", "SERIES")}
        report = tmp_path / f"{name}.html"
        given = {"CROSSOVERS": files / "crossovers.parquet", "RADAR_FILES": files / "radar", **paths, "REPORT": report}
        ran = qgis_process("xopr:crossoverheights", "--json", **given, **more, environment=environment)
        assert (ran.code, ran.errors) == (0, ""), ran.log
        return ran, gpd.read_file(paths["HEIGHTS"]), gpd.read_file(paths["SERIES"]), report.read_text(encoding="utf-8")

    ran, table, series, report = run("first", DEM=dem, FRAMES=files / "frames.parquet")
    assert (ran.results["N_CROSSOVERS"], ran.results["N_HEIGHTS"]) == (4, 4)
    rise = SITE.trend_m_a * np.array([SITE.years(granule) for granule in SITE.granules for _ in SITE.beams])
    assert table["difference"].to_numpy() == pytest.approx(SITE.radar_off_m + rise, abs=0.003)
    # Between cells 100 m apart, hills of kilometres are straight within centimetres.
    assert (table["h_li"] - table["dem_height"]).to_numpy() == pytest.approx(rise, abs=0.05)
    assert series["trend_m_a"].to_numpy() == pytest.approx(SITE.trend_m_a, abs=0.002)
    assert ran.results["MEDIAN"] == pytest.approx(np.median(table["difference"]))
    assert "metres above the ellipsoid WGS 84" in report
    assert "It is a difference, not a change" in report
    assert nasa.leaks() == []
    nasa.requests.clear()
    again = run("again", DEM=dem, FRAMES=files / "frames.parquet")[1]
    assert again.drop(columns="geometry").equals(table.drop(columns="geometry"))
    assert nasa.requests == []


def test_layers_of_hdf5_and_netcdf_stand_beside_it_in_one_process(repository, served, tmp_path):
    _, files = served
    granule = next((files / "granules").glob("*.h5"))
    hdf5 = f'HDF5:"{granule}"://gt1l/land_ice_segments/h_li'
    netcdf = tmp_path / "grid.nc"
    grid = gdal.GetDriverByName("MEM").Create("", 8, 8, 1, gdal.GDT_Float32)
    if gdal.GetDriverByName("netCDF") is None or gdal.GetDriverByName("HDF5") is None:
        pytest.skip("this GDAL has no HDF5 and netCDF")
    gdal.GetDriverByName("netCDF").CreateCopy(str(netcdf), grid, options=["FORMAT=NC4"])
    given = {
        "CROSSOVERS": str(files / "crossovers.parquet"),
        "GRANULE_FILES": str(files / "granules"),
        "RADAR_FILES": str(files / "radar"),
        "HEIGHTS": str(tmp_path / "h.gpkg"),
        "SERIES": str(tmp_path / "s.gpkg"),
    }
    plugins = "/usr/share/qgis/python/plugins"
    command = [str(repository / ".venv" / "bin" / "python"), "-c", CODE, plugins, hdf5, str(netcdf), json.dumps(given)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=180)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "N_HEIGHTS 4" in ran.stdout
