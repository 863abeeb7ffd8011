"""A section along a flight as SVG: height against distance, with points by cycle, picks and the echogram below them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .legend import VIRIDIS
from .png import data_url, grey_png
from .svg import FAINT, INK, PALETTE, drawing, element, legend, round_step, text, width_of

#: All panels of a section are so wide, and begin and end at the same places.
WIDTH = 960.0
_LEFT, _RIGHT, _TOP = 70.0, 12.0, 42.0
#: Colours of picks, on white as on an echogram.
SURFACE_COLOUR, BED_COLOUR = "#c1001f", "#8c510a"
# Nearer than this many units dots cannot be told apart.
_DOT, _GRAIN = 3.2, 0.5
_ROOM = 0.06
# Picks that are farther apart (m) than this are not joined.
_GAP_M = 200.0


@dataclass(frozen=True)
class _Drawn:
    """What is drawn along the flight in one colour.

    Attributes
    ----------
    distance, value : (n,) ndarray
        Metres along the flight, and what is on the other axis.
    colour, name : str
    """

    distance: np.ndarray
    value: np.ndarray
    colour: str
    name: str


@dataclass(frozen=True)
class Dots(_Drawn):
    """Points that are drawn alike."""


@dataclass(frozen=True)
class Trace(_Drawn):
    """A line of picks in order of distance, broken where they are far apart; NaN values break it, too."""


@dataclass(frozen=True)
class GreyPicture:
    """A grey picture on the axes of the section.

    Attributes
    ----------
    grey : (rows, columns) ndarray of uint8
    distance, height : (low, high)
        Of its edges; the first row is the highest.
    """

    grey: np.ndarray
    distance: tuple[float, float]
    height: tuple[float, float]


def cycle_colours(n: int) -> list[str]:
    """Return a colour for each of so many cycles: easily told apart for a few, else from early (dark) to late."""
    if n <= len(PALETTE):
        return list(PALETTE[:n])
    known = np.array([[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in VIRIDIS], dtype=float)
    at = np.linspace(0.0, len(VIRIDIS) - 1.0, n)
    mixed = np.column_stack([np.interp(at, np.arange(len(VIRIDIS)), known[:, part]) for part in range(3)])
    return [f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in np.rint(mixed).astype(int).tolist()]


def section(
    title: str,
    axis: str,
    length_m: float,
    leftwards: bool,
    dots: Sequence[Dots],
    traces: Sequence[Trace] = (),
    picture: GreyPicture | None = None,
    high: float = 300.0,
    zero: bool = False,
    among_dots: bool = False,
) -> str:
    """Draw a section along a flight.

    Parameters
    ----------
    title, axis : str
        Above the drawing, and what is on the upright axis.
    length_m : float
        Of the flight.
    leftwards : bool
        Whether the flight runs from right to left.
    dots, traces : sequence of Dots, of Trace
    picture : GreyPicture, optional
        Below all others.
    high : float
        Of the panel.
    zero : bool
        Whether the upright axis is to show zero, with a line.
    among_dots : bool
        Whether the axis is as long as the dots need, whatever lines and picture have beyond.

    Returns
    -------
    str
        An SVG drawing, :data:`WIDTH` wide; ends A (left) and B (right).
    """
    low, top = _span(dots, traces, picture, zero, among_dots)
    view = _View(length_m, leftwards, low, top, high)
    shown: list[Dots | Trace] = [*traces, *dots]
    names = [(one.colour, one.name) for one in shown if np.isfinite(one.value).any()]
    key, end = legend(names, WIDTH, view.bottom + 44.0, _LEFT)
    clip = "-".join(["clip", *re.findall("[a-z]+", title.lower())])
    frame = {"x": _LEFT, "y": _TOP, "width": WIDTH - _LEFT - _RIGHT, "height": high}
    drawn = [_picture(view, picture)] if picture is not None else []
    drawn += [_trace(view, one) for one in traces]
    paths = [(_path_of(view, one), one.colour) for one in dots]
    if picture is not None:
        # White rims, all below all dots, set them off from what is black.
        drawn += [_dots(data, "#fff", _DOT + 1.4) for data, _ in paths]
    drawn += [_dots(data, colour, _DOT) for data, colour in paths]
    return drawing(
        WIDTH,
        end if names else view.bottom + 44.0,
        title,
        text(title, 4, 14, font_weight="bold"),
        text(axis, 4 + width_of(title) * 1.08 + 12, 14),
        element("clipPath", element("rect", **frame), id=clip),
        _grid(view, on_picture=picture is not None),
        element("g", *drawn, clip_path=f"url(#{clip})"),
        element("line", x1=_LEFT, x2=WIDTH - _RIGHT, y1=view.up(0.0), y2=view.up(0.0), stroke=INK) if zero else "",
        element("rect", fill="none", stroke=INK, stroke_width=1, **frame),
        _ends(),
        key,
    )


@dataclass(frozen=True)
class _View:
    """From metres and values to units of the drawing."""

    length_m: float
    leftwards: bool
    low: float
    top: float
    high: float

    @property
    def bottom(self) -> float:
        return _TOP + self.high

    def across(self, distance: np.ndarray | float) -> np.ndarray:
        share = np.asarray(distance, dtype=float) / max(self.length_m, 1.0)
        return _LEFT + (1.0 - share if self.leftwards else share) * (WIDTH - _LEFT - _RIGHT)

    def up(self, value: np.ndarray | float) -> np.ndarray:
        return self.bottom - (np.asarray(value, dtype=float) - self.low) * (self.high / (self.top - self.low))


def _span(
    dots: Sequence[Dots], traces: Sequence[Trace], picture: GreyPicture | None, zero: bool, among_dots: bool
) -> tuple[float, float]:
    """Return the lowest and the highest value that are shown."""
    of_dots = [one.value[np.isfinite(one.value)] for one in dots]
    others = [one.value[np.isfinite(one.value)] for one in traces]
    others += [np.array(picture.height)] if picture is not None else []
    has_dots = any(len(values) for values in of_dots)
    values = np.concatenate([np.zeros(1 if zero else 0), *of_dots, *([] if among_dots and has_dots else others)])
    low, top = (values.min(), values.max()) if len(values) else (0.0, 1.0)
    room = max((top - low) * _ROOM, 0.05)
    return float(low - room), float(top + room)


def _grid(view: _View, on_picture: bool) -> str:
    pieces = []
    for mark in _marks(view.low, view.top, view.high / 45.0):
        y = float(view.up(mark))
        if not on_picture:
            pieces.append(element("line", x1=_LEFT, x2=WIDTH - _RIGHT, y1=y, y2=y, stroke=FAINT, stroke_width=0.8))
        pieces.append(element("line", x1=_LEFT - 4, x2=_LEFT, y1=y, y2=y, stroke=INK))
        pieces.append(text(_short(mark), _LEFT - 7, y + 4, text_anchor="end"))
    for mark in _marks(0.0, view.length_m / 1000.0, 8):
        x, words = float(view.across(mark * 1000.0)), _short(mark)
        pieces.append(element("line", x1=x, x2=x, y1=view.bottom, y2=view.bottom + 4, stroke=INK))
        at = min(max(x, _LEFT + width_of(words) / 2 - 4), WIDTH - width_of(words) / 2)
        pieces.append(text(words, at, view.bottom + 17, text_anchor="middle"))
    way = "flown from B to A" if view.leftwards else "flown from A to B"
    words = f"distance along the flown track (km), {way}"
    pieces.append(text(words, (_LEFT + WIDTH - _RIGHT) / 2, view.bottom + 34, text_anchor="middle"))
    return "".join(pieces)


def _short(mark: float) -> str:
    return f"{mark:,.10g}" if abs(mark) > 1e-9 else "0"


def _marks(low: float, high: float, most: float) -> np.ndarray:
    step = round_step(max((high - low) / max(most, 2.0), 1e-3))
    return np.round(step * np.arange(np.ceil(low / step - 1e-9), np.floor(high / step + 1e-9) + 1), 9)


def _ends() -> str:
    y = _TOP - 6.0
    return text("A", _LEFT, y, 15, font_weight="bold", text_anchor="middle") + text(
        "B", WIDTH - _RIGHT, y, 15, font_weight="bold", text_anchor="end"
    )


def _path_of(view: _View, one: Dots) -> str:
    known = np.isfinite(one.value)
    xy = np.column_stack([view.across(one.distance[known]), view.up(one.value[known])])
    xy = np.unique(np.round(xy / _GRAIN), axis=0) * _GRAIN
    return "".join(f"M{x:g} {y:g}h0" for x, y in xy.tolist())


def _dots(data: str, colour: str, wide: float) -> str:
    return element("path", d=data, fill="none", stroke=colour, stroke_width=wide, stroke_linecap="round")


def _trace(view: _View, one: Trace) -> str:
    known = np.isfinite(one.value)
    distance, value = one.distance[known], one.value[known]
    x, y = view.across(distance), view.up(value)
    begins = np.ones(len(x), dtype=bool)
    begins[1:] = np.diff(distance) > _GAP_M
    # Of picks within a third of a unit one is drawn, and the first and last of each stretch.
    kept = begins | np.append(begins[1:], True)
    kept[1:] |= np.floor(x[1:] * 3.0) != np.floor(x[:-1] * 3.0)
    words = np.where(begins[kept], "M", "L").tolist()
    data = "".join(f"{word}{at:.1f} {up:.1f}" for word, at, up in zip(words, x[kept].tolist(), y[kept].tolist()))
    look = {"fill": "none", "stroke_linejoin": "round", "stroke_linecap": "round"}
    return element("path", d=data, stroke="#fff", stroke_width=3.0, stroke_opacity=0.75, **look) + element(
        "path", d=data, stroke=one.colour, stroke_width=1.3, **look
    )


def _picture(view: _View, picture: GreyPicture) -> str:
    left, right = sorted(float(view.across(edge)) for edge in picture.distance)
    top, bottom = sorted(float(view.up(edge)) for edge in picture.height)
    grey = picture.grey[:, ::-1] if view.leftwards else picture.grey
    return element(
        "image",
        href=data_url(grey_png(grey), "image/png"),
        x=left,
        y=top,
        width=right - left,
        height=bottom - top,
        preserveAspectRatio="none",
    )
