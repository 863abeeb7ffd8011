"""A self-contained HTML page: nothing is fetched, nothing runs; good on a phone and in print."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone

from ..common import escaped, versions

_NUMBER = ' class="number"'
_STYLE = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 64rem; padding: 1.2rem 1rem 3rem; background: #fff; color: #1d2b36;
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Open Sans", Arial, sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .6rem; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; line-height: 1.3; margin: 2.2rem 0 .6rem; border-top: 1px solid #c9d1d6; padding-top: 1.2rem; }
h3 { font-size: 1rem; margin: 1.4rem 0 .4rem; }
p, ul, dl { margin: 0 0 .8rem; max-width: 46rem; }
.lead { font-size: 1.1rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; }
dt { color: #4b5a65; }
dd { margin: 0; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; margin: 0 0 1rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding: 0 0 .3rem; font-weight: 600; }
th, td { padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #dfe5e8; text-align: left; vertical-align: top; }
thead th { vertical-align: bottom; }
th[scope="rowgroup"] { padding-top: .8rem; }
.fixed td { white-space: nowrap; }
th { font-weight: 600; border-bottom-color: #1d2b36; }
.number { text-align: right; }
pre { margin: 0 0 1rem; padding: .7rem .9rem; background: #f3f6f7; overflow-x: auto; font-size: .9rem;
  line-height: 1.45; }
pre.command { white-space: pre-wrap; overflow-wrap: anywhere; user-select: all; -webkit-user-select: all; }
.log { font-size: .88rem; color: #4b5a65; max-width: none; }
.log li { overflow-wrap: anywhere; }
.log .warning { color: #1d2b36; font-weight: 600; }
figure { margin: 0 0 1.2rem; }
figcaption { color: #4b5a65; font-size: .92rem; max-width: 46rem; margin-top: .4rem; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 19rem), 1fr)); gap: 1.2rem; }
.charts svg { width: 100%; max-width: 30rem; height: auto; display: block; }
.charts.maps svg { max-width: 38rem; }
.charts.maps { grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); }
figure.wide { overflow-x: auto; }
figure.wide svg, figure.wide img { width: 100%; min-width: 36rem; height: auto; display: block; margin: 0 0 1.4rem; }
footer { margin-top: 2.5rem; color: #4b5a65; font-size: .92rem; }
@media (max-width: 30rem) { h1 { font-size: 1.35rem; } pre { font-size: .8rem; }
  table { font-size: .88rem; line-height: 1.35; } th, td { padding-right: .55rem; }
  dl { grid-template-columns: 1fr; gap: 0; } dd { margin: 0 0 .4rem; } }
@media print { body { max-width: none; padding: 0; font-size: 11pt; } .charts svg { max-width: 11cm; }
  .charts.maps svg { max-width: 15cm; } svg, tr, pre, figure { break-inside: avoid; } h2, h3 { break-after: avoid; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
"""


def page(title: str, *parts: str) -> str:
    """Return a whole page.

    Parameters
    ----------
    title : str
        Plain text; also the first heading.
    *parts : str
        HTML from the functions of this module.
    """
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escaped(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{escaped(title)}</h1>\n"
        + "\n".join(parts)
        + "\n</main>\n</body>\n</html>\n"
    )


def report(
    title: str, parts: Iterable[str], software: Mapping[str, str] | None = None, made: datetime | None = None
) -> str:
    """Return a whole page that says in its last line when it was made, and with what.

    Parameters
    ----------
    title : str
    parts : iterable of str
        See :func:`page`.
    software : mapping of str to str, optional
        Names and versions of what called the core; the libraries' own are added.
    made : datetime, optional
        When; now if not given.
    """
    made = made or datetime.now(timezone.utc)
    return page(title, *parts, footer(f"Made on {made:%Y-%m-%d %H:%M} UTC with {versions(software)}."))


def heading(words: str, level: int = 2) -> str:
    """Return a heading from plain text."""
    return f"<h{level}>{escaped(words)}</h{level}>"


def paragraph(words: str, kind: str = "") -> str:
    """Return a paragraph from plain text; `kind` is ``lead`` for the first one."""
    attribute = f' class="{escaped(kind)}"' if kind else ""
    return f"<p{attribute}>{escaped(words)}</p>"


