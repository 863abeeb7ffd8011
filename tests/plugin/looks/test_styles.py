"""What a layer looks like and does; kept in the GeoPackage, so that it is there when the file is opened."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qgis.core import (
    QgsAction,
    QgsApplication,
    QgsAttributeTableConfig,
    QgsDateTimeRange,
    QgsExpression,
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsFeature,
    QgsRenderContext,
    QgsSingleSymbolRenderer,
    QgsVectorLayer,
    QgsVectorLayerTemporalContext,
)
from qgis.PyQt.QtCore import QDateTime, Qt

from xopr_crossovers.core.reports import legend as classes
from xopr_crossovers.plugin.looks import map_tips, styles


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
    styles.apply(granules, styles.GRANULES)
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
    (action,) = (action for action in layer.actions().actions() if "file" in action.name())
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


def test_values_are_never_taken_for_html(matched):
    hostile = '<img src=x onerror=alert(1)>"&'
    for name, columns in {
        "GRANULES": ["granule_id", "https_url"],
        "MATCHED_FRAMES": ["id", "collection", "opr:date"],
    }.items():
        feature = next(matched[name].getFeatures())
        for column in columns:
            feature[column] = hostile
        if name == "MATCHED_FRAMES":
            feature["atl06_granules"] = json.dumps([{"granule_id": hostile, "https_url": hostile, "s3_url": ""}])
        shown = tip(matched[name], feature)
        assert "&lt;img src=x onerror=alert(1)&gt;&quot;&amp;" in shown
        assert "<img" not in shown
        assert "<a " not in shown
        assert "[%" not in shown


@pytest.mark.parametrize("name", ["MATCHED_FRAMES", "GRANULES"])
def test_a_tip_is_black_on_white_in_every_theme_and_a_table_has_none(matched, name):
    assert matched[name].mapTipTemplate().startswith('<div style="background-color: white; color: black">')
    assert matched["MATCHES"].mapTipTemplate() == ""


TIP_OF_CROSSOVER = {
    "frame_id": "string",
    "granule_id": "string",
    "beam": "string",
    "rgt": "integer",
    "cycle": "integer",
    "region": "integer",
    "pass_time": "datetime",
    "days_between": "integer",
    "angle_deg": "double",
    "distance_m": "double",
    "source": "string",
    "https_url": "string",
}


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (-19, "<br>19 days before the flight<br>"),
        (-1, "<br>1 day before the flight<br>"),
        (0, "<br>on the day of the flight<br>"),
        (1, "<br>1 day after the flight<br>"),
        (1461, "<br>1461 days after the flight<br>"),
        (None, None),
    ],
)
def test_a_crossovers_tip_says_whether_the_pass_came_before_or_after_the_flight(qgis_app, days, told):
    fields = "&".join(f"field={name}:{kind}" for name, kind in TIP_OF_CROSSOVER.items())
    layer = QgsVectorLayer(f"Point?{fields}", "crossovers", "memory")
    layer.setMapTipTemplate(map_tips.CROSSOVER)
    feature = QgsFeature(layer.fields())
    feature["days_between"] = days
    shown = tip(layer, feature).replace("\n", "")
    assert "[%" not in shown
    if told is None:
        assert "flight" not in shown
    else:
        assert told in shown


def test_a_tip_counts_one_as_one(matched):
    layer = matched["MATCHED_FRAMES"]
    feature = next(layer.getFeatures())
    feature["n_granules"], feature["n_crossing"] = 1, 1
    assert "<br>1 granule, 1 of them crosses the line<br>" in tip(layer, feature)
    feature["n_granules"], feature["n_crossing"] = 2, 0
    assert "<br>2 granules, 0 of them cross the line<br>" in tip(layer, feature)


def test_a_tip_leaves_out_what_is_not_known(save, frames_table, matched):
    bare = save(frames_table[["id", "geometry"]])
    styles.apply(bare, styles.FRAMES)
    shown = tip(bare, next(bare.getFeatures()))
    assert re.sub(r"</?div[^>]*>|\n", "", shown) == "<b>Data_20200101_01_001</b>"
    granule = next(matched["GRANULES"].getFeatures())
    for column in ("start_time", "https_url", "rgt"):
        granule[column] = None
    shown = tip(matched["GRANULES"], granule)
    assert "UTC" not in shown
    assert "<a " not in shown
    assert "[%" not in shown


def test_fields_have_names_for_people(matched):
    names = {
        layer.fields().at(index).name(): alias
        for layer in matched.values()
        for index, alias in enumerate(map(layer.attributeAlias, layer.fields().allAttributesList()))
    }
    assert names["https_url"] == "Link (https, Earthdata login)"
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


def test_applying_a_style_twice_gives_each_action_once(save, granules_table):
    layer = save(granules_table)
    styles.apply(layer, styles.GRANULES)
    once = [action.name() for action in layer.actions().actions()]
    styles.apply(layer, styles.GRANULES)
    assert [action.name() for action in layer.actions().actions()] == once
    assert len(set(once)) == len(once) > 0


def test_what_can_be_done_with_a_row_stands_first_in_the_attribute_table(matched):
    first = matched["MATCHES"].attributeTableConfig().columns()[0]
    assert first.type == QgsAttributeTableConfig.Type.Action
    assert not first.hidden


def test_columns_for_programs_are_neither_in_the_table_nor_in_the_form_but_in_the_file(matched):
    layer = matched["MATCHED_FRAMES"]
    columns = layer.attributeTableConfig().columns()
    hidden = {column.name for column in columns if column.hidden and column.name}
    assert hidden == {"fid", "opr:mbox", "atl06_granules"}
    for name in hidden:
        assert layer.editorWidgetSetup(layer.fields().indexOf(name)).type() == "Hidden"
    assert json.loads(next(layer.getFeatures())["atl06_granules"])[0]["granule_id"].startswith("ATL06_")


def test_frequencies_are_shown_with_all_their_digits(save, frames_table):
    layer = save(frames_table.assign(**{"opr:frequency": 1.95e8}))
    styles.apply(layer, styles.FRAMES)
    index = layer.fields().indexOf("opr:frequency")
    setup = layer.editorWidgetSetup(index)
    formatter = QgsApplication.fieldFormatterRegistry().fieldFormatter(setup.type())
    shown = formatter.representValue(layer, index, setup.config(), None, 1.95e8)
    assert re.sub(r"\D", "", shown) == "195000000"


def test_the_legend_says_what_is_counted(matched):
    labels = [part.label() for part in matched["MATCHED_FRAMES"].renderer().ranges()]
    assert labels == ["no granule", "2 granules"]


def times_of(layer):
    """Return the times as the desktop has them, which loads the style after the layer."""
    layer.loadDefaultStyle()
    return layer.temporalProperties()


@pytest.mark.parametrize("name", ["GRANULES", "MATCHES"])
def test_the_temporal_controller_goes_by_the_time_of_the_pass(matched, name):
    times = times_of(matched[name])
    assert times.isActive()
    assert times.startField() == "start_time"


def test_on_a_day_without_a_pass_no_granule_is_drawn(matched):
    layer = matched["GRANULES"]
    times = times_of(layer)

    def drawn(first, last):
        span = QgsDateTimeRange(*(QDateTime.fromString(day, Qt.DateFormat.ISODate) for day in (first, last)))
        context = QgsVectorLayerTemporalContext()
        context.setLayer(layer)
        return len(list(layer.getFeatures(times.createFilterString(context, span))))

    assert drawn("2024-01-01T00:00:00", "2024-01-01T23:59:59") == layer.featureCount() > 0
    assert drawn("2024-01-03T00:00:00", "2024-01-03T23:59:59") == 0


@pytest.fixture
def with_echogram(save, fresh, frames_table):
    """Open frames whose catalog knows a picture of the first one only."""
    layer = save(frames_table.assign(thumbnail=["https://example.org/echo.jpg", *[None] * (len(frames_table) - 1)]))
    styles.apply(layer, styles.FRAMES)
    assert styles.keep(layer)
    return fresh(layer.source().split("|")[0])


def test_the_echogram_is_in_tip_form_and_actions(with_echogram):
    first, *others = (tip(with_echogram, feature) for feature in with_echogram.getFeatures())
    assert '<img src="https://example.org/echo.jpg"' in first
    assert [other for other in others if "<img" in other or "[%" in other] == []
    widget = with_echogram.editorWidgetSetup(with_echogram.fields().indexOf("thumbnail"))
    assert widget.type() == "ExternalResource"
    assert int(widget.config()["DocumentViewer"]) == 1
    (action,) = with_echogram.actions().actions()
    assert action.command() == '[% "thumbnail" %]'


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=200))
def test_every_count_falls_into_exactly_one_class(counts):
    made = classes.count_classes(counts)
    assert all(sum(low <= count <= high for low, high in made) == 1 for count in counts)
    assert len(made) <= 5
    assert made[0][0] == min(counts)
    assert made[-1][1] == max(counts)


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=200))
def test_no_class_is_empty(counts):
    assert all(any(low <= count <= high for count in counts) for low, high in classes.count_classes(counts))


def test_without_any_granule_there_is_no_class():
    assert classes.count_classes([]) == []
