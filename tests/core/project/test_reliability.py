"""docs/reliability.md keeps to the tests that there are, and leaves no fault out that the stand-in can play."""

from __future__ import annotations

import ast
import re

import pytest

from standin import faults


@pytest.fixture(scope="module")
def page(repository):
    return (repository / "docs" / "reliability.md").read_text(encoding="utf-8")


def rows(page):
    faults_told = page.partition("\n## Figures\n")[0]
    cells = [re.split(r"(?<!\\)\|", line)[1:-1] for line in faults_told.splitlines() if line.startswith("| ")]
    return [row for row in cells if row[0].strip() != "fault"]


def test_every_row_names_tests_that_exist(page, repository):
    for row in rows(page):
        assert len(row) == 4
        named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", row[3])
        assert named, row
        for file, test in named:
            tree = ast.parse((repository / file).read_text(encoding="utf-8"))
            assert test in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, f"{file}::{test}"


def test_every_fault_of_the_stand_in_is_in_a_row(page):
    told = {kind for row in rows(page) for kind in re.findall(r"`(\w+)`", row[0])}
    assert told >= {*faults.RECORD_FAULTS, *faults.HIT_FAULTS, *faults.ANSWER_FAULTS, *faults.ARCHIVE_FAULTS}
