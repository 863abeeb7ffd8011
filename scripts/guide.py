"""Writes what the guide says of parameters, outputs and columns, from the algorithms themselves.

The pages are written by hand. Between two comments, ``<!-- guide: NAME -->`` and ``<!-- end -->``, stands what this
script makes: ``python scripts/guide.py`` (with the Python of QGIS, as in ``.venv``) writes it anew.

- ``parameters`` and ``outputs``, in ``docs/algorithms/NAME.md``: tables.
- ``columns``, in the same pages: the columns of each layer that the algorithm writes, from the section of
  ``docs/layers.md`` that its style names; units and meanings are written there by hand. The columns of a layer whose
  style names no section are written by hand in the page itself, below.
- ``seasons``: the seasons that the plugin knows by name.

In all tables of columns the second column is set to the name that QGIS shows.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
#: More options than these are not listed in the table.
_MANY = 12

_MARKED = re.compile(r"(<!-- guide: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
_SOURCES = {0: "points", 1: "lines", 2: "polygons"}
_KINDS = {
    "string": "text",
    "boolean": "yes or no",
    "datetime": "date",
    "extent": "extent",
    "raster": "raster layer",
    "authcfg": "authentication configuration",
}
_OUTPUTS = {"outputHtml": "HTML file", "outputFile": "file", "outputNumber": "number", "outputString": "text"}


def main() -> None:
    """Write all pages."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from qgis.core import QgsApplication

    application = QgsApplication([], False)
    application.initQgis()
    from xopr_crossovers.algorithms import ALGORITHMS

    for path, text in pages([algorithm() for algorithm in ALGORITHMS]):
        path.write_text(text, encoding="utf-8")
    application.exitQgis()


def pages(algorithms: list[Any]) -> Iterator[tuple[Path, str]]:
    """Yield each page that holds something made here, as it should be."""
    layers = DOCS / "layers.md"
    styles = [style for algorithm in algorithms for style in algorithm.STYLES.values()]
    text = _with_names(
        layers.read_text(encoding="utf-8"), "## ", {f"## {style.section}\n": style.aliases for style in styles}
    )
    yield layers, text
    tables = dict(_tables(text))
    for algorithm in algorithms:
        algorithm.initAlgorithm({})
        page = DOCS / "algorithms" / f"{algorithm.name()}.md"
        made = {
            "parameters": parameters(algorithm),
            "outputs": outputs(algorithm),
            "columns": columns(algorithm, tables),
            "seasons": seasons(),
        }
        text = _MARKED.sub(lambda found, made=made: found[1] + made[found[2]] + found[3], page.read_text("utf-8"))
        own = {f"`{name}`": style.aliases for name, style in algorithm.STYLES.items()}
        yield page, _with_names(text, "`[A-Z_]+`", own)


def parameters(algorithm: Any) -> str:
    """Return the table of an algorithm's inputs."""
    rows = [
        (
            f"`{one.name()}`",
            one.description(),
            _value(one),
            _default(one),
            re.sub(r" Options: [^.]*\.$", "", one.help()),
        )
        for one in algorithm.parameterDefinitions()
        if not one.isDestination()
    ]
    return _table(("Parameter", "In the dialog", "Value", "Default", "Meaning"), rows)


def outputs(algorithm: Any) -> str:
    """Return the table of an algorithm's outputs."""
    definitions = {one.name(): one for one in algorithm.parameterDefinitions()}
    rows = []
    for one in algorithm.outputDefinitions():
        parameter = definitions.get(one.name())
        meaning = parameter.help() if parameter is not None else ""
        kind = _layer_kind(parameter) if one.type() == "outputVector" else _OUTPUTS[one.type()]
        rows.append((f"`{one.name()}`", one.description(), kind, meaning))
    return _table(("Output", "In the dialog", "Kind", "Meaning"), rows)


def columns(algorithm: Any, tables: dict[str, str]) -> str:
    """Return a table of columns for each layer that an algorithm writes, and that docs/layers.md tells of."""
    parts = []
    for name, style in algorithm.STYLES.items():
        if not style.section:
            continue
        anchor = style.section.lower().replace(" ", "-")
        table = tables[style.section].replace("](#", "](layers.md#").replace("](", "](../")
        parts.append(f"`{name}` ([about this layer](../layers.md#{anchor})):\n\n{table}\n")
    return "\n".join(parts)


