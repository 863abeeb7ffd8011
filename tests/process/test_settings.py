"""The settings of a profile hold in ``qgis_process`` as they do in the desktop that wrote them."""

from __future__ import annotations

import pyogrio
import pytest
from qgis.core import QgsSettings
from qgis.PyQt.QtCore import QSettings

from standin import StandIn
from xopr_crossovers.plugin.options import settings
from xopr_crossovers.plugin.options.settings import Settings

BOX = "-105,-104,-76,-75 [EPSG:4326]"


@pytest.fixture
def make_profile(qgis_app, tmp_path):
    """Make a folder of profiles with settings as the plugin itself stores them; empty variables are as if not set."""

    def make(values):
        ini = tmp_path / "profile" / "profiles" / "default" / "QGIS" / "QGIS3.ini"
        ini.parent.mkdir(parents=True)
        written = QSettings(str(ini), QSettings.Format.IniFormat)
        written.setValue("PythonPlugins/xopr_crossovers", True)
        settings.store(values)
        for key in QgsSettings().allKeys():
            if key.startswith("xopr_crossovers/"):
                written.setValue(key, QgsSettings().value(key))
        settings.store(Settings())
        written.sync()
        return {"XOPR_QGIS_PROFILES": str(tmp_path / "profile"), "XOPR_CMR_URL": "", "XOPR_CACHE_DIR": ""}

    return make


def test_address_folder_and_version_of_a_profile_are_followed(qgis_process, make_profile, tmp_path):
    cache, file = tmp_path / "a cache, of mine", tmp_path / "granules.gpkg"
    with StandIn(cycles=[22]) as server:
        environment = make_profile(Settings(str(cache), server.url, "30", "007"))
        ran = qgis_process("xopr:querygranules", environment=environment, EXTENT=BOX, GRANULES=file)
        assert ran.code == 0, ran.log
        assert {request.get("version") for request in server.requests} == {"007"}
    assert pyogrio.read_info(file, layer=file.stem)["features"] > 0
    assert len(list((cache / "granules").rglob("*.parquet"))) == 1


def test_the_version_of_a_profile_is_asked_for(qgis_process, make_profile, tmp_path):
    with StandIn(cycles=[22]) as server:
        environment = make_profile(Settings(str(tmp_path / "cache"), server.url, product_version="006"))
        qgis_process("xopr:querygranules", environment=environment, EXTENT=BOX, GRANULES=tmp_path / "granules.gpkg")
        # Where nothing is found, CMR is asked which versions it has.
        assert {request.get("version") for request in server.requests} - {None} == {"006"}


def test_variables_go_before_a_profile_and_a_parameter_before_all(qgis_process, make_profile, cmr, tmp_path):
    environment = make_profile(Settings(str(tmp_path / "unused"), "http://127.0.0.1:9"))
    environment |= {"XOPR_CMR_URL": "http://127.0.0.1:9/other", "XOPR_CACHE_DIR": str(tmp_path / "cache")}
    ran = qgis_process(
        "xopr:querygranules", environment=environment, EXTENT=BOX, CMR_URL=cmr.url, GRANULES=tmp_path / "a.gpkg"
    )
    assert ran.code == 0, ran.log
    assert list((tmp_path / "cache").rglob("*.parquet"))
    assert not (tmp_path / "unused").exists()


def test_a_profile_that_was_edited_wrongly_is_one_sentence(qgis_process, make_profile, tmp_path):
    environment = make_profile(Settings(str(tmp_path / "cache"), "cmr.earthdata.nasa.gov"))
    ran = qgis_process("xopr:querygranules", environment=environment, EXTENT=BOX, GRANULES=tmp_path / "a.gpkg")
    assert ran.code == 1
    assert (
        "'cmr.earthdata.nasa.gov' is not the address of a CMR: give one that begins with http:// or https://, such as "
        "https://cmr.earthdata.nasa.gov; this one comes from QGIS (Settings > Options > xOPR Crossovers)."
    ) in ran.log
    assert "Traceback" not in ran.log
