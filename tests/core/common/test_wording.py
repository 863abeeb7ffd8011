"""Numbers with their nouns, in every sentence of the package."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from xopr_crossovers.core.common.wording import count, listed, some_of

ROOT = Path(__file__).resolve().parents[3]
FILES = [path for part in ("core", "plugin", "algorithms") for path in (ROOT / part).rglob("*.py")]
#: Words that end with s, and are no plural.
NO_PLURAL = {"was", "has", "is", "does", "as", "its", "this", "always", "less"}
#: Numbers that are never 1, by their file and what is counted: limits of formats, sizes of files, more than once.
NEVER_ONE = {
    ("core/remote/hdf5.py", "bytes"),
    ("core/remote/pyfive_door.py", "bytes"),
    ("core/reports/run_report.py", "times"),
    ("plugin/files/formats.py", "rows"),
}
#: Stand for a number of thousands, and for anything else, in the text of an f-string.
NUMBER, ELSE = "\N{NUMERO SIGN}", "\N{HORIZONTAL ELLIPSIS}"


def plain(text: ast.JoinedStr) -> str:
    """The text of an f-string, with a sign for each value."""
    parts = []
    for part in text.values:
        if isinstance(part, ast.Constant):
            parts.append(part.value)
        else:
            shape = [one.value for one in part.format_spec.values] if part.format_spec else []
            parts.append(NUMBER if shape == [","] else ELSE)
    return "".join(parts)


def miscounted(source: str) -> list[str]:
    """The nouns in the plural, and the verbs, that follow a number of thousands however many it is."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr):
            text = plain(node)
            nouns = re.findall(rf"{NUMBER} (?:of the |more )?(?:[a-z]+ )?([a-z]+s)\b", text)
            found += [word for word in nouns if word not in NO_PLURAL]
            found += re.findall(rf"{NUMBER} (?:of {ELSE} |more )?(are|have|were|do)\b", text)
    return found


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ('f"{n:,} frames"', ["frames"]),
        ('f"Read {len(rows):,} of {n:,} frames from {place}."', ["frames"]),
        ('f"{n:,} of {count(m, one, more)} have none"', ["have"]),
        ('f"{n:,} more are left out"', ["are"]),
        ('f"{n:,} point features"', ["features"]),
        ('f"{count(n, one, more)} left out, {n:,} missed"', []),
        ('f"{n} frames {n:,.1f} s"', []),
    ],
)
def test_what_is_miscounted_is_found(source, words):
    assert miscounted(source) == words


def test_no_sentence_says_1_frames():
    found = {
        (path.relative_to(ROOT).as_posix(), word) for path in FILES for word in miscounted(path.read_text("utf-8"))
    }
    assert found == NEVER_ONE


def test_a_noun_and_a_verb_follow_their_numbers():
    assert [count(n, "box is", "boxes are") for n in (0, 1, 1234)] == ["0 boxes are", "1 box is", "1,234 boxes are"]
    some = [some_of(n, total, "frame", "frames", "has", "have") for n, total in ((0, 1), (1, 1), (1, 4), (2, 1234))]
    assert some == ["0 of 1 frame have", "1 of 1 frame has", "1 of 4 frames has", "2 of 1,234 frames have"]
    assert some_of(1, 4, "frame", "frames") == "1 of 4 frames"


def test_a_list_in_a_sentence():
    assert [listed(words) for words in (["a"], ["a", "b"], ["a", "b", "c"])] == ["a", "a and b", "a, b and c"]
