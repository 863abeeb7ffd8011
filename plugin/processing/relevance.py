"""Which parameters count only together with others: ignored without a word, they would give a wrong result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qgis.core import QgsProcessingParameterEnum, QgsProcessingParameterNumber

from ...core.common import InputError, listed

if TYPE_CHECKING:
    from .run import Run

GIVEN, MISSING = ("given",), ("missing",)


@dataclass(frozen=True)
class Rule:
    """A parameter that counts only if another one has certain values.

    Attributes
    ----------
    name, other : str
        The rule holds for every algorithm that has both.
    values : tuple of str
        Options of the other one, or :data:`GIVEN` or :data:`MISSING`.
    refuses : bool
        Whether the run is refused, since the result would be another one than was asked for; else there is a warning.
    """

    name: str
    other: str
    values: tuple[str, ...]
    refuses: bool = True


RULES = (
    Rule("TIME_MODE", "GRANULE_IDS", MISSING),
    Rule("START_DATE", "GRANULE_IDS", MISSING),
    Rule("END_DATE", "GRANULE_IDS", MISSING),
    Rule("CYCLE", "GRANULE_IDS", MISSING),
    Rule("START_DATE", "TIME_MODE", ("date_range",)),
    Rule("END_DATE", "TIME_MODE", ("date_range",)),
    Rule("CYCLE", "TIME_MODE", ("cycle", "nominal_cycle")),
    Rule("RULE", "POINTS", GIVEN),
    Rule("DISTANCE", "POINTS", GIVEN),
    Rule("DISTANCE", "RULE", ("distance",)),
    Rule("BEST_BY", "BEST", GIVEN),
    Rule("PROVIDER", "GRANULE_FILES", MISSING, refuses=False),
    Rule("CMR_URL", "GRANULE_FILES", MISSING, refuses=False),
    Rule("STORE", "GRANULE_FILES", MISSING, refuses=False),
    Rule("AUTHCFG", "GRANULE_FILES", MISSING, refuses=False),
    Rule("ECHOGRAM", "REPORT", GIVEN, refuses=False),
)


def check_relevance(run: Run) -> list[str]:
    """Refuse parameters that would be ignored, and return what is to be warned of.

    A value that is the default counts as not given: the dialog and the models always hand on all of them.

    Raises
    ------
    InputError
    """
    known = {definition.name(): definition for definition in run.algorithm.parameterDefinitions()}
    warnings = []
    for rule in RULES:
        if rule.name not in known or rule.other not in known or not is_stated(run, rule.name) or _holds(run, rule):
            continue
        sentence = _sentence(run, rule, known[rule.name].defaultValue())
        if rule.refuses:
            raise InputError(sentence)
        warnings.append(sentence)
    return warnings


def is_stated(run: Run, name: str) -> bool:
    """Whether a parameter is given, and is not what it would be anyway."""
    if not run.given(name):
        return False
    definition = run.algorithm.parameterDefinition(name)
    default = definition.defaultValue()
    if isinstance(definition, QgsProcessingParameterEnum):
        return run.choice(name) != default
    if isinstance(definition, QgsProcessingParameterNumber):
        return default is None or run.number(name) != float(default)
    return default is None or run.text(name) != default


def _holds(run: Run, rule: Rule) -> bool:
    if rule.values in (GIVEN, MISSING):
        return is_stated(run, rule.other) == (rule.values == GIVEN)
    return run.choice(rule.other) in rule.values


def _sentence(run: Run, rule: Rule, default: object) -> str:
    if rule.values == MISSING and not rule.refuses:
        return f"{rule.name} is not used, since {rule.other} is given."
    usual = f"{default:g}" if isinstance(default, float) else default
    leave = f"leave {rule.name} out" if default is None else f"leave {rule.name} at {usual}"
    if rule.values == MISSING:
        return f"{rule.name} is not used with {rule.other}: {leave}, or give something else than {rule.other}."
    if rule.values == GIVEN:
        return f"{rule.name} is only used with {rule.other}, which is not given: give {rule.other}, or {leave}."
    options = listed([f"{rule.other}={value}" for value in rule.values]).replace(" and ", " or ")
    now = run.choice(rule.other)
    return f"{rule.name} is only used with {options}, and {rule.other} is {now}: choose that, or {leave}."
