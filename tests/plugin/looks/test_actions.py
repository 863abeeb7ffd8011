"""What a click on a feature does, without the plugin."""

from __future__ import annotations

import runpy

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from qgis.core import (
    QgsAction,
    QgsExpression,
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsProject,
)

from xopr_crossovers.plugin.looks import styles


@pytest.fixture
def layers(run, save, fresh, frames_table, granules_table, tmp_path, qgis_iface):
    """Layers of a run in a project."""
    granules = save(granules_table)
    paths = {name: str(tmp_path / f"{name.lower()}.gpkg") for name in ("MATCHED_FRAMES", "MATCHES")}
    run("matchgranules", FRAMES=save(frames_table), GRANULES=granules, **paths)
    styles.apply(granules, styles.GRANULES)
    opened = {name: fresh(path) for name, path in paths.items()} | {"GRANULES": granules}
    QgsProject.instance().addMapLayers(list(opened.values()))
    yield opened
    QgsProject.instance().clear()


def command(layer, feature, word):
    (action,) = (action for action in layer.actions().actions() if word in action.name())
    context = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(layer))
    context.setFeature(feature)
    return action, QgsExpression.replaceExpressionText(action.command(), context)


@pytest.fixture
def do(tmp_path):
    """Run the code of an action, as QGIS does."""

    def run_code(code):
        (tmp_path / "action.py").write_text(code)
        runpy.run_path(str(tmp_path / "action.py"))

    return run_code


def test_the_frames_that_a_granule_crosses_get_selected_and_no_others(layers, do):
    frames, matches, granules = layers["MATCHED_FRAMES"], layers["MATCHES"], layers["GRANULES"]
    crossing = {}
    for match in matches.getFeatures():
        if match["crosses_line"]:
            crossing.setdefault(match["granule_id"], set()).add(match["frame_id"])
    assert crossing
    for granule in granules.getFeatures():
        frames.selectAll()
        action, code = command(granules, granule, "Select")
        assert action.type() == QgsAction.ActionType.GenericPython
        do(code)
        selected = {frame["id"] for frame in frames.selectedFeatures()}
        assert selected == crossing.get(granule["granule_id"], set())


def test_of_two_seasons_with_frames_of_one_name_only_the_crossed_one_gets_selected(
    run, save, fresh, frames_table, granules_table, tmp_path, qgis_iface, project, do
):
    other = frames_table.assign(collection="2021_Test_Synthetic").assign(
        geometry=shapely.transform(frames_table.geometry.to_numpy(), lambda xy: xy + np.array([60.0, 0.0]))
    )
    both = gpd.GeoDataFrame(pd.concat([frames_table, other], ignore_index=True), crs=frames_table.crs)
    granules = save(granules_table)
    paths = {name: str(tmp_path / f"{name.lower()}.gpkg") for name in ("MATCHED_FRAMES", "MATCHES")}
    run("matchgranules", FRAMES=save(both), GRANULES=granules, METHOD="flightline", **paths)
    styles.apply(granules, styles.GRANULES)
    opened = [fresh(path) for path in paths.values()]
    project.addMapLayers([*opened, granules])
    do(command(granules, next(granules.getFeatures()), "Select")[1])
    selected = [(frame["collection"], frame["id"]) for frame in opened[0].selectedFeatures()]
    assert {season for season, _ in selected} == {"2020_Test_Synthetic"}


def test_a_name_cannot_smuggle_code_into_the_selection(layers, do):
    granules = layers["GRANULES"]
    granule = next(granules.getFeatures())
    granule["granule_id"] = "x'); raise SystemExit('smuggled') #\""
    do(command(granules, granule, "Select")[1])
    assert layers["MATCHED_FRAMES"].selectedFeatureCount() == 0


def test_without_the_layers_of_matches_it_says_what_to_add(layers, do, qgis_iface):
    granules = layers["GRANULES"]
    granule = next(granules.getFeatures())
    code = command(granules, granule, "Select")[1]
    QgsProject.instance().removeMapLayer(layers.pop("MATCHES").id())
    do(code)
    assert "Add the layers of matched frames and of matches" in str(qgis_iface.messageBar().get_messages(1))


@pytest.mark.parametrize("name", ["MATCHES", "GRANULES"])
def test_the_catalog_is_opened_at_the_granule(layers, name):
    feature = next(layers[name].getFeatures())
    action, address = command(layers[name], feature, "catalog")
    assert action.type() == QgsAction.ActionType.OpenUrl
    assert address.strip() == (
        "https://search.earthdata.nasa.gov/search/granules?p=C3564876127-NSIDC_CPRD&pg%5B0%5D%5Bid%5D="
        + feature["granule_id"]
    )


def test_of_another_product_nasas_record_is_opened(layers):
    feature = next(layers["GRANULES"].getFeatures())
    feature["granule_id"] = "ATL08_20240101000000_00012211_006_01.h5"
    address = command(layers["GRANULES"], feature, "catalog")[1].strip()
    assert address == (
        "https://cmr.earthdata.nasa.gov/search/granules.umm_json_pretty?readable_granule_name="
        "ATL08_20240101000000_00012211_006_01.h5"
    )
