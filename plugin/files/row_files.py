"""A layer file, made by QGIS, which rows go into."""

from __future__ import annotations

import glob
from pathlib import Path
from typing import Any

from qgis.core import QgsCoordinateReferenceSystem, QgsFields, QgsProcessingContext, QgsVectorFileWriter

from ...core.common import InputError
from . import databases
from .formats import Format


def create(
    path: Path,
    table: str,
    found: Format,
    shape: tuple[QgsFields, Any, QgsCoordinateReferenceSystem],
    context: QgsProcessingContext,
    encoding: str = "",
) -> QgsVectorFileWriter:
    """Return a sink for a new file, or for a table of a database that is there; a table of that name is replaced.

    Parameters
    ----------
    path : Path
    table : str
        Empty where a file is one layer.
    found : Format
    shape : tuple
        Fields, geometry type and CRS.
    context : QgsProcessingContext
    encoding : str
        Of texts, where the format has a choice.

    Raises
    ------
    InputError
        If it cannot be made; the message is only why.
    """
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName = found.driver
    options.layerName = table
    options.fileEncoding = encoding or context.defaultEncoding()
    options.datasourceOptions = QgsVectorFileWriter.defaultDatasetOptions(found.driver)
    options.layerOptions = QgsVectorFileWriter.defaultLayerOptions(found.driver)
    if table and path.exists():
        options.actionOnExistingFile = QgsVectorFileWriter.ActionOnExistingFile.CreateOrOverwriteLayer
        if found.driver == "GPKG":
            options.layerOptions = [*options.layerOptions, f"IDENTIFIER={databases.free_title(path, table)}"]
    writer = QgsVectorFileWriter.create(str(path), *shape, context.transformContext(), options)
    if writer.hasError() != QgsVectorFileWriter.WriterError.NoError:
        raise InputError(" ".join(writer.errorMessage().split()))
    return writer


def named(path: Path) -> None:
    """Give a file the ending that was asked for: of several that a format has, QGIS writes one."""
    if not path.exists():
        for file in path.parent.glob(glob.escape(path.name) + ".*"):
            file.rename(path)
