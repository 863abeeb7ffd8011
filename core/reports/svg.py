"""Pieces of SVG drawings: elements, text, round numbers for axes."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from ..common import escaped

#: Colours that the colour-blind can tell apart (Okabe and Ito, 2008), without the yellow, which vanishes on white.
PALETTE = ("#0072b2", "#e69f00", "#009e73", "#d55e00", "#56b4e9", "#cc79a7")
INK = "#1d2b36"
FAINT = "#c9d1d6"
GREY = "#9aa4ab"

#: Size of letters, in units of a drawing.
LETTERS = 12.0
# A letter's width, in letter sizes, on average; a little too much for most fonts.
_LETTER_WIDTH = 0.56


def number(value: float) -> str:
    """Return a coordinate with a hundredth of a unit, without what it does not need."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def element(name: str, *children: str, **attributes: object) -> str:
    """Return an element; of attribute names, ``_`` becomes ``-``, and a last one is dropped (``class_``).

    Parameters
    ----------
    name : str
    *children : str
        SVG; texts must be escaped, which :func:`text` does.
    **attributes : object
        Numbers are rounded, texts escaped.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{number(value) if isinstance(value, float) else escape(str(value))}"'
        for key, value in attributes.items()
    )
    inner = "".join(children)
    return f"<{name}{written}>{inner}</{name}>" if inner else f"<{name}{written}/>"


def text(words: str, x: float, y: float, size: float = LETTERS, **attributes: object) -> str:
    """Return a line of text, escaped; `y` is its base line."""
    return element("text", escaped(words), x=float(x), y=float(y), font_size=float(size), **{"fill": INK, **attributes})


def width_of(words: str, size: float = LETTERS) -> float:
    """Return about how wide a text is."""
    return len(words) * _LETTER_WIDTH * size


def drawing(width: float, height: float, title: str, *children: str) -> str:
    """Return a whole drawing, which grows and shrinks with the page and tells its title to screen readers."""
    return element(
        "svg",
        element("title", escaped(title)),
        *children,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {number(width)} {number(height)}",
        role="img",
        font_family="system-ui, -apple-system, 'Segoe UI', Roboto, 'Open Sans', Arial, sans-serif",
    )


def ticks(top: float, most: int = 5, whole: bool = False) -> np.ndarray:
    """Return round numbers from 0 to `top` or just beyond it.

    Parameters
    ----------
    top : float
        Largest value to show.
    most : int
        At most so many steps.
    whole : bool
        Whole numbers only.
    """
    if top <= 0:
        return np.array([0.0, 1.0])
    step = round_step(top / most)
    if whole:
        step = max(step, 1.0)
    return step * np.arange(int(np.ceil(top / step - 1e-9)) + 1)


def round_step(smallest: float, steps: Sequence[float] = (1, 2, 5)) -> float:
    """Return the smallest of 1, 2, 5, 10, 20, ... (times a power of ten) that is not below `smallest`."""
    unit = 10.0 ** np.floor(np.log10(smallest))
    return float(next(step * unit for step in (*steps, 10) if step * unit >= smallest * (1 - 1e-9)))


def legend(entries: Sequence[tuple[str, str]], width: float, top: float, x: float = 0.0) -> tuple[str, float]:
    """Return coloured squares with their meaning, in as many lines as they need, and where they end.

    Parameters
    ----------
    entries : sequence of (colour, meaning)
    width : float
        Of the drawing.
    top, x : float
        Where the legend begins.
    """
    side, row = LETTERS - 2, LETTERS + 6
    pieces, at, y = [], x, top
    for colour, meaning in entries:
        wide = side + 5 + width_of(meaning) + 14
        if at > x and at + wide - 14 > width:
            at, y = x, y + row
        pieces.append(element("rect", x=at, y=y, width=side, height=side, fill=colour))
        pieces.append(text(meaning, at + side + 5, y + side - 0.5))
        at += wide
    return "".join(pieces), y + row
