"""What can be asked for of predicted passes, and what is taken where nothing is."""

from __future__ import annotations

#: Metres: a pass whose beams keep farther off is none, unless the user says so. The six beams are 6.7 km apart.
NEAR_M = 5_000.0
#: From a pole to the nearest track it is 220 km.
MOST_M = 300_000.0
#: Days from the first to the last one where no end is given: a repeat cycle.
DAYS_AHEAD = 91
MOST_YEARS = 10

#: What every plan must say of itself.
PLAN = (
    "A plan, not an observation: in the polar regions the satellite keeps within 100 m of its track, elsewhere it may "
    "be pointed up to 13 km beside it; up to cycle 30, 99 % of the times are within 20 s, and how they drift later is "
    "not known; safe holds, manoeuvres and targets of opportunity are not in it."
)
