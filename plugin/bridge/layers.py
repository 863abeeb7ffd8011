"""The one bridge between QGIS layers and GeoDataFrames.

Needs the packages that :func:`xopr_crossovers.plugin.packages.dependencies.load` loads: import it after that.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, repeat
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsFeatureIterator,
    QgsFeatureSink,
    QgsFeatureSource,
    QgsFields,
    QgsGeometry,
    QgsProcessingFeedback,
    QgsVectorLayer,
)

from ...core.common import CancelledError, InputError, Progress, count, put_off_collecting
from ...core.geometry import earth_crs
from ..compat import WkbType
from . import direct_reading
from .attributes import column_of, field_of, values_of
from .curves import plain
from .geometries import of_one_kind, type_name

BATCH = 5_000


# --- from QGIS -------------------------------------------------------------------------------------------------------


#: Fields, type of geometry and CRS of a layer.
Shape = tuple[QgsFields, Any, QgsCoordinateReferenceSystem]


def source_to_table(
    source: QgsFeatureSource, name: str, progress: Progress | None = None, layer: QgsVectorLayer | None = None
) -> pd.DataFrame:
    """Read all features of a source, as :func:`source_to_geodataframe`; a plain table where it has no geometry.

    Parameters
    ----------
    source : QgsFeatureSource
    name : str
        What to call the source in an error.
    progress : Progress, optional
        Can cancel, and is told how many geometries were curved.
    layer : QgsVectorLayer, optional
        Of which the source is all, so that it may be read from its file.
    """
    progress = progress or Progress()
    with put_off_collecting():
        found = direct_reading.read(layer, progress.check) if layer is not None else None
    is_spatial = source.wkbType() != WkbType.NoGeometry
    if found is not None and (found[1] is not None) == is_spatial:
        columns, geometries = found
        if geometries is None:
            return pd.DataFrame(columns)
        return _as_table(columns, geometries, source, name, progress, None)
    if is_spatial:
        return source_to_geodataframe(source, name=name, progress=progress)
    columns, _ = _read(source, None, name, progress)
    return pd.DataFrame(columns)


def source_to_geodataframe(
    source: QgsFeatureSource,
    feedback: QgsProcessingFeedback | None = None,
    crs: Any = None,
    name: str = "The layer",
    progress: Progress | None = None,
) -> gpd.GeoDataFrame:
    """Read all features of a source, the selected ones where Processing made it so.

    Parameters
    ----------
    source : QgsFeatureSource
        A layer's or a Processing parameter's source.
    feedback : QgsProcessingFeedback, optional
        Can cancel.
    crs : CRS, optional
        Replaces the source's own.
    name : str
        What to call the source in an error.
    progress : Progress, optional
        Can cancel, and is told how many geometries were curved.

    Returns
    -------
    GeoDataFrame
        Columns as the fields are called, in their order; NULL is a missing value; date-times are UTC; the geometry
        column is ``geometry`` in the source's CRS (none where the source has none), and a field of that name
        ``geometry_2``, or what is free. Curves become straight pieces, and
        surfaces of triangles polygons.

    Raises
    ------
    CancelledError
        If the user cancelled.
    InputError
        If the source stops delivering, or its CRS is not known to PROJ.
    """
    progress = progress or Progress()
    columns, wkb = _read(source, feedback, name, progress)
    return _as_table(columns, _geometries(wkb), source, name, progress, crs)


def _as_table(
    columns: dict[str, Any], geometries: np.ndarray, source: QgsFeatureSource, name: str, progress: Progress, crs: Any
) -> gpd.GeoDataFrame:
    if "geometry" in columns:
        new = next(free for n in range(2, len(columns) + 3) if (free := f"geometry_{n}") not in columns)
        progress.info(f"{name}: the column 'geometry' is called '{new}' from here on, as the shapes have its name.")
        columns = {new if column == "geometry" else column: values for column, values in columns.items()}
    if crs is None:
        crs = _crs_of(source.sourceCrs(), name)
    return gpd.GeoDataFrame(columns, geometry=geometries, crs=crs)


def _read(
    source: QgsFeatureSource, feedback: QgsProcessingFeedback | None, name: str, progress: Progress
) -> tuple[dict[str, Any], list[bytes | None]]:
    """Return the columns of a source, and the geometries."""
    rows: list[list[Any]] = []
    wkb: list[bytes | None] = []
    n_curved = 0
    features = source.getFeatures()
    with put_off_collecting():
        while some := list(islice(features, BATCH)):
            progress.check()
            if feedback is not None and feedback.isCanceled():
                raise CancelledError
            rows.extend(map(QgsFeature.attributes, some))
            geometries, n_special = plain(list(map(QgsFeature.geometry, some)))
            n_curved += n_special
            wkb.extend(geometry.asWkb().data() or None for geometry in geometries)
    _check_whole(source, features, len(rows), name)
    if n_curved:
        curved = count(n_curved, "curved geometry was", "curved geometries were")
        progress.info(f"{name}: {curved} read as straight pieces.")
    fields = source.fields()
    values: list[Any] = list(zip(*rows)) if rows else [() for _ in range(fields.count())]
    return {fields.at(i).name(): column_of(fields.at(i), values[i]) for i in range(fields.count())}, wkb


def _check_whole(source: QgsFeatureSource, features: QgsFeatureIterator, n_rows: int, name: str) -> None:
    """Raise if a source announced rows and delivered none: a database that is locked or gone says no more."""
    if not features.isValid() or (n_rows == 0 and source.featureCount() > 0):
        raise InputError(
            f"{name} can no longer be read: its file or database is gone, or another program has locked it; close it "
            "there, and load the layer again."
        )


def open_vector(path: str) -> pd.DataFrame:
    """Read any vector file that QGIS can open: a GeoDataFrame, or a plain table where it has no geometry.

    Raises
    ------
    InputError
        If QGIS cannot open it.
    """
    layer = QgsVectorLayer(path, "frames", "ogr")
    if not layer.isValid():
        raise InputError(f"QGIS cannot open {path} as a vector layer; check that it is a complete vector file.")
    return source_to_table(layer, path, layer=layer)


def _geometries(wkb: list[bytes | None]) -> np.ndarray:
    try:
        geometries: np.ndarray = shapely.from_wkb(np.array(wkb, dtype=object))
    except (shapely.errors.ShapelyError, NotImplementedError) as error:
        why = " ".join(str(error).split())
        raise InputError(
            f"A geometry cannot be read ({why}); mend the layer first, for example with 'Fix geometries'."
        ) from error
    # A file writer makes an empty geometry of a missing one.
    geometries[shapely.is_empty(geometries)] = None
    return geometries


def _crs_of(crs: QgsCoordinateReferenceSystem, name: str) -> Any:
    if not crs.isValid():
        return None
    text = crs.authid() if crs.authid().startswith(("EPSG:", "ESRI:", "OGC:", "IAU_2015:")) else crs.toWkt()
    try:
        return earth_crs(text, name)
    except InputError:
        # Its definition may say more than a code that this PROJ does not know, or than QGIS's own number of it.
        return earth_crs(crs.toWkt(), name)


# --- to QGIS ---------------------------------------------------------------------------------------------------------


def shape_of(table: pd.DataFrame, kinds: dict[str, str] | None = None, empty: str = "NoGeometry") -> Shape:
    """Return what a sink for a table is made of: see :func:`fields_of`, :func:`wkb_type_of` and :func:`crs_of`."""
    return fields_of(table, kinds), wkb_type_of(table, empty), crs_of(table)


def fields_of(table: pd.DataFrame, kinds: dict[str, str] | None = None) -> QgsFields:
    """Return the fields for the columns of a table, the geometry left out.

    Lists and dicts become JSON text; whole numbers 64 bit; times date-times in UTC.

    Parameters
    ----------
    table : DataFrame or GeoDataFrame
    kinds : dict of str to str, optional
        What columns hold, by :data:`~xopr_crossovers.plugin.compat.FIELD_TYPES`; otherwise their values tell.
    """
    fields = QgsFields()
    for name in _attribute_columns(table):
        fields.append(field_of(str(name), table[name], (kinds or {}).get(name)))
    return fields


def wkb_type_of(table: pd.DataFrame, empty: str = "NoGeometry") -> Any:
    """Return the geometry type of a layer that can hold a table's geometries.

    Parameters
    ----------
    table : DataFrame or GeoDataFrame
        A plain DataFrame gives ``NoGeometry``.
    empty : str
        The type's name where there is no geometry to tell by.

    Returns
    -------
    QGIS geometry type
        Single where all are single, else multi; with Z where one has Z.
    """
    if not isinstance(table, gpd.GeoDataFrame):
        return WkbType.NoGeometry
    return getattr(WkbType, type_name(table.geometry.to_numpy(), empty))


def crs_of(table: pd.DataFrame) -> QgsCoordinateReferenceSystem:
    """Return the CRS of a table as QGIS knows it; an invalid one for a table without geometry."""
    crs = QgsCoordinateReferenceSystem()
    if isinstance(table, gpd.GeoDataFrame) and table.crs is not None:
        authority = table.crs.to_authority()
        crs.createFromString(":".join(authority) if authority else f"WKT:{table.crs.to_wkt()}")
    return crs


def write(
    table: pd.DataFrame, sink: QgsFeatureSink, feedback: QgsProcessingFeedback, kinds: dict[str, str] | None = None
) -> None:
    """Write a table into a sink made with :func:`fields_of` (and the same kinds) and :func:`wkb_type_of`, in batches.

    Raises
    ------
    CancelledError
        If the user cancelled.
    InputError
        If the sink refuses a feature; the message is only why.
    """
    fields = fields_of(table, kinds)
    with put_off_collecting():
        for batch in _features(table, fields, kinds or {}):
            if feedback.isCanceled():
                raise CancelledError
            if not sink.addFeatures(batch, QgsFeatureSink.Flag.FastInsert):
                raise InputError(_said(sink) or "the layer refused a feature")
    if not sink.flushBuffer():
        raise InputError(_said(sink) or "the layer refused its features")


def _said(sink: QgsFeatureSink) -> str:
    return " ".join(sink.lastError().split())


def _features(table: pd.DataFrame, fields: QgsFields, kinds: dict[str, str]) -> Iterator[list[QgsFeature]]:
    wkb = None
    if isinstance(table, gpd.GeoDataFrame):
        wkb = shapely.to_wkb(of_one_kind(table.geometry.to_numpy()), flavor="iso")
    columns = [values_of(table[name], kinds.get(name)) for name in _attribute_columns(table)]
    rows = zip(*columns) if columns else repeat((), len(table))
    for start in range(0, len(table), BATCH):
        batch = []
        for attributes in islice(rows, BATCH):
            feature = QgsFeature(fields)
            feature.setAttributes(list(attributes))
            batch.append(feature)
        if wkb is not None:
            for feature, shape in zip(batch, wkb[start : start + BATCH].tolist()):
                if shape is not None:
                    geometry = QgsGeometry()
                    geometry.fromWkb(shape)
                    feature.setGeometry(geometry)
        yield batch


def _attribute_columns(table: pd.DataFrame) -> list[Any]:
    geometry = table.geometry.name if isinstance(table, gpd.GeoDataFrame) else None
    return [name for name in table.columns if name != geometry]
