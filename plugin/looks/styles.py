"""How each kind of layer looks and behaves; kept in the GeoPackage, and independent of the plugin from then on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from qgis.core import Qgis, QgsFeatureRenderer, QgsLayerNotesUtils, QgsVectorLayer

from ..compat import save_style
from . import map_tips, renderers, stored_styles
from .actions import add_actions
from .columns import describe

#: What the saved style is called.
STYLE_NAME = "xOPR Crossovers"

#: Level of a layer that does not say where it belongs: below all others.
LOWEST = 100


@dataclass(frozen=True)
class Style:
    """How one kind of layer looks and behaves; an algorithm may declare its own beside its class.

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
    aliases : mapping of str to str
        Names for people of columns that only this kind of layer has.
    level : int
        Where in the group of its run a layer is drawn: 0 on top, :data:`LOWEST` at the bottom.
    is_of_frames : bool
        Whether a row is a frame, so that its season names the group.
    is_wide : bool
        Whether the extent is far larger than what is looked for, as that of whole passes.
    listed : Style, optional
        Of the layer whose rows are listed in the form of a feature, see :mod:`.relations`.
    note : str
        What whoever gets the layer must know: the layer's note in QGIS, and the abstract of its metadata.
    section : str
        Title in ``docs/layers.md``, where the columns are told; empty if the algorithm's own page tells them.
    """

    label: str
    renderer: Callable[[QgsVectorLayer], QgsFeatureRenderer] | None = None
    map_tip: str | Callable[[list[str]], str] = ""
    times: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    level: int = LOWEST
    is_of_frames: bool = False
    is_wide: bool = False
    listed: Style | None = None
    note: str = ""
    section: str = ""


def apply(layer: QgsVectorLayer, style: Style) -> None:
    """Give a layer its colours, names of columns, widgets, actions, map tip and times."""
    add_actions(layer)
    describe(layer, style.aliases)
    layer.setDisplayExpression(style.label)
    tip = style.map_tip
    layer.setMapTipTemplate(map_tips.on_paper(tip(layer.fields().names()) if callable(tip) else tip))
    if style.renderer is not None and layer.isSpatial():
        layer.setRenderer(style.renderer(layer))
    if style.times:
        _set_times(layer, *style.times)
    if style.note:
        QgsLayerNotesUtils.setLayerNotes(layer, style.note)
        metadata = layer.metadata()
        metadata.setAbstract(style.note)
        layer.setMetadata(metadata)


def keep(layer: QgsVectorLayer) -> bool:
    """Save the layer's style, and what is said about it, beside its data where the file can hold them.

    Returns whether nothing went wrong.
    """
    path, table = stored_styles.place_of(layer)
    if not path:
        return True
    stored_styles.forget(path, table, STYLE_NAME)
    kept = save_style(layer, STYLE_NAME)
    if about := layer.metadata().abstract():
        kept = stored_styles.tell_about(path, table, about) and kept
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


FRAMES = Style('"id"', renderers.frames_renderer, map_tips.frame_tip, level=40, is_of_frames=True, section="Frames")
GRANULES = Style(
    '"granule_id"',
    renderers.granules_renderer,
    map_tips.GRANULE,
    ("start_time", "end_time"),
    level=50,
    is_wide=True,
    section="Granules",
)
MATCHES = Style(
    # Short, as the list in a frame's form is narrow.
    "coalesce(format_date(\"start_time\", 'yyyy-MM-dd') || ', ', '')"
    " || coalesce('RGT ' || \"rgt\", \"granule_id\") || if(\"crosses_line\", ', crosses', '')",
    times=("start_time",),
    level=60,
    section="Matches",
)
MATCHED_FRAMES = Style(
    '"id"',
    renderers.count_renderer("n_granules", "no granule", ("granule", "granules")),
    map_tips.frame_tip,
    level=20,
    is_of_frames=True,
    listed=MATCHES,
    section="Matched frames",
)
