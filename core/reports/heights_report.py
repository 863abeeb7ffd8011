"""A page about measured crossovers: what laser and radar differ by, and on what that depends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ..common import count, span_of
from ..geometry import LONLAT_CRS, POLE_CRS, reproject
from ..heights import FEWEST_TO_TELL, VERTICAL_FRAME, MeasuredCrossovers, Spread, spread_of
from . import html_page as html
from .frame_maps import REGIONS
from .html_page import Figures
from .legend import CLASS_COLOURS, CLASSES_M, class_names
from .polar_map import Drawn, dots, drawn_map
from .svg import GREY, INK
from .value_charts import spreads, value_histogram

_AXIS = "laser less radar (m)"
_MOST_ROWS = 25
_SEASONS = {12: "Dec-Feb", 3: "Mar-May", 6: "Jun-Aug", 9: "Sep-Nov"}
_SLOPES_DEG = (0.0, 0.1, 0.3, 1.0, 90.0)
_KINDS = {
    "difference": "laser less radar",
    "difference_at_flight": "the same, the laser's height carried to the day of the flight by DHDT",
    "difference_slope": "the first, without what a slope does to the radar's surface (by DEM)",
}
_WORDS = (
    "It is a difference, not a change: picks of the radar's surface are no truth. Where flights cross each other they "
    "differ by metres to tens of metres, most from flights high up; between flight and pass, years may lie, in which "
    "the surface rose or sank; and of firn, the radar may see another depth than the laser."
)
_NUMBERS = "Median and NMAD (1.4826 times the median deviation from the median) do not care for outliers; RMS does."


def heights_page(
    measured: MeasuredCrossovers, software: Mapping[str, str] | None = None, made: datetime | None = None
) -> str:
    """Return the report.

    Parameters
    ----------
    measured : MeasuredCrossovers
    software : mapping of str to str, optional
        Names and versions of what called this; the libraries' own are added.
    made : datetime, optional
        When; now if not given.

    Returns
    -------
    str
        A whole HTML page that needs no other file.
    """
    table = measured.table
    differences = table["difference"].dropna().to_numpy(dtype=float)
    parts = [html.paragraph(_summary(measured), "lead"), html.paragraph(_WORDS), _subject(table)]
    if len(differences):
        parts += [*_sums(table), *_dependences(table, differences), *_outliers(table)]
    parts += [*_maps(measured), *_series(measured.series), *_missing(table)]
    return html.report("Heights of laser and radar at crossovers", parts, software, made)


def _summary(measured: MeasuredCrossovers) -> str:
    n, spread = len(measured.table), measured.spread
    share = f" ({100 * measured.n_heights / n:.0f} %)" if n else ""
    words = (
        f"{count(n, 'crossover', 'crossovers')} of ICESat-2 and radar flights: {measured.n_heights:,}{share} have a "
        f"laser height, {spread.n:,} of them a radar surface beside it."
    )
    if not spread.n:
        return words
    return (
        f"{words} Laser less radar is {spread.median:+.2f} m in the median, with an NMAD of {spread.nmad:.2f} m and an "
        f"RMS of {spread.rms:.2f} m."
    )


def _subject(table: gpd.GeoDataFrame) -> str:
    entries = [("Heights", VERTICAL_FRAME)]
    for column, name in (("collection", "Seasons"), ("frame_id", "Frames"), ("granule_id", "Granules")):
        if column in table.columns:
            values = table[column].dropna().unique()
            few = name == "Seasons" and len(values) <= _MOST_ROWS
            entries.append((name, ", ".join(map(str, values)) if few else f"{len(values):,}"))
    entries.append(("Laser", span_of(table["height_time"])))
    entries.append(("Radar", span_of(table["radar_time"])))
    return html.definitions(entries)


def _row(name: str, spread: Spread) -> tuple[object, ...]:
    return (name, spread.n, *(Figures(f"{value:.2f}") for value in (spread.median, spread.nmad, spread.rms)))


def _sums(table: gpd.GeoDataFrame) -> list[str]:
    rows = [_row(words, spread_of(table[name])) for name, words in _KINDS.items() if table[name].notna().any()]
    headers = ["Difference", "n", "median (m)", "NMAD (m)", "RMS (m)"]
    return [html.heading("What they differ by"), html.table(headers, rows), html.paragraph(_NUMBERS)]


def _dependences(table: gpd.GeoDataFrame, differences: np.ndarray) -> list[str]:
    known = table[table["difference"].notna()]
    when = known["height_time"].dt
    year, season = when.year.map("{:.0f}".format), when.month.map(lambda month: _SEASONS[month // 3 * 3 or 12])
    along = np.degrees(np.arctan(known["slope"].abs().astype(float)))
    groups = {
        "By year of the pass": (year, sorted(year.unique())),
        "By season of the pass": (season, list(_SEASONS.values())),
        "Against the slope along the beam": _slope_groups(along),
        "By quality of the radar's pick": _words_of(known["pick_quality"]),
        "By kind of the radar's pick": _words_of(known["pick_type"]),
        "By strength of the beam": _words_of(known["strong"].map({True: "strong", False: "weak"})),
    }
    if known["dem_slope_deg"].notna().any():
        groups["Against the slope of the DEM"] = _slope_groups(known["dem_slope_deg"])
    drawings = [value_histogram("All differences", differences, _AXIS, "crossovers")]
    values = known["difference"].to_numpy(dtype=float)
    for title, (column, names) in groups.items():
        belongs = column.to_numpy()
        drawings.append(spreads(title, {name: spread_of(values[belongs == name]) for name in names}, _AXIS))
    return [
        html.heading("On what that depends"),
        html.charts(drawings, "Dots are medians, bars reach one NMAD to both sides, n is how many there are."),
    ]


def _slope_groups(degrees: pd.Series) -> tuple[pd.Series, list[str]]:
    names = [f"{low:g} to {high:g}°" for low, high in zip(_SLOPES_DEG[:-2], _SLOPES_DEG[1:-1])]
    names.append(f"over {_SLOPES_DEG[-2]:g}°")
    return pd.cut(degrees.astype(float), _SLOPES_DEG, labels=names, include_lowest=True).astype(object), names


def _words_of(column: pd.Series) -> tuple[pd.Series, list[str]]:
    words = column.astype(object).where(column.notna(), "not known")
    return words, sorted(words.unique())


def _outliers(table: gpd.GeoDataFrame) -> list[str]:
    out = table[table["outlier"].notna()]
    if not len(out):
        tells = table["difference"].notna().sum() >= FEWEST_TO_TELL
        few = f"Fewer than {FEWEST_TO_TELL} differences do not tell what is usual, and so none is called an outlier."
        words = "No difference is more than three NMAD from the median." if tells else few
        return [html.heading("Outliers"), html.paragraph(words)]
    off = (out["difference"] - table["difference"].median()).abs()
    out = out.loc[off.sort_values(ascending=False, kind="stable").index]
    rows = [
        (
            str(row["frame_id"]),
            str(row["beam"]),
            str(row["granule_id"]),
            Figures(f"{row['difference']:.2f}"),
            str(row["pick_quality"] or "not known"),
            _figures(row["slope"], 1000.0),
            str(row["outlier"]),
        )
        for row in out.head(_MOST_ROWS).to_dict("records")
    ]
    headers = ["Frame", "Beam", "Granule", "difference (m)", "Pick", "slope (m/km)", "out of line"]
    words = f"{count(len(out), 'difference is', 'differences are')} more than three NMAD from the median"
    words += f"; here are the {_MOST_ROWS} largest." if len(out) > _MOST_ROWS else "."
    words += " With a DEM, the last column says which of the two heights is off."
    return [html.heading("Outliers"), html.paragraph(words), html.table(headers, rows, wraps=False)]


def _figures(value: float, factor: float = 1.0) -> Figures:
    return Figures(f"{value * factor:.2f}" if pd.notna(value) else "-")


def _maps(measured: MeasuredCrossovers) -> list[str]:
    table, flown = measured.table, measured.flown
    lonlat = reproject(table.geometry.to_numpy(), table.crs or LONLAT_CRS, LONLAT_CRS)
    lat, values = shapely.get_y(lonlat), table["difference"].to_numpy(dtype=float)
    drawings, regions = [], []
    for hemisphere, crs in POLE_CRS.items():
        here = (lat < 0) if hemisphere == "south" else (lat >= 0)
        if here.any():
            places = dots(shapely.get_coordinates(reproject(lonlat[here], LONLAT_CRS, crs)))
            lines = flown.line[flown.south == (hemisphere == "south")]
            drawings.append(_map(lines, places, values[here], hemisphere))
            regions.append(REGIONS[hemisphere])
    if not drawings:
        return []
    return [html.heading("Where"), html.charts(drawings, ", ".join(regions) + ".", maps=True)]


def _map(flown: np.ndarray, places: np.ndarray, values: np.ndarray, hemisphere: str) -> str:
    parts = [Drawn(flown, INK, 1.0, "flight line"), Drawn(places[~np.isfinite(values)], GREY, 2.0, "no difference")]
    for low, high, colour, name in zip(CLASSES_M[:-1], CLASSES_M[1:], CLASS_COLOURS, class_names()):
        parts.append(Drawn(places[(values >= low) & (values < high)], colour, 4.5, name))
    return drawn_map(f"Differences, {REGIONS[hemisphere]}", parts, hemisphere, "Laser less radar (m)")


def _series(series: gpd.GeoDataFrame) -> list[str]:
    if not len(series):
        return [html.heading("Through time"), html.paragraph("No place was measured in several cycles.")]
    trends = spread_of(series["trend_m_a"])
    words = (
        f"{count(len(series), 'place was', 'places were')} measured in several cycles. The median of their trends is "
        f"{trends.median:+.3f} m a year, with an NMAD of {trends.nmad:.3f} m a year."
    )
    longest = series.sort_values("n_heights", ascending=False, kind="stable").head(_MOST_ROWS)
    rows = [
        (
            str(row["frame_id"]),
            row["rgt"],
            str(row["beam"]),
            str(row["cycles"]),
            _figures(row["first_height"]),
            _figures(row["last_height"]),
            Figures(f"{row['trend_m_a']:+.3f}" if pd.notna(row["trend_m_a"]) else "-"),
            Figures(f"{row['trend_spread_m_a']:.3f}" if pd.notna(row["trend_spread_m_a"]) else "-"),
        )
        for row in longest.to_dict("records")
    ]
    headers = ["Frame", "RGT", "Beam", "Cycles", "first (m)", "last (m)", "trend (m a year)", "its spread"]
    drawing = value_histogram("Trends", series["trend_m_a"].dropna().to_numpy(dtype=float), "m a year", "places")
    return [
        html.heading("Through time"),
        html.paragraph(words),
        html.charts([drawing]) if series["trend_m_a"].notna().any() else "",
        html.table(headers, rows, "The places with most heights", wraps=False),
    ]


def _missing(table: gpd.GeoDataFrame) -> list[str]:
    reasons = table["reason"].dropna().value_counts()
    if not len(reasons):
        return []
    rows = [(str(reason), int(number)) for reason, number in reasons.items()]
    return [html.heading("What was left out, and why"), html.table(["Reason", "Crossovers"], rows)]
