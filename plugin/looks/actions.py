"""What a click on a feature can do: open its links, select the frames that a granule crosses.

The actions are kept in the GeoPackage and work without the plugin.
"""

from __future__ import annotations

from qgis.core import QgsAction, QgsVectorLayer

# In the form, on the map, in a cell and in a row of the attribute table.
_SCOPES = {"Feature", "Canvas", "Field"}

# Earthdata Search wants the collection's id in CMR (that of ATL06 version 007, looked up there); of other products
# CMR shows its record of the granule.
_GRANULE_PAGE = """[% CASE WHEN regexp_match("granule_id", '^ATL06_.*_007_') THEN
 'https://search.earthdata.nasa.gov/search/granules?p=C3564876127-NSIDC_CPRD&pg%5B0%5D%5Bid%5D=' || "granule_id"
 ELSE 'https://cmr.earthdata.nasa.gov/search/granules.umm_json_pretty?readable_granule_name=' || "granule_id" END %]"""

# Goes by the table of matches and the layer of matched frames that are in the project.
_SELECT_FRAMES = """
from qgis.core import Qgis, QgsExpression, QgsProject, QgsVectorLayer
from qgis.utils import iface


def layers_with(*columns):
    layers = QgsProject.instance().mapLayers().values()
    return [
        layer
        for layer in layers
        if isinstance(layer, QgsVectorLayer) and set(columns) <= set(layer.fields().names())
    ]


null = None  # as JSON calls it
granule = [% to_json(array("granule_id")) %][0]
all_matches = layers_with('frame_id', 'granule_id', 'crosses_line')
all_frames = layers_with('id', 'n_crossing')
wanted = '"granule_id" = ' + QgsExpression.quotedString(str(granule)) + ' AND "crosses_line"'
crossed = [row for matches in all_matches for row in matches.getFeatures(wanted)]
selected = 0
for frames in all_frames:
    # Two seasons may have frames of the same name.
    columns = [('id', 'frame_id')]
    if 'collection' in frames.fields().names():
        columns.append(('collection', 'collection'))
    conditions = {
        ' AND '.join(
            QgsExpression.quotedColumnRef(ours) + ' IS ' + QgsExpression.quotedValue(row[theirs])
            for ours, theirs in columns
            if theirs in row.fields().names()
        )
        for row in crossed
    }
    frames.selectByExpression(' OR '.join('(' + one + ')' for one in sorted(conditions)) or 'false')
    selected += frames.selectedFeatureCount()
if not all_matches or not all_frames:
    said, level = 'Add the layers of matched frames and of matches to the project first.', Qgis.MessageLevel.Warning
else:
    said = str(granule) + ' crosses the flight line of ' + str(selected) + (' frame' if selected == 1 else ' frames')
    said, level = said + ', which now ' + ('is' if selected == 1 else 'are') + ' selected.', Qgis.MessageLevel.Info
iface.messageBar().pushMessage('xOPR Crossovers', said, level)
"""


def add_actions(layer: QgsVectorLayer) -> None:
    """Replace a layer's actions by those that its columns allow.

    Parameters
    ----------
    layer : QgsVectorLayer
    """
    columns = layer.fields().names()
    manager = layer.actions()
    manager.clearActions()
    if "https_url" in columns:
        manager.addAction(_open("Open the granule's file (needs an Earthdata login)", "Open file", '[% "https_url" %]'))
    if "granule_id" in columns:
        manager.addAction(_open("Show the granule in NASA's catalog", "Show in catalog", _GRANULE_PAGE))
        manager.addAction(
            QgsAction(
                QgsAction.ActionType.GenericPython,
                "Select the frames that the granule crosses",
                _SELECT_FRAMES,
                "",
                False,
                "Select frames",
                _SCOPES,
            )
        )
    if "thumbnail" in columns:
        manager.addAction(_open("Open the echogram", "Echogram", '[% "thumbnail" %]'))


def _open(description: str, title: str, address: str) -> QgsAction:
    return QgsAction(QgsAction.ActionType.OpenUrl, description, address, "", False, title, _SCOPES)
