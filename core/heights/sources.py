"""How crossovers are measured, and where heights come from."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..altimetry import BEST
from ..common import InputError
from ..crossings import Wanted
from ..radar import RadarFiles
from ..remote import Access
from .granule_places import GranulePlaces
from .grid_values import GridValues


@dataclass(frozen=True)
class Measuring:
    """How crossovers are measured.

    Attributes
    ----------
    buffer_m : float
        Segments up to so far along the beam from a crossover count.
    quality : {'best', 'all'}
        Whether only heights with ``atl06_quality_summary`` 0 count.
    wanted : Wanted, optional
        Which crossovers; without it all.
    """

    buffer_m: float = 100.0
    quality: str = BEST
    wanted: Wanted | None = None

    def __post_init__(self) -> None:
        if not 20.0 <= self.buffer_m <= 10_000.0:
            raise InputError(
                f"BUFFER must be from 20 m, the distance of two segments, to 10,000 m, not {self.buffer_m:g} m."
            )


@dataclass(frozen=True)
class Sources:
    """Where heights come from.

    Attributes
    ----------
    granules : GranulePlaces
    radar : RadarFiles
    access : Access, optional
        Session and login for granules of the archive.
    dem : GridValues, optional
        Heights above the ellipsoid WGS 84, in metres.
    dhdt : GridValues, optional
        How the surface rises, in metres a year.
    """

    granules: GranulePlaces = field(default_factory=GranulePlaces)
    radar: RadarFiles = field(default_factory=RadarFiles)
    access: Access | None = None
    dem: GridValues | None = None
    dhdt: GridValues | None = None
