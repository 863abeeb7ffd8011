"""A table as a format takes it: names that it can hold, places as columns where it has no geometry, zones of times."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import geopandas as gpd
import pandas as pd
import shapely

from ..files import POINTS, Format, renamed
from .attributes import kind_of, sql_values_of

#: Returns the names and the descriptions of a table's rows.
Titles = Callable[[pd.DataFrame], tuple[Sequence[str], Sequence[str]]]

# As GDAL's KML takes them for a placemark's own.
_TITLES = ("Name", "Description")
_LONLAT_CRS = "EPSG:4326"
# A nanometre in a projection, a tenth of a millimetre in degrees.
_DECIMALS = 9


class Fitting:
    """How tables of one output become what a format takes; all of them have the same columns.

    Parameters
    ----------
    found : Format
    kind : str
        Of the layer: table, points, lines or polygons.
    first : DataFrame or GeoDataFrame
    kinds : dict of str to str, optional
        As for :func:`~xopr_crossovers.plugin.bridge.layers.fields_of`.
    titles : callable, optional
        Returns the names and the descriptions of a table's rows, for a format that has them.

    Attributes
    ----------
    kinds : dict of str to str
        Of the columns as they are written.
    notes : list of str
        What is different in the file, though nothing is lost.
    """

    def __init__(
        self,
        found: Format,
        kind: str,
        first: pd.DataFrame,
        kinds: dict[str, str] | None = None,
        titles: Titles | None = None,
    ) -> None:
        is_spatial = isinstance(first, gpd.GeoDataFrame)
        names = [str(name) for name in first.columns if not is_spatial or name != first.geometry.name]
        self._as_columns = is_spatial and kind in found.as_columns
        self._places = _free(["lon", "lat"] if kind == POINTS else ["WKT"], names) if self._as_columns else []
        self._new_names = renamed(found, [*names, *self._places])
        kinds = {name: (kinds or {}).get(name) or kind_of(first[name]) for name in names}
        self._times = [name for name in names if found.times_as_text and kinds[name] == "datetime"]
        kinds.update(dict.fromkeys(self._times, "text"))
        self.kinds = {self._new_names.get(name, name): kind for name, kind in kinds.items()}
        self._titles = titles if found.has_titles else None
        if self._titles is not None:
            self.kinds.update(dict.fromkeys(_TITLES, "text"))
        self.notes = [
            f"{found.title} cannot hold a column {old} as it is called, beside the others: it is written as {new}."
            for old, new in self._new_names.items()
        ]
        if self._as_columns and kind == POINTS:
            self.notes.append(
                f"{found.title} holds no geometry: the points are in the columns {' and '.join(self._places)}."
            )
        elif self._as_columns:
            authority = first.crs.to_string() if first.crs is not None else "no known projection"
            self.notes.append(
                f"{found.title} holds no geometry: it is in the column {self._places[0]}, in {authority}."
            )
        if found.note:
            self.notes.append(
                f"In {found.title} {found.note}."
                if not found.note.startswith("it ")
                else f"{found.title}: {found.note}."
            )

    def fit(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return a table as the format takes it."""
        titles = self._titles(table) if self._titles is not None else ()
        if self._as_columns:
            table = self._with_places(table)
        if self._times or self._new_names:
            table = table.copy()
            for name in self._times:
                table[name] = pd.Series(sql_values_of(table[name], "datetime"), index=table.index, dtype=object)
            table = table.rename(columns=self._new_names)
        for name, texts in zip(_TITLES, titles):
            table = table.assign(**{name: pd.Series(texts, index=table.index, dtype=object)})
        return table

    def _with_places(self, table: gpd.GeoDataFrame) -> pd.DataFrame:
        geometry = table.geometry
        plain = pd.DataFrame(table.drop(columns=geometry.name))
        if len(self._places) == 1:
            texts = shapely.to_wkt(geometry.to_numpy(), rounding_precision=_DECIMALS)
            plain[self._places[0]] = pd.Series(texts, index=table.index, dtype=object)
            return plain
        points = geometry.to_crs(_LONLAT_CRS) if geometry.crs is not None else geometry
        plain[self._places[0]], plain[self._places[1]] = points.x, points.y
        return plain


def _free(wanted: list[str], names: list[str]) -> list[str]:
    return [name if name not in names else f"{name}_of_point" for name in wanted]
