"""How each kind of layer looks and behaves; kept in the GeoPackage, and independent of the plugin from then on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from qgis.core import Qgis, QgsFeatureRenderer, QgsVectorLayer

from ..compat import save_style
from . import map_tips, renderers, stored_styles
from .actions import add_actions
from .columns import describe

#: What the saved style is called.
STYLE_NAME = "xOPR Crossovers"


@dataclass(frozen=True)
class Style:
    """How one kind of layer looks and behaves.

    Attributes
    ----------
    label : str
        Expression that names a feature.
    renderer : callable, optional
        Makes the renderer for a layer; tables have none.
    map_tip : str or callable
        HTML with expressions, or what makes it of the names of the columns.
    times : tuple of str
        Columns with begin and end of a feature, or with its moment: what the temporal controller goes by.
    """

    label: str
    renderer: Callable[[QgsVectorLayer], QgsFeatureRenderer] | None = None
    map_tip: str | Callable[[list[str]], str] = ""
    times: tuple[str, ...] = ()


def apply(layer: QgsVectorLayer, kind: str) -> None:
    """Give a layer its colours, names of columns, widgets, actions, map tip and times.

    Parameters
    ----------
    layer : QgsVectorLayer
    kind : str
        Key of :data:`STYLES`.
    """
    style = STYLES[kind]
    add_actions(layer)
    describe(layer)
    layer.setDisplayExpression(style.label)
    tip = style.map_tip
    layer.setMapTipTemplate(tip(layer.fields().names()) if callable(tip) else tip)
    if style.renderer is not None and layer.isSpatial():
        layer.setRenderer(style.renderer(layer))
    if style.times:
        _set_times(layer, *style.times)


def keep(layer: QgsVectorLayer) -> bool:
    """Save the layer's style beside its data where the file can hold one, and return whether nothing went wrong."""
    path, table = stored_styles.place_of(layer)
    if not path:
        return True
    stored_styles.forget(path, table, STYLE_NAME)
    kept = save_style(layer, STYLE_NAME)
    # Another connection wrote into the file: the first look of the layer's own, opened before, would fail.
    layer.dataProvider().reloadData()
    return kept


def _set_times(layer: QgsVectorLayer, begin: str, end: str = "") -> None:
    modes = Qgis.VectorTemporalMode
    times = layer.temporalProperties()
    times.setMode(modes.FeatureDateTimeStartAndEndFromFields if end else modes.FeatureDateTimeInstantFromField)
    times.setStartField(begin)
    times.setEndField(end)
    times.setIsActive(True)


STYLES = {
    "frames": Style('"id"', renderers.frames_renderer, map_tips.frame_tip),
    "matched_frames": Style(
        '"id"', renderers.count_renderer("n_granules", "no granule", ("granule", "granules")), map_tips.frame_tip
    ),
    "compared_frames": Style(
        '"id"',
        renderers.count_renderer(
            "n_differing", "all methods agree", ("granule differs", "granules differ"), dark_is_many=True
        ),
        map_tips.frame_tip,
    ),
    "comparison": Style('"method"'),
    "granules": Style('"granule_id"', renderers.granules_renderer, map_tips.GRANULE, ("start_time", "end_time")),
    "crossovers": Style(
        '"frame_id" || \' x \' || coalesce("beam", "source")',
        renderers.crossovers_renderer,
        map_tips.CROSSOVER,
        ("pass_time",),
    ),
    "matches": Style(
        # Short, as the list in a frame's form is narrow.
        "coalesce(format_date(\"start_time\", 'yyyy-MM-dd') || ', ', '')"
        " || coalesce('RGT ' || \"rgt\", \"granule_id\") || if(\"crosses_line\", ', crosses', '')",
        times=("start_time",),
    ),
    "seasons": Style('"season"'),
}
