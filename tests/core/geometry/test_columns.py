"""Rows of arrays that belong together."""

from dataclasses import dataclass

import numpy as np
import pytest

from xopr_crossovers.core.geometry.columns import Columns, stacked


@dataclass(frozen=True)
class Places(Columns):
    name: np.ndarray
    point: np.ndarray


PLACES = Places(np.array(["a", "b", "c"]), np.array([[0, 1], [2, 3], [4, 5]]))


@pytest.mark.parametrize("which", [np.array([False, True, True]), np.array([1, 2])], ids=["a mask", "positions"])
def test_rows_are_taken_from_every_column(which):
    found = PLACES.where(which)
    assert type(found) is Places
    assert len(found) == 2
    assert (found.name.tolist(), found.point.tolist()) == (["b", "c"], [[2, 3], [4, 5]])


def test_an_order_is_that_of_every_column():
    found = PLACES.where(np.array([2, 0, 1]))
    assert (found.name.tolist(), found.point.tolist()) == (["c", "a", "b"], [[4, 5], [0, 1], [2, 3]])


def test_parts_are_stacked_one_after_another():
    found = stacked([PLACES, PLACES.where(np.zeros(3, dtype=bool)), PLACES.where(np.array([0]))])
    assert type(found) is Places
    assert (found.name.tolist(), found.point.tolist()) == (["a", "b", "c", "a"], [[0, 1], [2, 3], [4, 5], [0, 1]])
