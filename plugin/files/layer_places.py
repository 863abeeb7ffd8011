"""Where layers are: every spelling of a file, a table in a file, or a table on a server becomes one place.

Two spellings are one place if the operating system says so: links, ``./``, short names, and letters' case where the
disk does not tell it.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qgis.core import QgsDataSourceUri, QgsMapLayer, QgsProviderRegistry, QgsVectorLayer, QgsVirtualLayerDefinition
from qgis.PyQt.QtCore import QUrl

from ...core.common import user_paths

#: Destinations that are no files of the user's.
TEMPORARY = ("TEMPORARY_OUTPUT", "memory:", "")

#: Files that are one layer together.
_FAMILIES = (
    {".shp", ".dbf", ".shx", ".prj", ".cpg", ".qix", ".sbn", ".sbx"},
    {".tab", ".dat", ".map", ".id", ".ind"},
    {".mif", ".mid"},
    {".gml", ".xsd", ".gfs"},
)
_FILE_PROVIDERS = ("ogr", "delimitedtext", "spatialite", "gpx")
_SERVER_PROVIDERS = ("postgres", "mssql", "oracle", "hana")


@dataclass(frozen=True)
class LayerPlace:
    """Where a layer is, or is to be.

    Attributes
    ----------
    path : Path
        As it is written, absolute; of no meaning on a server.
    table : str
        In the file or on the server; empty where none is named.
    server : tuple of str
        Provider, host, port, database and schema; empty for files.
    """

    path: Path
    table: str = ""
    server: tuple[str, ...] = ()

    @property
    def file(self) -> Path:
        """The file itself, whatever links lead to it."""
        return Path(os.path.realpath(self.path))

    def shares_file(self, other: LayerPlace) -> bool:
        """Whether both are in one file, or in files that are one layer together."""
        if self.server or other.server:
            return False
        ours, theirs = self.file, other.file
        if ours.exists() and theirs.exists() and ours.samefile(theirs):
            return True
        if _folded(ours) == _folded(theirs):
            return True
        endings = {ours.suffix.lower(), theirs.suffix.lower()}
        return any(endings <= family for family in _FAMILIES) and (
            _folded(ours.with_suffix("")) == _folded(theirs.with_suffix(""))
        )

    def is_on_same_table(self, other: LayerPlace) -> bool:
        """Whether both are the same table of a server."""
        return bool(self.server) and (self.server, self.table) == (other.server, other.table)


def _folded(file: Path) -> str:
    """Return a text that is the same for all names of a file that may not be there yet."""
    text = str(file)
    return unicodedata.normalize("NFC", text).casefold() if _ignores_case(file.parent) else text


def _ignores_case(folder: Path) -> bool:
    swapped = folder.name.swapcase()
    if swapped == folder.name:  # as of the root, which has no name
        return os.name == "nt"
    other = folder.with_name(swapped)
    try:
        return folder.samefile(other)
    except OSError:
        return False


def path_of(text: str, name: str) -> Path:
    """Return the whole path that a text of the user's names; see :func:`~xopr_crossovers.core.common.path_of`."""
    return user_paths.path_of(text, name).absolute()


def place_of_output(text: str, name: str) -> LayerPlace | None:
    """Return where an output goes; None if it is temporary, or to be made in a way that only its provider knows.

    Raises
    ------
    InputError
        See :func:`path_of`.
    """
    text = text.strip()
    if text in TEMPORARY or text.startswith("memory:"):
        return None
    provider, _, rest = text.partition(":")
    if provider == "ogr":
        uri = QgsDataSourceUri(rest)
        return LayerPlace(path_of(uri.database(), name), uri.table()) if uri.database() else _file_place(rest, name)
    if provider.lower() != "file" and re.fullmatch(r"\w{2,}", provider) and rest:
        return _server_place("postgres" if provider == "postgis" else provider, rest)
    return _file_place(text, name)


def spelling(place: LayerPlace) -> str:
    """Return how QGIS spells a place where an output goes."""
    if not place.table:
        return str(place.path)
    quote = '"' if "'" in str(place.path) else "'"
    return f'ogr:dbname={quote}{place.path}{quote} table="{place.table}" (geom)'


def places_of_text(text: str, name: str = "A layer") -> Iterator[LayerPlace]:
    """Yield where a layer comes from that is given as text: a path, with a table or not, or a provider's address.

    Raises
    ------
    InputError
        See :func:`path_of`; the message calls the text by the name.
    """
    registry = QgsProviderRegistry.instance()
    provider, separator, rest = text.partition("://")
    if separator and provider in registry.providerList():
        yield from _places_of_source(provider, rest, name)
        return
    if text.startswith("ogr:dbname="):
        place = place_of_output(text, name)
        if place is not None:
            yield place
        return
    yield from _places_of_source("ogr", text, name)


def places_of_layer(layer: QgsMapLayer) -> Iterator[LayerPlace]:
    """Yield where the rows of a layer come from, those of its joins and of layers below a virtual one too."""
    yield from _places_of_source(layer.providerType(), layer.source())
    if isinstance(layer, QgsVectorLayer):
        for join in layer.vectorJoins():
            if join.joinLayer() is not None:
                yield from places_of_layer(join.joinLayer())
        if layer.providerType() == "virtual":
            for below in QgsVirtualLayerDefinition.fromUrl(QUrl.fromEncoded(layer.source().encode())).sourceLayers():
                if not below.isReferenced():
                    yield from _places_of_source(below.provider(), below.source())


def references_of(layer: QgsMapLayer) -> list[str]:
    """Return the ids of the project's layers that a virtual layer reads."""
    if layer.providerType() != "virtual":
        return []
    below = QgsVirtualLayerDefinition.fromUrl(QUrl.fromEncoded(layer.source().encode())).sourceLayers()
    return [one.reference() for one in below if one.isReferenced()]


def _places_of_source(provider: str, source: str, name: str = "A layer") -> Iterator[LayerPlace]:
    if provider in _SERVER_PROVIDERS:
        yield _server_place(provider, source)
    if provider not in _FILE_PROVIDERS:
        return
    parts: dict[str, Any] = QgsProviderRegistry.instance().decodeUri(provider, source)
    path = str(parts.get("path") or "")
    if path:
        table = parts.get("layerName")
        # Of /vsizip/{/data/a.zip}/b.shp QGIS leaves the brace.
        yield LayerPlace(path_of(path.lstrip("{"), name), str(table) if isinstance(table, str) else "")


def _file_place(text: str, name: str) -> LayerPlace:
    path, *options = text.split("|")
    named = [option.partition("=")[2] for option in options if option.lower().startswith("layername=")]
    return LayerPlace(path_of(path, name), named[0] if named else "")


def _server_place(provider: str, source: str) -> LayerPlace:
    uri = QgsDataSourceUri(source)
    where = (provider, uri.host() or uri.service(), uri.port(), uri.database(), uri.schema())
    return LayerPlace(Path(), uri.table(), where)
