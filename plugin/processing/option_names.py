"""What people call the options of parameters, in dialogs and beside them in the help.

Scripts, models, the history and ``qgis_process`` hold the options themselves, which stand in the core's ``options.py``.
"""

from __future__ import annotations

from collections.abc import Sequence

#: By the option. One that is named as people call it is not here: beams, seasons.
NAMES = {
    # HEMISPHERE
    "north": "North: Arctic",
    "south": "South: Antarctica",
    # TIME_MODE
    "date_range": "Between two dates",
    "cycle": "Repeat cycle by the orbit calendar",
    "nominal_cycle": "Repeat cycle of 91 days, counted from launch",
    "exact_year": "First to last flight date of the frames",
    "all_years": "All years, from launch to today",
    # RULE, which goes on from "A frame is kept if"
    "mbox": "one of its morton cells holds a point",
    "distance": "its flight line passes near a point",
    # METHOD, which goes on from "A granule matches a frame if"
    "strtree": "its footprint meets a morton cell of the frame",
    "prefix": "its morton cells meet one of the frame",
    "flightline": "its footprint meets the flight line",
    # STORE
    "use": "Use them, and ask CMR for the rest",
    "refresh": "Ask CMR for all anew, and keep that",
    "ignore": "Ask CMR for all anew, and keep nothing",
    # DIRECTION
    "both": "Both ways",
    "ascending": "Ascending, northward",
    "descending": "Descending, southward",
    # KIND
    "curl": "Shell script with curl, for Linux and macOS",
    "wget": "Shell script with wget, for Linux and macOS",
    "powershell": "PowerShell script, for Windows",
    "earthaccess": "Python script with earthaccess",
    "urls": "Plain list of links",
    # BEST_BY
    "time": "Nearest in time to the flight",
    "overlap": "Most of the flight line in the footprint",
    # QUALITY
    "best": "Those of the best quality",
    "all": "All that there are",
    # ECHOGRAM
    "none": "None, the radar's picks alone",
    "thumbnail": "Picture of the catalog, below the section",
    "data": "Echogram file, drawn under the picks",
}


def name_of(option: str) -> str:
    """Return what people call an option: its own name where that is what they do."""
    return NAMES.get(option, option)


def names_beside(options: Sequence[str]) -> str:
    """Return a sentence with the names, each with its option beside it; empty if all are their own names."""
    told = [f"{NAMES[option]} ({option})" for option in options if option in NAMES]
    return f"To choose from: {'; '.join(told)}." if told else ""
