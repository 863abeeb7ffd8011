"""``xopr:crossoverheights`` inside a QGIS: rasters, what its layers say of themselves, what it refuses."""

from __future__ import annotations

import numpy as np
import pytest
from osgeo import gdal, osr
from qgis.core import QgsVectorLayer

from heights_maker import Site
from xopr_crossovers.core.common import InputError
from xopr_crossovers.plugin.processing import Run, rasters

SITE = Site(cycles=(20, 22), beams=("gt2l",))


def write_raster(path, epsg, values, corner, step, missing=None, kind=gdal.GDT_Float32):
    rows, columns = values.shape
    made = gdal.GetDriverByName("GTiff").Create(str(path), columns, rows, 1, kind)
    made.SetGeoTransform((corner[0], step, 0, corner[1], 0, -step))
    if epsg:
        crs = osr.SpatialReference()
        crs.ImportFromEPSG(epsg)
        made.SetProjection(crs.ExportToWkt())
    made.GetRasterBand(1).WriteRaster(0, 0, columns, rows, values.astype("<f4").tobytes(), buf_type=gdal.GDT_Float32)
    if missing is not None:
        made.GetRasterBand(1).SetNoDataValue(missing)
    made.FlushCache()
    return str(path)


@pytest.fixture
def opened(provider, context):
    """Return the raster of a file as the core gets it."""

    def opened_raster(path):
        return rasters.raster(Run(provider.algorithm("crossoverheights"), {"DEM": path}, context), "DEM")

    return opened_raster


def lonlat(x, y):
    to_lonlat = osr.CoordinateTransformation(*map(_crs, (3031, 4326)))
    return np.array([to_lonlat.TransformPoint(float(a), float(b))[:2] for a, b in zip(x, y)]).T


def _crs(epsg):
    crs = osr.SpatialReference()
    crs.ImportFromEPSG(epsg)
    crs.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return crs


def test_between_the_middles_of_cells_values_are_on_the_plane_through_them(opened, tmp_path):
    columns, rows = np.meshgrid(np.arange(1100), np.arange(700))
    # Larger than one piece, and than a pane of the file.
    path = write_raster(tmp_path / "a.tif", 3031, 2.0 * columns - 3.0 * rows, (-1_600_000, 500_000), 100.0)
    generator = np.random.default_rng(1)
    x = generator.uniform(-1_600_000 + 60, -1_600_000 + 109_900, 500)
    y = generator.uniform(500_000 - 69_900, 500_000 - 60, 500)
    expected = 2.0 * ((x + 1_600_000) / 100 - 0.5) - 3.0 * ((500_000 - y) / 100 - 0.5)
    raster = opened(path)
    assert raster.sample(*lonlat(x, y)) == pytest.approx(expected, abs=1e-3)
    assert raster.spacing_m == pytest.approx(100.0, rel=0.04)


def test_outside_and_at_a_missing_cell_there_is_no_value(opened, tmp_path):
    values = np.full((4, 4), 7.0)
    values[0, 0] = -9999.0
    path = write_raster(tmp_path / "a.tif", 3031, values, (-1_600_000, 500_000), 100.0, missing=-9999.0)
    x = np.array([-1_599_990.0, -1_599_900.0, -1_599_750.0, -1_600_010.0, -1_599_601.0, np.nan])
    y = np.array([499_990.0, 499_900.0, 499_750.0, 499_750.0, 499_601.0, 499_900.0])
    lon, lat = lonlat(x[:5], y[:5])
    found = opened(path).sample(np.append(lon, np.nan), np.append(lat, np.nan))
    assert np.isnan(found).tolist() == [True, True, False, True, False, True]
    assert found[[2, 4]].tolist() == pytest.approx([7.0, 7.0])


def test_a_raster_in_longitude_and_latitude_is_read_as_well(opened, tmp_path):
    columns, rows = np.meshgrid(np.arange(40), np.arange(40))
    path = write_raster(tmp_path / "a.tif", 4326, columns + 100.0 * rows, (-110.0, -70.0), 0.25)
    raster = opened(path)
    assert raster.sample(np.array([-109.875, -105.0]), np.array([-70.125, -75.0])) == pytest.approx([0.0, 1969.5])
    assert raster.spacing_m == pytest.approx(27_900.0, rel=0.01)


def test_whole_numbers_are_values_too(opened, tmp_path):
    path = write_raster(
        tmp_path / "a.tif", 3031, np.full((4, 4), 12.0), (-1_600_000, 500_000), 100.0, 0, gdal.GDT_Int16
    )
    assert opened(path).sample(*lonlat([-1_599_800.0], [499_800.0])).tolist() == [12.0]


@pytest.mark.parametrize(
    ("epsg", "words"), [(None, "there is no raster layer"), (0, "has no coordinate reference system; assign")]
)
def test_a_raster_that_is_none_or_without_a_crs_is_one_sentence(opened, tmp_path, epsg, words):
    path = str(tmp_path / "a.tif")
    if epsg is not None:
        write_raster(path, epsg, np.zeros((2, 2)), (0, 0), 1.0)
    with pytest.raises(InputError, match=words):
        opened(path)


def test_layers_say_what_heights_are_above_and_have_names_with_units(run, tmp_path):
    files = SITE.write(tmp_path / "files")
    SITE.crossovers().to_parquet(files / "crossovers.parquet")
    paths = {name: str(tmp_path / f"{name}.gpkg") for name in ("HEIGHTS", "SERIES")}
    given = {"GRANULE_FILES": str(files / "granules"), "RADAR_FILES": str(files / "radar")}
    results = run("crossoverheights", CROSSOVERS=str(files / "crossovers.parquet"), **given, **paths)
    assert results["N_HEIGHTS"] == 2
    for name, field, alias in [
        ("HEIGHTS", "h_li", "Laser height (m, ellipsoid)"),
        ("SERIES", "trend_m_a", "Trend (m a year)"),
    ]:
        layer = QgsVectorLayer(paths[name], name, "ogr")
        assert "above the ellipsoid WGS 84" in layer.metadata().abstract()
        assert layer.attributeAlias(layer.fields().indexOf(field)) == alias
        assert layer.renderer().type() == "graduatedSymbol"
        del layer


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"BUFFER": 5}, "BUFFER must be from 20 m"),
        ({"QUALITY": "good"}, "QUALITY has no option 'good'; choose"),
        ({"CYCLES": "abc"}, "CYCLES: 'abc' is no number or range"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_read(provider, context, given, words):
    algorithm = provider.algorithm("crossoverheights").create()
    _, message = algorithm.checkParameterValues({"CROSSOVERS": "x.gpkg", "HEIGHTS": "memory:", **given}, context)
    assert words in message
