"""Charts as SVG texts: stacked bars, columns, and histograms of counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..common import escaped
from .svg import FAINT, GREY, INK, PALETTE, drawing, element, legend, text, ticks, width_of

WIDTH = 360.0

_BAR = 20.0
_ROW = 50.0
# Narrower columns stand side by side: thin gaps would flicker.
_LEAST_FOR_GAPS = 6.0
_WIDEST = 56.0


def stacked_bars(
    title: str, labels: Sequence[str], parts: Mapping[str, Sequence[float]], axis: str, unit: str = ""
) -> str:
    """Draw one bar for each label, made of parts that are drawn end to end.

    Parameters
    ----------
    title : str
        For those who cannot see it.
    labels : sequence of str
        One a bar.
    parts : mapping of str to sequence of float
        Length of each part in each bar, 0 or more; parts that are 0 everywhere are left out.
    axis : str
        What the axis shows.
    unit : str
        Behind the sum of each bar.

    Returns
    -------
    str
        An SVG drawing, :data:`WIDTH` wide.
    """
    lengths = {name: np.asarray(values, dtype=float) for name, values in parts.items()}
    lengths = {name: values for name, values in lengths.items() if values.sum() > 0}
    sums = np.sum(list(lengths.values()), axis=0) if lengths else np.zeros(len(labels))
    marks = ticks(float(sums.max(initial=0.0)))
    left, right = 8.0, WIDTH - 18.0
    scale = (right - left) / marks[-1]
    colours = dict(zip(lengths, PALETTE))
    key, top = legend([(colour, name) for name, colour in colours.items()], WIDTH, 2.0, left)
    bottom = top + _ROW * len(labels) + 4
    pieces = [key, _vertical_grid(marks, left, scale, top, bottom)]
    for row, (label, total) in enumerate(zip(labels, sums)):
        y = top + row * _ROW + 20
        pieces.append(text(label, left, y - 5, font_weight="bold"))
        pieces.append(text(f"{total:.3g}{unit}", left + width_of(label) + 12, y - 5))
        x = left
        for name, values in lengths.items():
            wide = float(values[row]) * scale
            pieces.append(
                element("rect", x=x, y=y, width=wide, height=_BAR, fill=colours[name], stroke="#fff", stroke_width=0.6)
            )
            x += wide
    pieces.append(text(axis, (left + right) / 2, bottom + 32, text_anchor="middle"))
    return drawing(WIDTH, bottom + 38, title, *pieces)


def _vertical_grid(marks: np.ndarray, left: float, scale: float, top: float, bottom: float) -> str:
    pieces = []
    for mark in marks:
        x = float(left + mark * scale)
        pieces.append(element("line", x1=x, x2=x, y1=top, y2=bottom, stroke=FAINT, stroke_width=0.8))
        pieces.append(text(_short(mark), x, bottom + 15, text_anchor="middle"))
    return "".join(pieces)


def count_bins(largest: int, most: int = 12) -> np.ndarray:
    """Return the edges of classes of whole numbers: 0 alone, then classes of one width.

    Parameters
    ----------
    largest : int
        Largest number that must have a class.
    most : int
        At most so many classes after that of 0.

    Returns
    -------
    (n + 1,) ndarray of int
        Class k holds the numbers from edge k up to edge k + 1, which is not in it.
    """
    step = int(ticks(max(largest, 1), most, whole=True)[1])
    return np.concatenate([[0], np.arange(1, max(largest, 1) + step + 1, step)])


def usual_largest(values: np.ndarray) -> int:
    """Return up to which number a histogram is to go: 95 % of the counts do not exceed it, or it is at least 10."""
    if len(values) == 0:
        return 0
    return max(int(np.percentile(values, 95, method="higher")), min(int(np.max(values)), 10))


def histogram(
    title: str, values: np.ndarray, axis: str, counted: str, largest: int | None = None, colour: str = PALETTE[0]
) -> str:
    """Draw how often whole numbers occur; 0 has a bar of its own, in grey.

    Parameters
    ----------
    title : str
        Above the drawing.
    values : (n,) ndarray of int
        0 or more.
    axis, counted : str
        What the numbers are, and what is counted.
    largest : int, optional
        Up to which number there are classes; those beyond are counted in the last class, whose name says so. Without
        it, up to :func:`usual_largest`.
    colour : str
        Of the bars.

    Returns
    -------
    str
        An SVG drawing, :data:`WIDTH` wide.
    """
    values = np.asarray(values)
    edges = count_bins(usual_largest(values) if largest is None else largest)
    counts, _ = np.histogram(np.minimum(values, edges[-1] - 1), edges)
    names = [_class_name(low, high - 1) for low, high in zip(edges[:-1].tolist(), edges[1:].tolist())]
    if values.max(initial=0) >= edges[-1]:
        names[-1] = f"{edges[-2]}+"
    colours = [GREY, *[colour] * (len(counts) - 1)]
    return _columns(title, names, [("", counts, colours)], axis, counted)


def columns(title: str, names: Sequence[str], parts: Mapping[str, Sequence[int]], axis: str, counted: str) -> str:
    """Draw one column for each name, made of parts that stand on each other.

    Parameters
    ----------
    title : str
        Above the drawing.
    names : sequence of str
        One a column; those that have no room are left out of the drawing.
    parts : mapping of str to sequence of int
        Height of each part in each column; the first stands at the bottom.
    axis, counted : str
        What the names are, and what is counted.

    Returns
    -------
    str
        An SVG drawing, :data:`WIDTH` wide.
    """
    drawn = [
        (part, np.asarray(heights, dtype=int), [colour] * len(names))
        for (part, heights), colour in zip(parts.items(), PALETTE)
    ]
    return _columns(title, list(names), drawn, axis, counted)


def _columns(
    title: str, names: list[str], parts: list[tuple[str, np.ndarray, list[str]]], axis: str, counted: str
) -> str:
    """Draw columns of parts, each with its name (empty if it is the only one), its heights and their colours."""
    right = WIDTH - 8.0
    key, top = "", 46.0
    if len(parts) > 1:
        key, top = legend([(colours[0], part) for part, _, colours in parts], WIDTH, 22.0, 4.0)
        top += 30.0
    bottom = top + 150.0
    sums = np.sum([heights for _, heights, _ in parts], axis=0)
    marks = ticks(int(sums.max(initial=0)), whole=True)
    left = 14.0 + max(width_of(_short(mark)) for mark in marks)
    scale = (bottom - top) / marks[-1]
    step = (right - left) / len(names)
    pieces = [text(title, 4, 14, font_weight="bold"), key, text(counted, 4, top - 14)]
    for mark in marks:
        y = float(bottom - mark * scale)
        pieces.append(element("line", x1=left, x2=right, y1=y, y2=y, stroke=FAINT, stroke_width=0.8))
        pieces.append(text(_short(mark), left - 6, y + 4, text_anchor="end"))
    wide = min(0.84 * step, _WIDEST) if step > _LEAST_FOR_GAPS else step
    reached = np.full(len(names), bottom)
    for part, heights, colours in parts:
        for number, (name, height, colour) in enumerate(zip(names, heights.tolist(), colours)):
            tall = height * scale
            reached[number] -= tall
            tip = element("title", escaped(f"{name}{part and ', '}{part}: {height:,}"))
            place = {"x": left + (number + 0.5) * step - wide / 2, "y": float(reached[number]), "width": wide}
            pieces.append(element("rect", tip, height=tall, fill=colour, **place))
    # Every second, third, ... name where they would touch.
    skip = int(np.ceil((max(map(width_of, names)) + 6) / step))
    for number, name in enumerate(names):
        # The last name is always there, since it may say that more is in it.
        if number == len(names) - 1 or (number % skip == 0 and number + skip < len(names)):
            half = width_of(name) / 2
            x = min(left + (number + 0.5) * step, WIDTH - half)
            pieces.append(text(name, x, bottom + 15, text_anchor="middle"))
    pieces.append(element("line", x1=left, x2=right, y1=bottom, y2=bottom, stroke=INK))
    pieces.append(text(axis, (left + right) / 2, bottom + 34, text_anchor="middle"))
    return drawing(WIDTH, bottom + 42, title, *pieces)


def _class_name(low: int, high: int) -> str:
    return str(low) if low == high else f"{low}-{high}"


def _short(value: float) -> str:
    """Return a tick's number: 12,000 is 12k."""
    if value >= 10_000:
        return f"{value / 1000:g}k"
    return f"{value:g}"
