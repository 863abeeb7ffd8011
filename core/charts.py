"""Charts as SVG texts: stacked bars, and histograms of counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from .svg import FAINT, GREY, INK, PALETTE, drawing, element, legend, text, ticks, width_of

WIDTH = 360.0

_BAR = 20.0
_ROW = 50.0


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
    return _columns(title, counts, names, axis, counted, colour)


def _columns(title: str, counts: np.ndarray, names: list[str], axis: str, counted: str, colour: str) -> str:
    top, bottom, right = 46.0, 196.0, WIDTH - 8.0
    marks = ticks(int(counts.max(initial=0)), whole=True)
    left = 14.0 + max(width_of(_short(mark)) for mark in marks)
    scale = (bottom - top) / marks[-1]
    step = (right - left) / len(counts)
    pieces = [text(title, 4, 14, font_weight="bold"), text(counted, 4, 32)]
    for mark in marks:
        y = float(bottom - mark * scale)
        pieces.append(element("line", x1=left, x2=right, y1=y, y2=y, stroke=FAINT, stroke_width=0.8))
        pieces.append(text(_short(mark), left - 6, y + 4, text_anchor="end"))
    # Every second, third, ... name where they would touch.
    skip = int(np.ceil((max(map(width_of, names)) + 6) / step))
    for number, (count, name) in enumerate(zip(counts.tolist(), names)):
        x, tall = left + number * step, count * scale
        tip = element("title", f"{name}: {count:,}")
        fill = GREY if number == 0 else colour
        pieces.append(
            element("rect", tip, x=x + 0.08 * step, y=bottom - tall, width=0.84 * step, height=tall, fill=fill)
        )
        # The last name is always there, since it may say that more is in it.
        if number == len(names) - 1 or (number % skip == 0 and number + skip < len(names)):
            pieces.append(text(name, x + step / 2, bottom + 15, text_anchor="middle"))
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
