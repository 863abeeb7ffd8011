"""The Processing algorithms: parameters in, core called, layers out.

Importing them imports none of the core's libraries: those are loaded when an algorithm runs.
"""

from __future__ import annotations

from .comparemethods import CompareMethods
from .crossoverpoints import CrossoverPoints
from .findgranules import FindGranules
from .loadcatalog import LoadCatalog
from .matchgranules import MatchGranules
from .querygranules import QueryGranules
from .subsetbypoints import SubsetByPoints
from .synccatalogs import SyncCatalogs

#: What the provider offers.
ALGORITHMS = (
    LoadCatalog,
    SyncCatalogs,
    SubsetByPoints,
    QueryGranules,
    MatchGranules,
    FindGranules,
    CrossoverPoints,
    CompareMethods,
)