def listing(items: Iterable[str]) -> str:
    """Return a list from plain texts."""
    return "<ul>" + "".join(f"<li>{escaped(item)}</li>" for item in items) + "</ul>"


def log(lines: Iterable[tuple[str, bool]]) -> str:
    """Return lines of a log from plain texts, each with whether it is a warning."""
    items = (f'<li class="{"warning" if warns else "said"}">{escaped(words)}</li>' for words, warns in lines)
    return f'<ul class="log">{"".join(items)}</ul>'


def definitions(entries: Iterable[tuple[str, str]]) -> str:
    """Return names and what they stand for, from plain texts."""
    return "<dl>" + "".join(f"<dt>{escaped(name)}</dt><dd>{escaped(text)}</dd>" for name, text in entries) + "</dl>"


def verbatim(words: str) -> str:
    """Return plain text line by line as it is."""
    return f"<pre>{escaped(words)}</pre>"


def command(words: str) -> str:
    """Return a command, from plain text, that a click selects as a whole; long ones are wrapped, but stay one line."""
    return f'<pre class="command">{escaped(words)}</pre>'


def table(headers: Sequence[str], rows: Iterable[Sequence[object]], caption: str = "", wraps: bool = True) -> str:
    """Return a table that scrolls by itself where it is too wide.

    Parameters
    ----------
    headers : sequence of str
    rows : iterable of sequence
        Whole numbers get separators and stand on the right, as do :class:`Figures`.
    caption : str
    wraps : bool
        Whether texts in cells may be broken into lines.
    """
    return grouped_table(headers, {"": rows}, caption, wraps)


def grouped_table(
    headers: Sequence[str], groups: Mapping[str, Iterable[Sequence[object]]], caption: str = "", wraps: bool = True
) -> str:
    """Return a table in groups of rows, each below its name; an empty name is not shown. See :func:`table`."""
    bodies, right, any_row = [], [True] * len(headers), False
    for name, rows in groups.items():
        body = [f'<tr><th scope="rowgroup" colspan="{len(headers)}">{escaped(name)}</th></tr>'] if name else []
        for row in rows:
            cells, any_row = [], True
            for column, value in enumerate(row):
                is_number = isinstance(value, (int, Figures))
                right[column] &= is_number
                shown = f"{value:,}" if isinstance(value, int) else str(value)
                cells.append(f'<td class="number">{escaped(shown)}</td>' if is_number else f"<td>{escaped(shown)}</td>")
            body.append(f"<tr>{''.join(cells)}</tr>")
        bodies.append(f"<tbody>{''.join(body)}</tbody>")
    head = "".join(
        f'<th scope="col"{_NUMBER if on_right and any_row else ""}>{escaped(name)}</th>'
        for name, on_right in zip(headers, right)
    )
    title = f"<caption>{escaped(caption)}</caption>" if caption else ""
    kind = "" if wraps else ' class="fixed"'
    return f'<div class="scroll"><table{kind}>{title}<thead><tr>{head}</tr></thead>{"".join(bodies)}</table></div>'


class Figures(str):
    """A number that is already written as it is to be shown."""

    __slots__ = ()


def charts(drawings: Iterable[str], caption: str = "", maps: bool = False) -> str:
    """Return drawings side by side, where there is room, with a caption in plain text.

    Parameters
    ----------
    drawings : iterable of str
        SVG; see :mod:`~xopr_crossovers.core.reports.charts`.
    caption : str
    maps : bool
        Whether they are to be larger.
    """
    title = f"<figcaption>{escaped(caption)}</figcaption>" if caption else ""
    kind = "charts maps" if maps else "charts"
    return f'<figure><div class="{kind}">{"".join(drawings)}</div>{title}</figure>'


def wide(drawings: Iterable[str], caption: str = "") -> str:
    """Return drawings one below the other, as wide as the page, with a caption in plain text."""
    title = f"<figcaption>{escaped(caption)}</figcaption>" if caption else ""
    return f'<figure class="wide">{"".join(drawings)}{title}</figure>'


def picture(address: str, words: str) -> str:
    """Return a picture, from the address that holds it and what it shows in plain text."""
    return f'<img src="{escaped(address)}" alt="{escaped(words)}">'


def footer(words: str) -> str:
    """Return the last lines from plain text."""
    return f"<footer>{escaped(words)}</footer>"
