"""How far tests go that draw at random: ``make test`` a part of the way, ``make deep`` (in ``.ci/run``) all of it."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

DEEP = os.environ.get("XOPR_EXAMPLES") == "deep"
#: Of so many examples ``make test`` takes one.
_SHARE = 4


def times(deep: int, quick: int) -> int:
    """How often a test does something; mark it with ``pytest.mark.deep``, or ``make deep`` leaves it out."""
    return deep if DEEP else quick


def drawn(examples: int, **others):
    """Settings of hypothesis for a test that draws so many examples, all of them only where it goes deep."""
    chosen = settings(max_examples=times(examples, -(-examples // _SHARE)), deadline=None, **others)
    return lambda test: pytest.mark.deep(chosen(test))
