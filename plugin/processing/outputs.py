"""The layers and files that a run writes."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingOutputLayerDefinition,
    QgsProcessingUtils,
    QgsProject,
)

from ...core.common import InputError, fault_in, fault_of, reason_of
from ..files import Staging, databases, formats
from ..files import layer_places as places
from .destinations import destination_of, kind_of_output
from .inputs import Inputs

if TYPE_CHECKING:
    import pandas as pd

    from ..bridge import Titles
    from ..files import LayerPlace

# Less than this, and a file that could not be written had no room.
_ROOM = 2**20
_ELSEWHERE = "choose another file or format"


class Outputs:
    """The outputs of one run: they come to their places when all are whole, by :meth:`finish`, or not at all.

    Parameters
    ----------
    inputs : Inputs
        Of the same run.

    Attributes
    ----------
    layers : dict
        Destination of each layer that was written, by the output's name.
    rows : dict
        How many rows each of them has.
    replaced : list of Path
        Files that were there before, and are new now.
    """

    def __init__(self, inputs: Inputs) -> None:
        self._inputs = inputs
        self._staging = Staging(inputs.progress.check)
        self._temporary: list[Path] = []
        self.layers: dict[str, str] = {}
        self.rows: dict[str, int] = {}
        self.replaced: list[Path] = []

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
        self,
        name: str,
        tables: Iterator[pd.DataFrame],
        kinds: dict[str, str] | None = None,
        empty: str = "NoGeometry",
        titles: Titles | None = None,
    ) -> int:
        """Write tables one after the other as one output layer, as they come, and return the number of rows.

        Parameters
        ----------
        name : str
            Of a sink parameter.
        tables : iterator of DataFrame or GeoDataFrame
            At least one, all with the same columns and, where there is geometry, of the same type and CRS.
        kinds : dict of str to str, optional
            What columns hold, see :func:`~xopr_crossovers.plugin.bridge.layers.fields_of`; without it, as the first
            table has it.
        empty : str
            Geometry type of a layer whose first table has no features.
        titles : callable, optional
            Returns the names and the descriptions of a table's rows, for formats that have such.

        Raises
        ------
        InputError
            If the layer cannot be written.
        CancelledError
            If the user cancelled.
        """
        self._inputs.progress.check()
        place = places.place_of_output(destination_of(self._inputs, name), name)
        if place is None or place.server:
            self.rows[name] = self._write_elsewhere(name, tables, kinds, empty)
            return self.rows[name]
        try:
            self.rows[name] = self._write_file(name, place, tables, kinds, empty, titles)
        except OSError as error:
            raise InputError(_failed(name, place.file, error)) from None
        return self.rows[name]

    def _write_file(
        self,
        name: str,
        place: LayerPlace,
        tables: Iterator[pd.DataFrame],
        kinds: dict[str, str] | None,
        empty: str,
        titles: Titles | None,
    ) -> int:
        from ..bridge import Fitting, Written, filling, geopackage, shape_of, write
        from ..files import row_files

        path, found = place.path, formats.known(place.path.suffix.lower().lstrip("."))
        kind = kind_of_output(self._inputs.algorithm.parameterDefinition(name))
        first = next(tables)
        fitting = Fitting(found, kind, first, kinds, titles)
        for note in fitting.notes:
            self._inputs.progress.info(f"{name}: {note}")
        table = place.table or (path.stem if found.is_database else "")
        staged = self._staging.file(path, table)
        written = Written()

        def fitted() -> Iterator[pd.DataFrame]:
            for part in chain([first], tables):
                part = fitting.fit(part)
                written.add(part, fitting.kinds)
                if why := formats.unfit_rows(found, written.rows, written.missing):
                    raise InputError(f"{name}: {why}")
                yield part

        parts = fitted()
        head = next(parts)
        shape = shape_of(head, fitting.kinds, "NoGeometry" if found.as_columns else empty)
        order = None
        try:
            if found.driver == "GPKG" and staged.exists():
                order = geopackage.remove(str(staged), table)
            sink = row_files.create(staged, table, found, shape, self._inputs.context, self._encoding(name))
        except InputError as error:
            raise InputError(_failed(name, path, error)) from None
        parts = chain([head], parts)
        if filling.can_fill(str(staged)):
            del sink
            try:
                filling.fill(str(staged), table, parts, fitting.kinds, self._inputs.progress.check)
            except geopackage.FillingError as error:
                raise InputError(_failed(name, path, error)) from None
        else:
            try:
                for part in parts:
                    try:
                        write(part, sink, self._inputs.feedback, fitting.kinds)
                    except InputError as error:
                        raise InputError(_failed(name, path, error)) from None
            finally:
                # Closes the file: a second table may go into the same one.
                del sink
        if order is not None:
            try:
                geopackage.put_in_order(str(staged), order)
            except geopackage.FillingError as error:
                raise InputError(_failed(name, path, error)) from None
        row_files.named(staged)
        source = f"{staged}|layername={table}" if found.is_database else str(staged)
        if difference := written.difference(source, found, self._inputs.progress.check):
            raise InputError(_failed(name, path, difference))
        self.layers[name] = self._destination(place, table, staged)
        return written.rows

    def _destination(self, place: LayerPlace, table: str, staged: Path) -> str:
        """Return how QGIS opens a layer; of a file with one table the name of the file says it."""
        if place.table or (table and len(databases.tables(staged)) > 1):
            return f"{place.path}|layername={table}"
        return str(place.path)

    def _write_elsewhere(
        self, name: str, tables: Iterator[pd.DataFrame], kinds: dict[str, str] | None, empty: str
    ) -> int:
        """Write what is temporary, or in the hands of another provider, as QGIS does."""
        from ..bridge import filling, shape_of, write

        table = next(tables)
        shape = shape_of(table, kinds, empty)
        inputs, why = self._inputs, ""
        try:
            sink, destination = inputs.algorithm.parameterAsSink(inputs.parameters, name, inputs.context, *shape)
        except QgsProcessingException as error:
            sink, why = None, " ".join(str(error).split())
        if sink is None:
            raise InputError(f"{name} cannot be written to {inputs.shown(name)} ({why}); choose another place.")
        self.layers[name] = destination
        file = Path(destination.partition("|")[0])
        if Path(QgsProcessingUtils.tempFolder()) in file.parents:
            self._temporary.append(file)
        tables = chain([table], tables)
        if file in self._temporary and filling.can_fill(destination):
            del sink
            return filling.fill(destination, file.stem, tables, kinds, inputs.progress.check)
        n_rows = 0
        try:
            for part in tables:
                try:
                    write(part, sink, inputs.feedback, kinds)
                except InputError as error:
                    raise InputError(f"{name} could not be written whole ({error}); choose another place.") from error
                n_rows += len(part)
        finally:
            del sink
        return n_rows

    def write_text(self, name: str, text: str, ending: str = "", *, runs: bool = False) -> dict[str, str]:
        """Write a text as the output file of a name, if one is wanted, and return its path by the name.

        Parameters
        ----------
        name : str
            Of a parameter for a file.
        text : str
            Its lines end as they do here, on Windows too.
        ending : str
            Of the file's name, such as ``.sh``: a temporary file gets it, of another one a warning says what it holds.
        runs : bool
            Whether the file can be run as it is.

        Raises
        ------
        InputError
            If the file cannot be written.
        """
        self._inputs.progress.check()
        path = self._inputs.algorithm.parameterAsFileOutput(self._inputs.parameters, name, self._inputs.context)
        if not path:
            return {}
        place = places.path_of(path, name)
        if ending and Path(QgsProcessingUtils.tempFolder()) in place.parents:
            place = place.with_suffix(ending)
        elif ending and place.suffix.lower() != ending:
            self._inputs.progress.warn(f"{name}: {place.name} holds what is usually called {place.stem}{ending}.")
        try:
            staged = self._staging.file(place)
            staged.write_bytes(text.encode("utf-8"))
            if runs:
                mode = staged.stat().st_mode
                staged.chmod(mode | (mode & 0o444) >> 2)
        except OSError as error:
            raise InputError(_failed(name, place, error)) from None
        return {name: str(place)}

    def finish(self) -> None:
        """Move everything that was written to its place, and let QGIS load what it is to load.

        Raises
        ------
        InputError
            If a file cannot be moved.
        CancelledError
            If the user cancelled.
        """
        self._inputs.progress.check()
        self.replaced = self._staging.finish()
        for name, destination in self.layers.items():
            value = self._inputs.parameters.get(name)
            if not isinstance(value, QgsProcessingOutputLayerDefinition) or value.destinationProject is None:
                continue
            context = self._inputs.context
            if not context.willLoadLayerOnCompletion(destination):
                title = value.destinationName or self._inputs.algorithm.parameterDefinition(name).description()
                context.addLayerToLoadOnCompletion(destination, _details(title, value.destinationProject, name))

    def discard(self) -> None:
        """Remove what this run wrote before it failed or was cancelled; nothing else was touched."""
        self._staging.discard()
        for path in self._temporary:
            for file in (path.with_name(path.name + ending) for ending in ("", *databases.COMPANIONS)):
                with suppress(OSError):
                    file.unlink()
        self.layers.clear()

    def _encoding(self, name: str) -> str:
        value = self._inputs.parameters.get(name)
        options = value.createOptions if isinstance(value, QgsProcessingOutputLayerDefinition) else {}
        return str(options.get("fileEncoding") or "")


def _failed(name: str, path: Path, error: Exception | str) -> str:
    """Return a sentence on an output that could not be written, with advice by its cause."""
    fault = fault_of(error, _ELSEWHERE) if isinstance(error, OSError) else fault_in(str(error), _ELSEWHERE)
    if fault is None and _is_full(path.parent):
        fault = reason_of(OSError(errno.ENOSPC, ""), _ELSEWHERE)
    why, advice = fault or (error, _ELSEWHERE)
    return f"{name} could not be written whole to '{path}' ({why}); {advice}."


def _is_full(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < _ROOM
    except OSError:
        return False


def _details(title: str, project: QgsProject, name: str) -> QgsProcessingContext.LayerDetails:
    return QgsProcessingContext.LayerDetails(title, project, name, QgsProcessingUtils.LayerHint.Vector)
