"""The values of an algorithm's parameters, in Python's terms."""

from __future__ import annotations

import difflib
import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingParameterEnum,
    QgsProcessingUtils,
    QgsProperty,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import Qt

from ... import core
from ...core.common import InputError
from ..compat import INTEGER, NO_GEOMETRY_CHECK, is_null
from .extents import read_extent
from .feedback import FeedbackProgress
from .layer_files import LayerFile, for_qgis, layer_file

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from ...core.catalogs import Place
    from ...core.common import Progress
    from ...core.remote import Access
    from ...core.web import Session


class Inputs:
    """The values of the parameters of one run, in Python's terms.

    Parameters
    ----------
    algorithm : QgsProcessingAlgorithm
    parameters : dict
        As QGIS gives them.
    context : QgsProcessingContext
    feedback : QgsProcessingFeedback, optional

    Attributes
    ----------
    progress : Progress
        For the core.
    """

    def __init__(
        self,
        algorithm: QgsProcessingAlgorithm,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback | None = None,
    ) -> None:
        self.algorithm = algorithm
        self.parameters = _with_defaults(algorithm, parameters)
        self.context = context
        self.feedback = feedback or QgsProcessingFeedback()
        self.progress: Progress = FeedbackProgress(self.feedback)

    def given(self, name: str) -> bool:
        """Whether a parameter has a value."""
        value = self.parameters.get(name)
        if isinstance(value, (str, list, tuple)):
            return bool(value.strip() if isinstance(value, str) else value)
        return not is_null(value)

    def text(self, name: str) -> str:
        """Return a text without spaces round it; empty if there is none."""
        return str(self.algorithm.parameterAsString(self.parameters, name, self.context)).strip()

    def choice(self, name: str) -> str:
        """Return the chosen option; empty if there is none.

        Raises
        ------
        InputError
            If the value is no option.
        """
        value = self.parameters.get(name)
        if isinstance(value, str) and value.strip():
            self._check_option(name, value)
        return str(self.algorithm.parameterAsEnumString(self.parameters, name, self.context))

    def choices(self, name: str) -> list[str]:
        """Return the chosen options of a parameter that takes several; the default ones if it is not given.

        Raises
        ------
        InputError
            If a value is no option.
        """
        value = self.parameters.get(name)
        if isinstance(value, str):
            value = [part.strip() for part in re.split(r"[,;]", value) if part.strip()]
        if isinstance(value, (list, tuple)):
            for part in value:
                self._check_option(name, str(part))
            return [str(part) for part in value]
        chosen = self.algorithm.parameterAsEnumStrings(self.parameters, name, self.context)
        # Where nothing is chosen, and nothing by default, QGIS has one option without a name.
        return [str(part) for part in chosen if part]

    def _check_option(self, name: str, value: str) -> None:
        options = self.algorithm.parameterDefinition(name).options()
        if value not in options:
            near = difflib.get_close_matches(value, options, n=3, cutoff=0.5)
            hint = " or ".join(near or (options if len(options) < 8 else [])) or "one that the help names"
            raise InputError(f"{name} has no option '{value}'; choose {hint}.")

    def number(self, name: str) -> float:
        """Return a number; the default if there is none.

        Raises
        ------
        InputError
            If the value is no number, too small, or a part where a whole number is asked for.
        """
        value = self.parameters.get(name)
        if isinstance(value, str):
            try:
                float(value)
            except ValueError:
                raise InputError(f"{name} must be a number, not '{value}'.") from None
        number = float(self.algorithm.parameterAsDouble(self.parameters, name, self.context))
        definition = self.algorithm.parameterDefinition(name)
        if not math.isfinite(number):
            raise InputError(f"{name} must be a number, not '{number:g}'.")
        if number < definition.minimum():
            raise InputError(f"{name} must be at least {definition.minimum():g}, not {number:g}.")
        if definition.dataType() == INTEGER and number != int(number):
            raise InputError(f"{name} must be a whole number, not {number:g}.")
        return number

    def yes(self, name: str) -> bool:
        """Return whether a box is ticked."""
        return bool(self.algorithm.parameterAsBoolean(self.parameters, name, self.context))

    def day(self, name: str) -> str | None:
        """Return a day as ISO text; None if there is none.

        Raises
        ------
        InputError
            If the value is no date.
        """
        if not self.given(name):
            return None
        moment = self.algorithm.parameterAsDateTime(self.parameters, name, self.context)
        if not moment.isValid():
            raise InputError(f"{name} is no date: '{self.parameters[name]}'; write it as 2024-01-31.")
        return str(moment.date().toString(Qt.DateFormat.ISODate))

    def table(self, name: str) -> gpd.GeoDataFrame | None:
        """Return the features of a layer, the selected ones where that was asked for; None if no layer is given.

        A table without geometry becomes a layer of the places that its columns hold: longitude and latitude, or WKT.

        Raises
        ------
        InputError
            If the layer cannot be opened, or is a table without places.
        """
        if not self.given(name):
            return None
        file = layer_file(self, name)
        text = Path(file.place.text).name if file else self.shown(name)
        return core.catalogs.with_places(self._read(name, file), name, text, self.progress)

    def rows(self, name: str) -> pd.DataFrame:
        """Return the features of a layer, or of a table that needs no places; see :meth:`table`.

        Raises
        ------
        InputError
            If the layer cannot be opened.
        """
        return self._read(name, layer_file(self, name))

    def selected(self, name: str, column: str) -> list[str]:
        """Return the texts in a column of the features that are selected in a layer of the project."""
        layer = self.algorithm.parameterAsVectorLayer(self.parameters, name, self.context)
        index = -1 if layer is None else layer.fields().lookupField(column)
        return [] if index < 0 else [str(feature[index]) for feature in layer.selectedFeatures()]

    def _read(self, name: str, file: LayerFile | None) -> pd.DataFrame:
        return self._read_file(file.place) if file and file.is_ours else self._read_source(name)

    def _read_file(self, place: Place) -> pd.DataFrame:
        with core.catalogs.local_file(place, self.session() if place.address else None, self.progress) as path:
            return core.catalogs.read_plain_table(path, place.text)

    def _read_source(self, name: str) -> pd.DataFrame:
        from ..bridge import source_to_table

        given = {**self.parameters, name: for_qgis(self, name)}
        source = self.algorithm.parameterAsSource(given, name, self.context)
        if source is None:
            raise InputError(f"{name}: there is no layer {self.shown(name)}; check the path or the layer's name.")
        # Footprints round the globe are not "valid" to QGIS, and are what we want.
        source.setInvalidGeometryCheck(NO_GEOMETRY_CHECK)
        return source_to_table(source, name, self.progress, self._whole_layer(given[name]))

    def _whole_layer(self, value: Any) -> QgsVectorLayer | None:
        """Return the layer of which a source is all; None where only its selected or filtered features are wanted."""
        if isinstance(value, QgsProperty):
            value, _ = value.valueAsString(self.context.expressionContext(), "")
        if isinstance(value, str):
            value = QgsProcessingUtils.mapLayerFromString(value, self.context)
        return value if isinstance(value, QgsVectorLayer) else None

    def frames(self, name: str) -> gpd.GeoDataFrame:
        """Return the frames of a layer, checked.

        Raises
        ------
        InputError
            If the layer cannot be opened or holds no frames.
        """
        return core.frames.normalize_frames(self.table(name), f"The frames of {name}", self.progress)

    @staticmethod
    def open_vector(path: str) -> pd.DataFrame:
        """Read a vector file through QGIS; the core asks for this where a catalog is not Parquet."""
        from ..bridge import open_vector

        return open_vector(path)

    def raster(self, name: str) -> core.heights.GridValues | None:
        """Return the values of a raster layer; None if there is none.

        Raises
        ------
        InputError
            If the layer cannot be opened, or nobody can tell where on the Earth it is.
        """
        from .rasters import raster

        return raster(self, name)

    def access(self) -> Access:
        """Return what the files of this run share: a session of QGIS's settings, and the login of ``AUTHCFG``.

        Raises
        ------
        InputError
            If that cannot be opened, or holds no login.
        """
        from ..login import login_of

        return core.remote.Access(self.session(), login_of(self.text("AUTHCFG") or ""))

    @staticmethod
    def session() -> Session:
        """Return a session that follows QGIS's settings: proxy, certificates, user agent, time-out."""
        from ..network import session

        return session()

    def extent(self, name: str) -> tuple[tuple[float, float, float, float], str]:
        """Return (x_min, y_min, x_max, y_max) of an extent, and its CRS as text; see :func:`.extents.read_extent`."""
        return read_extent(self, name)

    def shown(self, name: str) -> str:
        """Return the value of a parameter as it is shown in a sentence."""
        value = self.parameters.get(name)
        if isinstance(value, QgsProperty):
            value = value.asExpression()
        return f"'{value}'"


def _with_defaults(algorithm: QgsProcessingAlgorithm, parameters: dict[str, Any]) -> dict[str, Any]:
    """Return values without options that are empty: on a command line ``BEAMS=`` asks for nothing of its own."""
    options = {
        definition.name()
        for definition in algorithm.parameterDefinitions()
        if isinstance(definition, QgsProcessingParameterEnum)
    }

    def is_empty(value: Any) -> bool:
        # Of an empty text qgis_process makes a value that is null.
        return not value.strip() if isinstance(value, str) else is_null(value)

    return {name: value for name, value in parameters.items() if not (name in options and is_empty(value))}
