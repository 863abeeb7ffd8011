"""A page about the heights along one frame: its section with the laser's heights, their differences, a map, counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import numpy as np
import pandas as pd
import pyproj
import shapely

from ..altimetry import BEST
from ..common import count, span_of
from ..geometry import LONLAT_CRS, POLE_CRS, reproject
from ..heights import LEFT_OUT, NEAR_TRACK_M, NO_PICK, VERTICAL_FRAME, ReadAlong, Spread, spread_of
from . import html_page as html
from .frame_maps import REGIONS
from .html_page import Figures
from .png import data_url
from .polar_map import Drawn, dots, drawn_map
from .section_drawing import BED_COLOUR, SURFACE_COLOUR, Dots, GreyPicture, Trace, cycle_colours, section
from .svg import INK

_BEYOND = 0.08
_COMPASS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")
_WORDS = (
    "Laser less radar is a difference, not a change: picks of the radar's surface are no truth. Years may lie between "
    "flight and pass, in which the surface rose or sank; of firn the radar may see another depth than the laser; and "
    "the laser's points lie beside the flown track, up to the distance told above, where the ice may be higher or "
    "lower."
)
_COUNTS = ("n_near", "n_cloudy", "n_poor", "n_beyond", "n_heights", "n_no_pick")
_HEADERS = (
    "Cycle",
    "RGT",
    "Beam",
    "",
    "segments near",
    "no height (clouds)",
    "quality",
    "beyond the ends",
    "heights",
    "no pick",
    "differences",
    "median (m)",
    "NMAD (m)",
)


def section_page(found: ReadAlong, software: Mapping[str, str] | None = None, made: datetime | None = None) -> str:
    """Return the report.

    Parameters
    ----------
    found : ReadAlong
    software : mapping of str to str, optional
        Names and versions of what called this; the libraries' own are added.
    made : datetime, optional
        When; now if not given.

    Returns
    -------
    str
        A whole HTML page that needs no other file.
    """
    cycles = _cycles(found)
    parts = [html.paragraph(_summary(found), "lead"), _subject(found), *_sections(found, cycles)]
    parts += [html.paragraph(_WORDS), *_beside(found), *_map(found, cycles), *_counts(found)]
    return html.report(f"Heights along {found.frame.frame_id}", parts, software, made)


def _summary(found: ReadAlong) -> str:
    n, spread, near = len(found.elevations), found.spread, f"within {found.along.buffer_m:,g} m of the flown track"
    asked = found.beams["granule_id"].nunique()
    if not n:
        asked_of = count(asked, "granule", "granules")
        return f"None of {asked_of} has a height that counts {near}: what there is, and why, is below."
    cycles = found.elevations["cycle"].nunique()
    words = (
        f"{count(n, 'laser height', 'laser heights')} of {count(found.n_granules, 'granule', 'granules')} "
        f"({count(cycles, 'cycle', 'cycles')}) lie {near}, {spread.n:,} of them with the radar's surface beside them."
    )
    if not spread.n:
        return words
    words += f" Laser less radar is {spread.median:+.2f} m in the median, with an NMAD of {spread.nmad:.2f} m"
    near_track = _near_track(found)
    if not near_track.n or near_track.n == spread.n:
        return f"{words}."
    return (
        f"{words}; of the {near_track.n:,} within {NEAR_TRACK_M:g} m of the track {near_track.median:+.2f} m, with an "
        f"NMAD of {near_track.nmad:.2f} m."
    )


def _near_track(found: ReadAlong) -> Spread:
    return spread_of(found.elevations.loc[found.near_track, "difference"].to_numpy(dtype=float))


def _subject(found: ReadAlong) -> str:
    frame = found.frame
    flown = "unknown" if pd.isna(frame.flown) else f"{frame.flown:%Y-%m-%d}"
    known = "trace by trace, by the layer file" if frame.picks is not None else "by the line of the catalog"
    entries = [
        ("Frame", ", ".join(filter(None, (frame.frame_id, frame.collection)))),
        ("Flown", f"{flown}; known {known}"),
    ]
    entries += [
        ("Length", f"{frame.track.length / 1000:,.2f} km as flown"),
        ("Passes", span_of(found.elevations["height_time"])),
        ("Heights", VERTICAL_FRAME),
        ("Left and right", _ends(found)),
    ]
    if frame.picks_left_out:
        entries.append(("Radar", frame.picks_left_out))
    if frame.no_picks:
        entries.append(("Radar", f"no surface. {frame.no_picks}"))
    return html.definitions(entries)


def _ends(found: ReadAlong) -> str:
    """Tell which end of the section is which."""
    track = found.frame.track
    order = [-1, 0] if found.flown_leftwards else [0, -1]
    lon, lat = track.lon[order], track.lat[order]
    azimuth = float(pyproj.Geod(ellps="WGS84").inv(lon[0], lat[0], lon[1], lat[1])[0]) % 360.0
    word = _COMPASS[round(azimuth / 45.0) % 8]
    a, b = (f"{abs(y):.3f}°{'S' if y < 0 else 'N'} {abs(x):.3f}°{'W' if x < 0 else 'E'}" for x, y in zip(lon, lat))
    round_way = "the other way round than on" if found.along.turned else "as on"
    words = f"A, on the left, is at {a}; B, on the right, is at {b}; from A, B lies {word} (azimuth {azimuth:.0f}°). "
    return words + f"The section runs {round_way} a map in {POLE_CRS[_side(found)]}."


def _side(found: ReadAlong) -> str:
    return "south" if found.frame.is_south else "north"


def _cycles(found: ReadAlong) -> dict[int, tuple[str, str]]:
    """Return the colour and the name of each cycle that has heights, the earliest first."""
    numbers = sorted(found.elevations["cycle"].dropna().astype(int).unique().tolist())
    names = []
    for number in numbers:
        when = found.elevations.loc[found.elevations["cycle"] == number, "height_time"]
        names.append(f"cycle {number} ({when.min():%Y-%m})")
    return dict(zip(numbers, zip(cycle_colours(len(numbers)), names)))


def _sections(found: ReadAlong, cycles: Mapping[int, tuple[str, str]]) -> list[str]:
    table, frame = found.elevations, found.frame
    length, leftwards = frame.track.length, found.flown_leftwards
    traces = _traces(found)
    if not len(table) and not traces:
        return []
    heights, differences = ([_dots_of(table, name, *one) for one in cycles.items()] for name in ("h_li", "difference"))
    picture = None
    if (data := found.beside.data) is not None:
        edges = ((float(values.min()), float(values.max())) for values in (data.distance, data.height))
        picture = GreyPicture(data.grey(), *edges)
    axis = "height above the ellipsoid (m)"
    drawings = []
    if traces or picture is not None:
        title = "Section with the echogram" if picture is not None else "Section of the radar's picks"
        drawings.append(section(title, axis, length, leftwards, heights, traces, picture, 340.0))
    surface = [one for one in traces if one.name == _SURFACE]
    if len(table):
        drawings.append(
            section("The surface alone", axis, length, leftwards, heights, surface, high=260.0, among_dots=True)
        )
    if found.spread.n:
        drawings.append(
            section("Laser less radar", "difference (m)", length, leftwards, differences, high=220.0, zero=True)
        )
    words = "Dots are laser heights, by cycle of the pass; lines are the radar's picks."
    if picture is not None:
        words += " Of the echogram, strong echoes are dark; below the surface everything is taken for ice."
    return [html.heading("Along the flight"), html.wide(drawings, words)]


_SURFACE, _BED = "radar surface", "radar bed"


def _traces(found: ReadAlong) -> list[Trace]:
    picks = found.frame.picks
    if picks is None:
        return []
    named = ((picks.surface, SURFACE_COLOUR, _SURFACE), (picks.bed, BED_COLOUR, _BED))
    return [Trace(picks.distance, *one) for one in named if np.isfinite(one[0]).any()]


def _dots_of(table: pd.DataFrame, column: str, cycle: int, look: tuple[str, str]) -> Dots:
    rows = (table["cycle"] == cycle).fillna(False).to_numpy(dtype=bool)
    values = table[column].to_numpy(dtype=float)[rows]
    return Dots(table["flown_m"].to_numpy(dtype=float)[rows], values, *look)


def _beside(found: ReadAlong) -> list[str]:
    shown = found.beside
    if shown.missing:
        return [html.paragraph(f"The echogram is not shown. {shown.missing}")]
    if not shown.thumbnail:
        return []
    words = f"Echogram of {found.frame.frame_id}"
    caption = "As it is published, in the direction of flight, with axes of its own: not those of the section."
    picture = html.picture(data_url(shown.thumbnail, shown.kind), words)
    return [html.heading("The published echogram"), html.wide([picture], caption)]


def _map(found: ReadAlong, cycles: Mapping[int, tuple[str, str]]) -> list[str]:
    side, track, table = _side(found), found.frame.track, found.elevations
    crs = POLE_CRS[side]
    line = reproject(np.array([shapely.linestrings(track.lon, track.lat)]), LONLAT_CRS, crs)
    parts = [Drawn(line, INK, 1.6, "flown track")]
    xy = shapely.get_coordinates(table.geometry.to_numpy())
    for cycle, (colour, name) in cycles.items():
        parts.append(Drawn(dots(xy[(table["cycle"] == cycle).fillna(False).to_numpy(dtype=bool)]), colour, 3.5, name))
    ends = shapely.get_coordinates(line)[[0, -1]]
    # Beyond the ends, not on the line.
    ends = ends + _BEYOND * (ends - ends.mean(axis=0))
    marks = list(zip(ends[::-1] if found.flown_leftwards else ends, "AB"))
    drawing = drawn_map(f"Map of {found.frame.frame_id}, {REGIONS[side]}", parts, side, "Laser heights", marks)
    return [html.heading("Where"), html.charts([drawing], f"{REGIONS[side]}.", maps=True)]


def _counts(found: ReadAlong) -> list[str]:
    beams = found.beams
    read, rest = beams[beams["n_near"] > 0], beams[beams["n_near"] == 0]
    clouds, poor, beyond = LEFT_OUT.values()
    words = f"Of the segments near, those are left out that are {clouds}; {poor} (atl06_quality_summary); {beyond}."
    if found.along.quality != BEST:
        words = f"Heights of all qualities count. Of the segments near, those are left out that are {clouds}; {beyond}."
    words += f" A height has no difference where there is {NO_PICK}."
    result = [html.heading("What was read, and what was left out")]
    if len(read):
        result += [html.paragraph(words), html.table(_HEADERS, _rows(found, read), wraps=False)]
    if len(rest):
        groups = rest.groupby(["granule_id", "reason"], sort=False)["beam"].agg(", ".join).reset_index()
        nothing = groups[["granule_id", "beam", "reason"]].to_numpy().tolist()
        result.append(html.table(["Granule", "Beams", "Reason"], nothing, "Without a segment near the frame"))
    return result


def _rows(found: ReadAlong, read: pd.DataFrame) -> list[tuple[object, ...]]:
    numbers = read[["cycle", "rgt"]].astype(object).where(read[["cycle", "rgt"]].notna(), "").astype(str)
    strength = read["strong"].map({True: "strong", False: "weak"}).fillna("")
    names = zip(numbers["cycle"], numbers["rgt"], read["beam"], strength)
    counts = read[list(_COUNTS)].to_numpy()
    spreads = zip(read["n_differences"], read["median"], read["nmad"])
    rows = [_cells(name, counted, *spread) for name, counted, spread in zip(names, counts.tolist(), spreads)]
    spread = found.spread
    return [*rows, _cells(("all", "", "", ""), counts.sum(axis=0).tolist(), spread.n, spread.median, spread.nmad)]


def _cells(names: tuple[str, ...], counts: list[int], n: int, median: float, nmad: float) -> tuple[object, ...]:
    shown = (Figures(f"{median:+.2f}"), Figures(f"{nmad:.2f}")) if n else (Figures("-"), Figures("-"))
    return (*names, *counts, int(n), *shown)
