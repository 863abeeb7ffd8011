"""Which fields of an ATL06 file are read: where they are, and whether there is no reading without them.

Names and places by the ATL06 data dictionary, and by real files of releases 002 and 209.
"""

from __future__ import annotations

from typing import NamedTuple

SEGMENTS = "land_ice_segments"


class Field(NamedTuple):
    """A field of a beam.

    Attributes
    ----------
    path : str
        Below the beam's ``land_ice_segments``.
    is_needed : bool
    kind : {'float', 'int'}
        What its values are; missing ones exist of floats alone.
    """

    path: str
    is_needed: bool = False
    kind: str = "float"


#: By the name of the column.
FIELDS = {
    "lon": Field("longitude", is_needed=True),
    "lat": Field("latitude", is_needed=True),
    "h_li": Field("h_li", is_needed=True),
    "h_li_sigma": Field("h_li_sigma"),
    "time": Field("delta_time", is_needed=True),
    "quality": Field("atl06_quality_summary", is_needed=True, kind="int"),
    "segment_id": Field("segment_id", is_needed=True, kind="int"),
    "x_atc": Field("ground_track/x_atc", is_needed=True),
    "y_atc": Field("ground_track/y_atc"),
    "seg_azimuth": Field("ground_track/seg_azimuth"),
    "dh_fit_dx": Field("fit_statistics/dh_fit_dx"),
    "dh_fit_dy": Field("fit_statistics/dh_fit_dy"),
    "h_robust_sprd": Field("fit_statistics/h_robust_sprd"),
    "snr_significance": Field("fit_statistics/snr_significance"),
    "n_fit_photons": Field("fit_statistics/n_fit_photons"),
}
#: Those that are always read.
NEEDED = tuple(name for name, field in FIELDS.items() if field.is_needed)


def path_of_field(beam: str, name: str) -> str:
    """Return where a column of a beam is in the file."""
    return f"{beam}/{SEGMENTS}/{FIELDS[name].path}"
