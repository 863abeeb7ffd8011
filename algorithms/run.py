"""One run of an algorithm: the values of its parameters, in Python's terms, and the layers that it writes."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProperty,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import Qt

from .. import core
from ..core.errors import InputError
from ..plugin.compat import NO_GEOMETRY_CHECK, is_null
from ..plugin.feedback import FeedbackProgress
from .extents import read_extent

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from ..core.progress import Progress
    from ..core.session import Session

# QGIS does not open a table without geometry in these, and so cannot count its rows.
_UNCOUNTED = (".sqlite", ".db")


class Run:
    """The parameters and the outputs of one run.

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
    layers : dict
        Destination of each layer that was written, by the output's name.
    """

    def __init__(
        self,
        algorithm: QgsProcessingAlgorithm,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback | None = None,
    ) -> None:
        self.algorithm = algorithm
        self.parameters = parameters
        self.context = context
        self.feedback = feedback or QgsProcessingFeedback()
        self.progress: Progress = FeedbackProgress(self.feedback)
        self.layers: dict[str, str] = {}

    # --- values in ---

    def given(self, name: str) -> bool:
        """Whether a parameter has a value."""
        value = self.parameters.get(name)
        return bool(value.strip()) if isinstance(value, str) else not is_null(value)

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
        return [str(part) for part in self.algorithm.parameterAsEnumStrings(self.parameters, name, self.context)]

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
            If the value is no number, or too small.
        """
        value = self.parameters.get(name)
        if isinstance(value, str):
            try:
                float(value)
            except ValueError:
                raise InputError(f"{name} must be a number, not '{value}'.") from None
        number = float(self.algorithm.parameterAsDouble(self.parameters, name, self.context))
        smallest = self.algorithm.parameterDefinition(name).minimum()
        if number < smallest:
            raise InputError(f"{name} must be at least {smallest:g}, not {number:g}.")
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

        Raises
        ------
        InputError
            If the layer cannot be opened.
        """
        from ..plugin.layers import source_to_geodataframe

        if not self.given(name):
            return None
        source = self.algorithm.parameterAsSource(self.parameters, name, self.context)
        if source is None:
            raise InputError(f"{name}: there is no layer {self.shown(name)}; check the path or the layer's name.")
        # Footprints round the globe are not "valid" to QGIS, and are what we want.
        source.setInvalidGeometryCheck(NO_GEOMETRY_CHECK)
        return source_to_geodataframe(source, self.feedback)

    def frames(self, name: str) -> gpd.GeoDataFrame:
        """Return the frames of a layer, checked.

        Raises
        ------
        InputError
            If the layer cannot be opened or holds no frames.
        """
        return core.frames.normalize_frames(self.table(name), f"The frames of {name}", self.progress)

    @staticmethod
    def open_vector(path: str) -> gpd.GeoDataFrame:
        """Read a vector file through QGIS; the core asks for this where a catalog is not Parquet."""
        from ..plugin.layers import open_vector

        return open_vector(path)

    @staticmethod
    def session() -> Session:
        """Return a session that follows QGIS's settings: proxy, certificates, user agent, time-out."""
        from ..plugin.network import session

        return session()

    def extent(self, name: str) -> tuple[tuple[float, float, float, float], str]:
        """Return (x_min, y_min, x_max, y_max) of an extent, and its CRS as text; see :func:`.extents.read_extent`."""
        return read_extent(self, name)

    def shown(self, name: str) -> str:
        """Return the value of a parameter in quotes, for a message."""
        value = self.parameters.get(name)
        if isinstance(value, QgsProperty):
            value = value.asExpression()
        return f"'{value}'"

    # --- layers out ---

    def write(self, name: str, table: pd.DataFrame, empty: str = "NoGeometry") -> None:
        """Write a table as the output layer of a name.

        Parameters
        ----------
        name : str
            Of a sink parameter.
        table : DataFrame or GeoDataFrame
        empty : str
            Geometry type of a layer without features.

        Raises
        ------
        InputError
            If the layer cannot be written.
        CancelledError
            If the user cancelled.
        """
        self.write_parts(name, iter([table]), empty=empty)

    def write_parts(
        self, name: str, tables: Iterator[pd.DataFrame], kinds: dict[str, str] | None = None, empty: str = "NoGeometry"
    ) -> int:
        """Write tables one after the other as one output layer, as they come, and return the number of rows.

        Parameters
        ----------
        name : str
            Of a sink parameter.
        tables : iterator of DataFrame or GeoDataFrame
            At least one, all with the same columns and, where there is geometry, of the same type and CRS.
        kinds : dict of str to str, optional
            What columns hold, see :func:`~xopr_crossovers.plugin.layers.fields_of`; without it, as the first table
            has it.
        empty : str
            Geometry type of a layer whose first table has no features.

        Raises
        ------
        InputError
            If the layer cannot be written.
        CancelledError
            If the user cancelled.
        """
        from ..plugin import geopackage
        from ..plugin.layers import crs_of, fields_of, wkb_type_of, write

        self.progress.check()
        table = next(tables)
        fields = fields_of(table, kinds)
        why = ""
        try:
            sink, destination = self.algorithm.parameterAsSink(
                self.parameters, name, self.context, fields, wkb_type_of(table, empty), crs_of(table)
            )
        except QgsProcessingException as error:
            sink, why = None, f" ({' '.join(str(error).split())})"
        if sink is None:
            raise InputError(
                f"{name} cannot be written to {self.shown(name)}{why}; check the folder, its permissions and its free "
                "space."
            )
        self.layers[name] = destination
        tables = chain([table], tables)
        if geopackage.can_fill(destination, table):
            del sink
            n_rows = geopackage.fill(destination, tables, kinds, self.progress.check)
            self._check_whole(name, destination, n_rows)
            return n_rows
        n_rows = 0
        try:
            for part in tables:
                try:
                    write(part, sink, self.feedback, kinds)
                except InputError as error:
                    raise InputError(
                        f"{name} could not be written whole to {self.shown(name)} ({error}); check the folder's free "
                        "space, or choose another one."
                    ) from error
                n_rows += len(part)
        finally:
            # Closes the file: a second table may go into the same GeoPackage.
            del sink
        self._check_whole(name, destination, n_rows)
        return n_rows

    def write_text(self, name: str, text: str) -> dict[str, str]:
        """Write a text as the output file of a name, if one is wanted, and return its path by the name.

        Raises
        ------
        InputError
            If the file cannot be written.
        """
        self.progress.check()
        path = self.algorithm.parameterAsFileOutput(self.parameters, name, self.context)
        if not path:
            return {}
        path = str(core.user_paths.path_of(path, name))
        try:
            Path(path).write_text(text, encoding="utf-8")
        except OSError as error:
            with suppress(OSError):
                Path(path).unlink()
            raise InputError(f"{name} cannot be written to {path} ({error.strerror}); choose another file.") from None
        return {name: path}

    def _check_whole(self, name: str, destination: str, n_rows: int) -> None:
        """Look whether all rows are in the file: of a disk that is full, OGR tells only the standard error stream.

        Raises
        ------
        InputError
            If not.
        """
        file = Path(destination.partition("|")[0])
        if not file.is_file() or file.suffix.lower() in _UNCOUNTED:
            return
        layer = QgsVectorLayer(destination, name, "ogr", QgsVectorLayer.LayerOptions(False))
        n_there = layer.featureCount() if layer.isValid() else 0
        # Below zero the provider does not know.
        if 0 <= n_there < n_rows:
            raise InputError(
                f"{name} could not be written whole to {self.shown(name)}: {n_there:,} of {n_rows:,} rows are in it; "
                "check the folder's free space, or choose another one."
            )

    def discard(self) -> None:
        """Remove the files that this run wrote before it failed or was cancelled."""
        for destination in self.layers.values():
            for file in (Path(destination + ending) for ending in ("", "-wal", "-shm", "-journal")):
                with suppress(OSError):
                    file.unlink()
        self.layers.clear()
