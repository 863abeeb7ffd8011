"""Which of several parameters is given, where only one may be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...core.common import InputError, listed

if TYPE_CHECKING:
    from .run import Run


def check_one_of(run: Run, *names: str) -> None:
    """Check that exactly one of some parameters is given.

    Raises
    ------
    InputError
    """
    if not check_at_most_one_of(run, *names):
        raise InputError(f"Give {_or(_inputs(run, names))}: one of them is needed.")


def check_at_most_one_of(run: Run, *names: str) -> str:
    """Return which of some parameters is given; an empty text if none is.

    Raises
    ------
    InputError
        If several are.
    """
    inputs = _inputs(run, names)
    given = [name for name in inputs if run.given(name)]
    if len(given) > 1:
        raise InputError(f"Give only one of {_or(inputs)}; now there are {listed(given)}.")
    return "".join(given)


def _inputs(run: Run, names: Sequence[str]) -> list[str]:
    """Return the names that are inputs: a model need not ask for all, and may call an output so."""
    known = {one.name() for one in run.algorithm.parameterDefinitions() if not one.isDestination()}
    return [name for name in names if name in known]


def _or(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"
