"""The Processing algorithms, one file each: parameters in, core called, layers out.

Importing them imports none of the core's libraries: those are loaded when an algorithm runs.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from ..plugin.processing import XoprAlgorithm


def _classes(module: str) -> list[type[XoprAlgorithm]]:
    members = vars(import_module(f"{__name__}.{module}")).values()
    classes = [member for member in members if isinstance(member, type) and issubclass(member, XoprAlgorithm)]
    return [algorithm for algorithm in classes if module == algorithm.NAME]


#: What the provider offers: the class of each file of this folder that is named as the algorithm is.
ALGORITHMS = tuple(algorithm for module in iter_modules(__path__) for algorithm in _classes(module.name))
