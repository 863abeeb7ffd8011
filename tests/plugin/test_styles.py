"""What a layer looks like and does; kept in the GeoPackage, so that it is there when the file is opened."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qgis.core import (
    QgsAction,
    QgsExpression,
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsRenderContext,
    QgsSingleSymbolRenderer,
)

from xopr_crossovers.plugin import styles


@pytest.fixture
def matched(run, save, fresh, frames_table, granules_table, tmp_path):
    """Open the three layers that a match of the tables leaves in GeoPackages."""
    frames, granules = save(frames_table), save(granules_table)
    paths = {name: tmp_path / f"{name.lower()}.gpkg" for name in ("MATCHED_FRAMES", "MATCHES")}
    run(
        "matchgranules",
        FRAMES=frames,
        GRANULES=granules,
        **{name: str(path) for name, path in paths.items()},
    )
    styles.apply(granules, "granules")
    assert styles.keep(granules)
    opened = {name: fresh(path) for name, path in paths.items()}
    opened["GRANULES"] = fresh(granules.source().split("|")[0])
    return opened


def tip(layer, feature):
    context = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(layer))
    context.setFeature(feature)
    return QgsExpression.replaceExpressionText(layer.mapTipTemplate(), context)


def colours(layer):
    """Colour of the symbol that each feature is drawn with, by its count."""
    renderer, context = layer.renderer().clone(), QgsRenderContext()
    renderer.startRender(context, layer.fields())
    drawn = {
        feature["n_granules"]: renderer.symbolForFeature(feature, context).color().name()
        for feature in layer.getFeatures()
    }
    renderer.stopRender(context)
    return drawn


def test_frames_without_a_granule_are_grey_and_those_with_more_are_of_another_colour(matched):
    drawn = colours(matched["MATCHED_FRAMES"])
    assert set(drawn) == {0, 2}
    assert drawn[0] == "#a0a0a0"
    assert drawn[2] != "#a0a0a0"


def test_granules_are_nearly_transparent(matched):
    renderer = matched["GRANULES"].renderer()
    assert isinstance(renderer, QgsSingleSymbolRenderer)
    assert renderer.symbol().color().alphaF() < 0.2


@pytest.mark.parametrize("name", ["MATCHES", "GRANULES"])
def test_a_link_can_be_clicked_in_the_form_and_opened_by_an_action(matched, name):
    layer = matched[name]
    widget = layer.editorWidgetSetup(layer.fields().indexOf("https_url"))
    assert widget.type() == "ExternalResource"
    assert widget.config()["UseLink"] is True
    (action,) = layer.actions().actions()
    assert action.type() == QgsAction.ActionType.OpenUrl
    feature = next(layer.getFeatures())
    context = QgsExpressionContext()
    context.setFeature(feature)
    assert QgsExpression.replaceExpressionText(action.command(), context) == feature["https_url"]


def test_a_frames_map_tip_links_to_its_granules(matched):
    layer = matched["MATCHED_FRAMES"]
    first, _, without = (tip(layer, feature) for feature in layer.getFeatures())
    assert "Data_20200101_01_001" in first
    assert "2 granules" in first
    name = "ATL06_20240101000000_00012211_007_01.h5"
    assert f'<a href="https://example.org/{name}">{name}</a>' in first
    assert "0 granules" in without
    assert "<a " not in without


def test_a_granules_map_tip_links_to_its_file(matched):
    layer = matched["GRANULES"]
    feature = next(layer.getFeatures())
    assert f'<a href="{feature["https_url"]}">' in tip(layer, feature)
    assert "2024-01-01 12:00 UTC" in tip(layer, feature)


def test_fields_have_names_for_people(matched):
    names = {
        layer.fields().at(index).name(): alias
        for layer in matched.values()
        for index, alias in enumerate(map(layer.attributeAlias, layer.fields().allAttributesList()))
    }
    assert names["https_url"] == "Link (https)"
    assert names["rgt"] == "RGT"
    assert names["opr:date"] == "Flight date (YYYYMMDD)"
    assert [name for name, alias in names.items() if not alias and name != "fid"] == []


def test_links_and_names_can_be_read_in_the_attribute_table(matched):
    columns = {column.name: column.width for column in matched["MATCHES"].attributeTableConfig().columns()}
    assert columns["https_url"] > columns["granule_id"] > columns["frame_id"] > 150
    assert columns["overlap_m"] == -1  # as QGIS likes


def test_dates_are_shown_as_iso_dates(matched):
    layer = matched["MATCHES"]
    shown = {
        name: layer.editorWidgetSetup(layer.fields().indexOf(name)).config()["display_format"]
        for name in ("flight_date", "start_time")
    }
    assert shown == {"flight_date": "yyyy-MM-dd", "start_time": "yyyy-MM-dd HH:mm:ss"}


def test_a_feature_is_called_by_its_id(matched):
    for name, label in {"MATCHED_FRAMES": "id", "GRANULES": "granule_id"}.items():
        assert matched[name].displayExpression().strip('"') == label


def test_applying_a_style_twice_gives_one_action(save, granules_table):
    layer = save(granules_table)
    styles.apply(layer, "granules")
    styles.apply(layer, "granules")
    assert len(layer.actions().actions()) == 1


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=200))
def test_every_count_falls_into_exactly_one_class(counts):
    classes = styles.count_classes(counts)
    assert all(sum(low <= count <= high for low, high in classes) == 1 for count in counts)
    assert len(classes) <= 5
    assert classes[0][0] == min(counts)
    assert classes[-1][1] == max(counts)


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=200))
def test_no_class_is_empty(counts):
    assert all(any(low <= count <= high for count in counts) for low, high in styles.count_classes(counts))


def test_without_any_granule_there_is_no_class():
    assert styles.count_classes([]) == []