def seasons() -> str:
    """Return the seasons that the plugin is shipped with, by hemisphere."""
    import pandas as pd

    known = pd.read_csv(ROOT / "core" / "catalogs" / "seasons.csv").sort_values("season")
    groups = known.groupby("hemisphere", sort=False)["season"]
    return "\n\n".join(f"{side.title()}: {', '.join(f'`{name}`' for name in names)}." for side, names in groups) + "\n"


def _value(parameter: Any) -> str:
    kind = parameter.type()
    if kind == "enum":
        options = parameter.options()
        listed = ", ".join(f"`{option}`" for option in options)
        text = ("some of " if parameter.allowMultiple() else "one of ") + (
            listed if len(options) <= _MANY else "the names in the list"
        )
    elif kind in ("number", "distance"):
        text = "whole number" if kind == "number" and parameter.dataType() == 0 else "number"
        text += f" from {parameter.minimum():g}" if abs(parameter.minimum()) < 1e300 else ""
        text += f" to {parameter.maximum():g}" if parameter.maximum() < 2e9 else ""
        text += " (m)" if kind == "distance" else ""
    elif kind == "source":
        of = _SOURCES.get(int(parameter.dataTypes()[0]))
        text = f"layer of {of}" if of else "layer or table"
    else:
        text = _KINDS[kind]
    notes = ["optional"] if _has(parameter, "FlagOptional") else []
    notes += ["advanced"] if _has(parameter, "FlagAdvanced") else []
    return "; ".join([text, *notes])


def _has(parameter: Any, flag: str) -> bool:
    from qgis.core import QgsProcessingParameterDefinition

    return bool(parameter.flags() & getattr(QgsProcessingParameterDefinition.Flag, flag))


def _default(parameter: Any) -> str:
    value = parameter.defaultValue()
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "no" if not value else "yes"
    if isinstance(value, (list, tuple)):
        return ", ".join(f"`{part}`" for part in value)
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def _layer_kind(parameter: Any) -> str:
    of = _SOURCES.get(int(parameter.dataType()))
    return f"layer of {of}" if of else "table"


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in (head, *rows)]
    lines.insert(1, "|" + "---|" * len(head))
    return "".join(line.replace("|  |", "| |") + "\n" for line in lines)


def _with_names(text: str, parts_begin: str, aliases: dict[str, Mapping[str, str]]) -> str:
    """Return a text with the names that QGIS shows in the second column of each table of columns.

    Parameters
    ----------
    text : str
    parts_begin : str
        How a part of the text begins, as a regular expression.
    aliases : dict
        Names that hold in one part alone, by its first words.
    """
    parts = re.split(f"^(?={parts_begin})", text, flags=re.MULTILINE)
    own = [next((names for words, names in aliases.items() if part.startswith(words)), {}) for part in parts]
    return "".join(map(_with_names_in_part, parts, own))


def _with_names_in_part(part: str, own: Mapping[str, str]) -> str:
    from xopr_crossovers.plugin.looks.columns import ALIASES

    names = {**ALIASES, **own}

    def named(row: re.Match[str]) -> str:
        return f"| `{row[1]}` | {names.get(row[1], row[1])} |"

    def all_named(table: re.Match[str]) -> str:
        return re.sub(r"^\| `([^`]+)` \|[^|]*\|", named, table[0], flags=re.MULTILINE)

    return re.sub(r"^\| Column \|.*\n(?:\|.*\n?)+", all_named, part, flags=re.MULTILINE)


def _tables(text: str) -> Iterator[tuple[str, str]]:
    """Yield the first table of each section."""
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        title, _, body = section.partition("\n")
        found = re.search(r"^\| Column .*?(?=\n(?!\|))", body, re.DOTALL | re.MULTILINE)
        if found:
            yield title, found[0]


if __name__ == "__main__":
    sys.exit(main())
