"""A map of lines in the pole's projection, as an SVG text: graticule with labels, colours by count, scale bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from ..geometry import LONLAT_CRS, POLE_CRS, begins, geodesic_lengths, transformer
from .legend import class_colours, class_name, count_classes
from .svg import FAINT, GREY, INK, drawing, element, legend, number, round_step, text, width_of

WIDTH = 400.0

_MARGIN = 0.06
# Of height and width, the larger is at most so many times the smaller.
_LONGEST = 1.4
_SMALLEST_M = 20_000.0
_DETAIL = 0.4
_HALO = {"stroke": "#fff", "stroke_width": 3, "paint_order": "stroke", "stroke_linejoin": "round"}
_DEGREE_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0)
_METRES_PER_DEGREE = 111_000.0


def count_map(title: str, lines: np.ndarray, counts: np.ndarray, hemisphere: str, counted: str, none: str) -> str:
    """Draw lines by their count: those of 0 in grey below the others, these in up to five classes.

    Parameters
    ----------
    title : str
        For those who cannot see it.
    lines : (n,) ndarray of geometries
        Lines (or None) in the pole's projection.
    counts : (n,) ndarray of int
    hemisphere : {'south', 'north'}
    counted, none : str
        What the legend has for a heading, and says of lines with count 0.

    Returns
    -------
    str
        An SVG drawing, :data:`WIDTH` wide.
    """
    classes = count_classes(counts[counts > 0].tolist())
    colours = class_colours(len(classes), dark_is_many=True)
    parts = [Drawn(lines[counts == 0], GREY, 1.0, none)]
    for (low, high), colour in zip(classes, colours):
        parts.append(Drawn(lines[(low <= counts) & (counts <= high)], colour, 2.2, class_name(low, high)))
    return drawn_map(title, parts, hemisphere, counted)


def dots(xy: np.ndarray) -> np.ndarray:
    """Return places of the plane as lines of no length, which are drawn as dots: ``(n,)`` of ``(n, 2)``."""
    return np.asarray(shapely.linestrings(np.repeat(xy[:, None, :], 2, axis=1)))


@dataclass(frozen=True)
class Drawn:
    """Lines that are drawn alike.

    Attributes
    ----------
    lines : (n,) ndarray of geometries
        Lines (or None) in the pole's projection.
    colour : str
    wide : float
    name : str
        In the legend; those without a line, or without a name, are not in it.
    """

    lines: np.ndarray
    colour: str
    wide: float
    name: str = ""


def drawn_map(
    title: str, parts: Sequence[Drawn], hemisphere: str, heading: str, marks: Sequence[tuple[np.ndarray, str]] = ()
) -> str:
    """Draw lines, one kind over the other.

    Parameters
    ----------
    title : str
        For those who cannot see it.
    parts : sequence of Drawn
    hemisphere : {'south', 'north'}
    heading : str
        Of the legend.
    marks : sequence of (place, words), optional
        What is written beside places, which are metres in the plane.

    Returns
    -------
    str
        An SVG drawing, :data:`WIDTH` wide.
    """
    view = _View.of(np.concatenate([part.lines for part in parts]))
    drawn = [_path(view, part.lines, part.colour, part.wide) for part in parts]
    entries = [(part.colour, part.name) for part in parts if len(part.lines) and part.name]
    frame = {"x": 0.5, "y": 0.5, "width": WIDTH - 1.0, "height": view.height - 1.0}
    under, names = _graticule(view, hemisphere)
    bar = _scale_bar(view, hemisphere)
    key, bottom = legend(entries, WIDTH, view.height + 54.0)
    return drawing(
        WIDTH,
        bottom,
        title,
        element("rect", fill="#fbfcfd", stroke=INK, stroke_width=1, **frame),
        under,
        *drawn,
        names,
        *(_mark(view, *mark) for mark in marks),
        bar,
        text(heading, 0, view.height + 44, font_weight="bold"),
        key,
    )


@dataclass(frozen=True)
class _View:
    """The part of the plane that is shown: metres to units of the drawing."""

    x_min: float
    y_max: float
    metres_per_unit: float
    height: float

    @classmethod
    def of(cls, lines: np.ndarray) -> _View:
        drawn = lines[~(shapely.is_missing(lines) | shapely.is_empty(lines))]
        box = shapely.total_bounds(drawn) if len(drawn) else np.zeros(4)
        centre = (box[:2] + box[2:]) / 2
        wide, high = np.maximum((box[2:] - box[:2]) * (1 + 2 * _MARGIN), _SMALLEST_M)
        wide, high = max(wide, high / _LONGEST), max(high, wide / _LONGEST)
        return cls(centre[0] - wide / 2, centre[1] + high / 2, wide / WIDTH, WIDTH * high / wide)

    def box(self, inset: float = 0.0) -> tuple[float, float, float, float]:
        """Return what is shown, in metres, but for a rim in units of the drawing."""
        rim = inset * self.metres_per_unit
        x_max = self.x_min + WIDTH * self.metres_per_unit
        y_min = self.y_max - self.height * self.metres_per_unit
        return self.x_min + rim, y_min + rim, x_max - rim, self.y_max - rim

    def place(self, xy: np.ndarray) -> np.ndarray:
        """Return places of the drawing from metres."""
        return np.column_stack([xy[:, 0] - self.x_min, self.y_max - xy[:, 1]]) / self.metres_per_unit

    def path(self, lines: np.ndarray) -> str:
        """Return the data of a path of lines."""
        parts = shapely.get_parts(shapely.simplify(lines, _DETAIL * self.metres_per_unit, preserve_topology=False))
        xy, part = shapely.get_coordinates(parts, return_index=True)
        words = ("M" if begin else "L" for begin in begins(part))
        return "".join(f"{word}{x:.1f} {y:.1f}" for word, (x, y) in zip(words, self.place(xy).tolist()))


def _mark(view: _View, place: np.ndarray, words: str) -> str:
    x, y = view.place(place[None])[0].tolist()
    x, y = min(max(x, 12.0), WIDTH - 12.0), min(max(y + 5.0, 16.0), view.height - 6.0)
    return text(words, x, y, 15, font_weight="bold", text_anchor="middle", **_HALO)


def _path(view: _View, lines: np.ndarray, colour: str, wide: float) -> str:
    data = view.path(lines)
    if not data:
        return ""
    # Round ends show a line of no length, too.
    return element("path", d=data, fill="none", stroke=colour, stroke_width=wide, stroke_linecap="round")


def _graticule(view: _View, hemisphere: str) -> tuple[str, str]:
    """Return the meridians and parallels, and their labels."""
    crs = POLE_CRS[hemisphere]
    sign = -1.0 if hemisphere == "south" else 1.0
    x_min, y_min, x_max, y_max = view.box()
    grid = np.stack(np.meshgrid(np.linspace(x_min, x_max, 41), np.linspace(y_min, y_max, 41)), axis=-1).reshape(-1, 2)
    lon, lat = transformer(crs, LONLAT_CRS).transform(grid[:, 0], grid[:, 1])
    far, near = np.abs(lat).min(), np.abs(lat).max()
    centre = np.array([(x_min + x_max) / 2, (y_min + y_max) / 2])
    middle = float(transformer(crs, LONLAT_CRS).transform(*centre)[0])
    pole_is_shown = x_min <= 0 <= x_max and y_min <= 0 <= y_max
    reach = 180.0 if pole_is_shown else float(np.abs((lon - middle + 180) % 360 - 180).max())
    near = 90.0 if pole_is_shown else near
    size = max(x_max - x_min, y_max - y_min)
    lat_step = _step(size / 4.5 / _METRES_PER_DEGREE)
    lon_step = 30.0 if reach > 90 else _step(np.degrees(size / 4.5 / np.hypot(*centre)))

    parallels = _multiples(far, near, lat_step)
    parallels = parallels[parallels < 90 - 1e-9]
    meridians = _multiples(middle - reach, middle + reach, lon_step)
    if pole_is_shown:
        meridians = np.arange(-180.0, 180.0, lon_step)
    to_plane = transformer(LONLAT_CRS, crs)
    around = middle + np.linspace(-reach, reach, 361)
    graticule, words = [], []
    for lat in parallels:
        graticule.append(shapely.linestrings(np.column_stack(to_plane.transform(around, np.full(361, sign * lat)))))
    # The label stands between two meridians.
    beside = (np.floor(middle / lon_step) + 0.5) * lon_step
    at_parallels = []
    for lat in parallels:
        spot = to_plane.transform(beside, sign * lat)
        at_parallels.append((np.array(spot), f"{number(lat)}°{'S' if sign < 0 else 'N'}"))
    outer = max(far - 1.0, 1.0)
    inner = 90.0 - lat_step / 5 if pole_is_shown else 90.0
    for lon in meridians:
        ends = np.column_stack(to_plane.transform([lon, lon], [sign * outer, sign * inner]))
        line = shapely.clip_by_rect(shapely.linestrings(ends), *view.box(14))
        graticule.append(shapely.linestrings(ends))
        if shapely.length(line) > 0:
            spots = shapely.get_coordinates(line)
            words.append((spots[np.argmax(np.hypot(*spots.T))], _longitude(lon)))
    lines = element(
        "path",
        d=view.path(shapely.clip_by_rect(np.array(graticule, dtype=object), *view.box())),
        fill="none",
        stroke=FAINT,
        stroke_width=0.8,
    )
    return lines, _labels(view, words + at_parallels)


def _labels(view: _View, words: list[tuple[np.ndarray, str]]) -> str:
    """Return the labels that are inside, without those that would lie on others."""
    x_min, y_min, x_max, y_max = view.box(4)
    taken: list[tuple[float, float, float]] = []
    pieces = []
    for spot, label in words:
        if not (x_min < spot[0] < x_max and y_min < spot[1] < y_max):
            continue
        x, y = view.place(spot[None])[0].tolist()
        half = width_of(label, 11) / 2
        x, y = min(max(x, half + 6), WIDTH - half - 6), min(max(y, 12.0), view.height - 8.0)
        if any(abs(x - other) < half + wide + 4 and abs(y - below) < 14 for other, below, wide in taken):
            continue
        taken.append((x, y, half))
        pieces.append(text(label, x, y + 4, 11, fill="#4b5a65", text_anchor="middle", **_HALO))
    return "".join(pieces)


def _step(smallest: float) -> float:
    return next((step for step in _DEGREE_STEPS if step >= smallest), _DEGREE_STEPS[-1])


def _multiples(low: float, high: float, step: float) -> np.ndarray:
    return step * np.arange(np.ceil(low / step - 1e-9), np.floor(high / step + 1e-9) + 1)


def _longitude(degrees: float) -> str:
    degrees = (degrees + 180) % 360 - 180
    if degrees in (0, -180):
        return f"{number(abs(degrees))}°"
    return f"{number(abs(degrees))}°{'W' if degrees < 0 else 'E'}"


def _scale_bar(view: _View, hemisphere: str) -> str:
    """Return a bar below the map, as long as a round number of kilometres is in its middle."""
    x_min, y_min, x_max, y_max = view.box()
    across = np.array([0.4, 0.6]) * (x_max - x_min) + x_min
    lon, lat = transformer(POLE_CRS[hemisphere], LONLAT_CRS).transform(across, np.full(2, (y_min + y_max) / 2))
    metres_per_unit = float(geodesic_lengths(lon[0], lat[0], lon[1], lat[1])) / (0.2 * WIDTH)
    kilometres = round_step(metres_per_unit * WIDTH / 8 / 1000)
    long = kilometres * 1000 / metres_per_unit
    y = view.height + 12.0
    bar = element("path", d=f"M1 {y - 4:.1f}V{y:.1f}H{1 + long:.1f}V{y - 4:.1f}", fill="none", stroke=INK)
    return (
        bar
        + text(f"{kilometres:g} km", long + 8, y + 2, 11)
        + text(f"{POLE_CRS[hemisphere]}", WIDTH, y + 2, 11, text_anchor="end", fill="#4b5a65")
    )
