"""What can be told of the parameters of any algorithm before its work begins."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsProcessingParameterDateTime,
    QgsProcessingParameterEnum,
    QgsProcessingParameterNumber,
)

from ...core.common import InputError, fit_to_show
from ..options import settings
from ..packages import dependencies
from . import layer_files
from .destinations import check_edited, check_outputs, plain_outputs
from .failure import failure_of
from .relevance import check_relevance

if TYPE_CHECKING:
    from .run import Run


def refusal(
    run: Run, check: Callable[[Run], None], accept: Callable[[dict[str, Any]], tuple[bool, str]]
) -> tuple[bool, str]:
    """Return whether the parameters can be run with, and if not why, as far as that can be told before the work begins.

    Parameters
    ----------
    run : Run
    check : callable
        The algorithm's own check, which raises an :class:`XoprError`.
    accept : callable
        QGIS's check of parameters.
    """
    try:
        dependencies.load(getattr(run.algorithm, "PACKAGES", ()))
        check_names(run)
        check_values(run)
        check_relevance(run)
        with settings.followed():
            check(run)
        check_outputs(run)
        check_edited(run)
        accepted, message = layer_files.accepted(run, lambda given: accept({**given, **plain_outputs(run)}))
    except Exception as error:  # noqa: BLE001 (whatever it is, the user must hear of it in words)
        return False, failure_of(error, run.feedback)
    return accepted, fit_to_show(message)


def check_names(run: Run) -> None:
    """Refuse a parameter that the algorithm does not have: ignored, it would give a wrong result without a word.

    Raises
    ------
    InputError
    """
    known = [definition.name() for definition in run.algorithm.parameterDefinitions()]
    for name in run.parameters:
        if name not in known:
            near = difflib.get_close_matches(name.upper(), known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}."
            raise InputError(f"There is no parameter {name}; {hint}")


def check_values(run: Run) -> None:
    """Refuse options, numbers and days that are none, in better words than QGIS has.

    Raises
    ------
    InputError
    """
    readers = {
        QgsProcessingParameterEnum: run.choice,
        QgsProcessingParameterNumber: run.number,
        QgsProcessingParameterDateTime: run.day,
    }
    for definition in run.algorithm.parameterDefinitions():
        for kind, read in readers.items():
            if isinstance(definition, kind):
                several = kind is QgsProcessingParameterEnum and definition.allowMultiple()
                (run.choices if several else read)(definition.name())
