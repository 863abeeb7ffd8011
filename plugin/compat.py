"""What differs between QGIS 3.22, QGIS 3.44 and QGIS 4 (Qt 6), named once."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    Qgis,
    QgsFeatureRequest,
    QgsField,
    QgsMapLayer,
    QgsProcessing,
    QgsProcessingParameterDefinition,
    QgsUnitTypes,
    QgsVectorLayer,
    QgsWkbTypes,
)
from qgis.core import QgsProcessingParameterDateTime as _DateTimeParameter
from qgis.core import QgsProcessingParameterNumber as _NumberParameter
from qgis.PyQt.QtCore import QMetaType, QVariant

_VERSION = Qgis.QGIS_VERSION_INT

#: Names of geometry types; members as in ``LineString`` and ``NoGeometry``.
WkbType = Qgis.WkbType if _VERSION >= 33000 else QgsWkbTypes.Type
POLYGON_GEOMETRY = Qgis.GeometryType.Polygon if _VERSION >= 33000 else QgsWkbTypes.GeometryType.PolygonGeometry

if _VERSION >= 33600:
    POINTS = Qgis.ProcessingSourceType.VectorPoint
    LINES = Qgis.ProcessingSourceType.VectorLine
    POLYGONS = Qgis.ProcessingSourceType.VectorPolygon
    TABLE = Qgis.ProcessingSourceType.Vector
    ADVANCED = Qgis.ProcessingParameterFlag.Advanced
    INTEGER = Qgis.ProcessingNumberParameterType.Integer
    FLOAT = Qgis.ProcessingNumberParameterType.Double
    DATE = Qgis.ProcessingDateTimeParameterDataType.Date
    NO_GEOMETRY_CHECK = Qgis.InvalidGeometryCheck.NoCheck
    METRES = Qgis.DistanceUnit.Meters
else:
    POINTS = QgsProcessing.SourceType.TypeVectorPoint
    LINES = QgsProcessing.SourceType.TypeVectorLine
    POLYGONS = QgsProcessing.SourceType.TypeVectorPolygon
    TABLE = QgsProcessing.SourceType.TypeVector
    ADVANCED = QgsProcessingParameterDefinition.Flag.FlagAdvanced
    INTEGER = _NumberParameter.Type.Integer
    FLOAT = _NumberParameter.Type.Double
    DATE = _DateTimeParameter.Type.Date
    NO_GEOMETRY_CHECK = QgsFeatureRequest.InvalidGeometryCheck.GeometryNoCheck
    METRES = QgsUnitTypes.DistanceUnit.DistanceMeters

#: Whether forms grey out dates and numbers of layers that are not edited: 3.22 does, 3.40 does not.
GREYS_FORMS = _VERSION < 34000

FIELD_TYPES: dict[str, Any] = {
    "bool": QMetaType.Type.Bool,
    "int": QMetaType.Type.LongLong,
    "float": QMetaType.Type.Double,
    "date": QMetaType.Type.QDate,
    "datetime": QMetaType.Type.QDateTime,
    "bytes": QMetaType.Type.QByteArray,
    "text": QMetaType.Type.QString,
}
# Before, QgsField took QVariant's types, which have the same numbers; after, it warns of them.
if _VERSION < 33800:
    _type_of_old = type(QgsField().type())
    FIELD_TYPES = {kind: _type_of_old(int(number)) for kind, number in FIELD_TYPES.items()}


_KINDS = {number: kind for kind, number in FIELD_TYPES.items()}
_KINDS[QMetaType.Type.Int if _VERSION >= 33800 else _type_of_old(2)] = "int"


def kind_of_field(described: QgsField) -> str:
    """Return what a field holds, by :data:`FIELD_TYPES`; empty if it is none of these."""
    return _KINDS.get(described.type(), "")


def field(name: str, kind: str) -> QgsField:
    """Return a field of a kind of :data:`FIELD_TYPES`."""
    return QgsField(name, FIELD_TYPES[kind])


def is_null(value: Any) -> bool:
    """Whether an attribute is NULL: PyQt turns every other QVariant into a Python object."""
    return value is None or isinstance(value, QVariant)


def save_style(layer: QgsVectorLayer, name: str) -> bool:
    """Save a layer's style as the default one into its database, and return whether that worked."""
    if hasattr(layer, "saveStyleToDatabaseV2"):
        result, _ = layer.saveStyleToDatabaseV2(name, "", True, "")
        # A style that SLD cannot express is saved all the same: QGIS itself reads the QML.
        return not result & QgsMapLayer.SaveStyleResult.DatabaseWriteFailed
    return not layer.saveStyleToDatabase(name, "", True, "")
