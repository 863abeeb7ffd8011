"""The layers and files that a run writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from qgis.core import QgsProcessingException, QgsVectorLayer

from .. import core
from ..core.errors import InputError
from .inputs import Inputs

if TYPE_CHECKING:
    import pandas as pd

# QGIS does not open a table without geometry in these, and so cannot count its rows.
_UNCOUNTED = (".sqlite", ".db")


class Outputs:
    """The outputs of one run.

    Parameters
    ----------
    inputs : Inputs
        Of the same run.

    Attributes
    ----------
    layers : dict
        Destination of each layer that was written, by the output's name.
    """

    def __init__(self, inputs: Inputs) -> None:
        self._inputs = inputs
        self.layers: dict[str, str] = {}

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

        self._inputs.progress.check()
        table = next(tables)
        fields = fields_of(table, kinds)
        why = ""
        try:
            sink, destination = self._inputs.algorithm.parameterAsSink(
                self._inputs.parameters, name, self._inputs.context, fields, wkb_type_of(table, empty), crs_of(table)
            )
        except QgsProcessingException as error:
            sink, why = None, f" ({' '.join(str(error).split())})"
        if sink is None:
            raise InputError(
                f"{name} cannot be written to {self._inputs.shown(name)}{why}; check the folder, its permissions "
                "and its free space."
            )
        self.layers[name] = destination
        tables = chain([table], tables)
        if geopackage.can_fill(destination, table):
            del sink
            n_rows = geopackage.fill(destination, tables, kinds, self._inputs.progress.check)
            self._check_whole(name, destination, n_rows)
            return n_rows
        n_rows = 0
        try:
            for part in tables:
                try:
                    write(part, sink, self._inputs.feedback, kinds)
                except InputError as error:
                    raise InputError(
                        f"{name} could not be written whole to {self._inputs.shown(name)} ({error}); check the "
                        "folder's free space, or choose another one."
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
        self._inputs.progress.check()
        path = self._inputs.algorithm.parameterAsFileOutput(self._inputs.parameters, name, self._inputs.context)
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
                f"{name} could not be written whole to {self._inputs.shown(name)}: {n_there:,} of {n_rows:,} rows are "
                "in it; check the folder's free space, or choose another one."
            )

    def discard(self) -> None:
        """Remove the files that this run wrote before it failed or was cancelled."""
        for destination in self.layers.values():
            for file in (Path(destination + ending) for ending in ("", "-wal", "-shm", "-journal")):
                with suppress(OSError):
                    file.unlink()
        self.layers.clear()
