"""Charts of values that may be below zero, as SVG texts: a histogram, and how the values of groups lie."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..common import escaped
from ..heights import Spread
from .charts import WIDTH
from .svg import FAINT, INK, LETTERS, PALETTE, drawing, element, round_step, text, ticks, width_of

_BARS = 24
_ROW = 24.0
# What is farther from the median than so many NMAD is counted in the outermost bars.
_REACH_NMAD = 5.0


def value_histogram(title: str, values: np.ndarray, axis: str, counted: str) -> str:
    """Draw how often values occur; those far off are counted in the outermost bars, whose tips say so.

    Parameters
    ----------
    title : str
        Above the drawing.
    values : (n,) ndarray
        Finite; at least one.
    axis, counted : str
        What the values are, and what is counted.

    Returns
    -------
    str
        An SVG drawing, as wide as other charts.
    """
    edges = value_bins(values)
    inner = np.clip(values, edges[0], np.nextafter(edges[-1], -np.inf))
    counts, _ = np.histogram(inner, edges)
    marks = ticks(int(counts.max()), whole=True)
    top, bottom, right = 46.0, 196.0, WIDTH - 8.0
    left = 14.0 + max(width_of(f"{mark:g}") for mark in marks)
    high, wide = (bottom - top) / marks[-1], (right - left) / len(counts)
    pieces = [text(title, 4, 14, font_weight="bold"), text(counted, 4, top - 14)]
    for mark in marks:
        y = float(bottom - mark * high)
        pieces.append(element("line", x1=left, x2=right, y1=y, y2=y, stroke=FAINT, stroke_width=0.8))
        pieces.append(text(f"{mark:g}", left - 6, y + 4, text_anchor="end"))
    below, above = int((values < edges[0]).sum()), int((values > edges[-1]).sum())
    for number, amount in enumerate(counts.tolist()):
        words = f"{edges[number]:g} to {edges[number + 1]:g}: {amount:,}"
        words += f", {below:,} of them below" if number == 0 and below else ""
        words += f", {above:,} of them above" if number == len(counts) - 1 and above else ""
        pieces.append(
            element(
                "rect",
                element("title", escaped(words)),
                x=left + number * wide,
                y=float(bottom - amount * high),
                width=wide,
                height=amount * high,
                fill=PALETTE[0],
                stroke="#fff",
                stroke_width=0.4,
            )
        )
    pieces += _marks(edges[0], edges[-1], left, right, top, bottom)
    pieces.append(element("line", x1=left, x2=right, y1=bottom, y2=bottom, stroke=INK))
    pieces.append(text(axis, (left + right) / 2, bottom + 34, text_anchor="middle"))
    return drawing(WIDTH, bottom + 42, title, *pieces)


def value_bins(values: np.ndarray) -> np.ndarray:
    """Return the edges of bars of one width, round numbers, about the median of values.

    Parameters
    ----------
    values : (n,) ndarray
        Finite; at least one.
    """
    median = float(np.median(values))
    usual = 1.4826 * float(np.median(np.abs(values - median)))
    low, high = float(values.min()), float(values.max())
    if usual > 0:
        low, high = max(low, median - _REACH_NMAD * usual), min(high, median + _REACH_NMAD * usual)
    step = round_step(max((high - low) / _BARS, 1e-3))
    first, last = np.floor(low / step), np.floor(high / step) + 1
    return np.asarray(step * np.arange(first, last + 1))


def spreads(title: str, groups: Mapping[str, Spread], axis: str) -> str:
    """Draw how the values of groups lie: the median as a dot, one NMAD to both sides as a bar.

    Parameters
    ----------
    title : str
        Above the drawing.
    groups : mapping of str to Spread
        By name; those without a value are left out.
    axis : str
        What the values are.

    Returns
    -------
    str
        An SVG drawing, as wide as other charts.
    """
    known = {name: one for name, one in groups.items() if one.n}
    if not known:
        return drawing(WIDTH, 40.0, title, text(title, 4, 14, font_weight="bold"), text("no values", 4, 34))
    names = [f"{name} (n {one.n:,})" for name, one in known.items()]
    left, right, top = min(16.0 + max(map(width_of, names)), WIDTH * 0.55), WIDTH - 14.0, 30.0
    low = min(one.median - one.nmad for one in known.values())
    high = max(one.median + one.nmad for one in known.values())
    room = max(high - low, 1e-3) * 0.05
    low, high = min(low - room, 0.0), max(high + room, 0.0)
    bottom = top + _ROW * len(known)
    scale = (right - left) / (high - low)
    pieces = [text(title, 4, 14, font_weight="bold"), *_marks(low, high, left, right, top, bottom, lines=True)]
    zero = left - low * scale
    pieces.append(element("line", x1=zero, x2=zero, y1=top, y2=bottom, stroke=INK, stroke_width=0.8))
    for row, (name, one) in enumerate(zip(names, known.values())):
        y, x = top + (row + 0.5) * _ROW, left + (one.median - low) * scale
        tip = element("title", escaped(f"{name}: median {one.median:.2f}, NMAD {one.nmad:.2f}, RMS {one.rms:.2f}"))
        pieces.append(text(name, left - 8, y + 4, LETTERS - 0.5, text_anchor="end"))
        bar = {"x": x - one.nmad * scale, "y": y - 5.0, "width": max(2 * one.nmad * scale, 1.0), "height": 10.0}
        pieces.append(element("rect", tip, fill=PALETTE[4], **bar))
        pieces.append(element("circle", cx=x, cy=y, r=4.0, fill=PALETTE[0]))
    pieces.append(text(axis, (left + right) / 2, bottom + 34, text_anchor="middle"))
    return drawing(WIDTH, bottom + 42, title, *pieces)


def _marks(
    low: float, high: float, left: float, right: float, top: float, bottom: float, lines: bool = False
) -> list[str]:
    """Return numbers below an axis, and lines above them if so wished."""
    step = round_step((high - low) / 5)
    pieces = []
    for mark in step * np.arange(np.ceil(low / step - 1e-9), np.floor(high / step + 1e-9) + 1):
        x = float(left + (mark - low) * (right - left) / (high - low))
        if lines:
            pieces.append(element("line", x1=x, x2=x, y1=top, y2=bottom, stroke=FAINT, stroke_width=0.8))
        words = f"{mark:g}" if abs(mark) > 1e-9 else "0"
        pieces.append(text(words, min(x, WIDTH - width_of(words) / 2), bottom + 15, text_anchor="middle"))
    return pieces
