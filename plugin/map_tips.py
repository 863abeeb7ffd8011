"""What is shown where the mouse rests on a feature: HTML with expressions.

A tip names only columns that every layer of its kind has, or that :func:`frame_tip` was told of.
"""

from __future__ import annotations

_LINKS_SHOWN = 10

_FRAME = """<b>[% "id" %]</b><br>
[% coalesce("collection", '') %], flown on [% coalesce("opr:date", '(no date)') %]"""
_ECHOGRAM = """<br>
[% CASE WHEN "thumbnail" <> '' THEN '<a href="' || "thumbnail" || '"><img src="' || "thumbnail" ||
  '" width="320" alt="Echogram"></a>' ELSE '' END %]"""
# The JSON text holds all links.
_COUNTS = (
    """<br>
[% "n_granules" %] granules, [% "n_crossing" %] of them cross the line<br>
[% array_to_string(array_foreach(array_slice(from_json("atl06_granules"), 0, """
    + str(_LINKS_SHOWN - 1)
    + """),
  '<a href="' || coalesce(map_get(@element, 'https_url'), '') || '">' || map_get(@element, 'granule_id') || '</a>'),
  '<br>') %]
[% CASE WHEN "n_granules" > """
    + str(_LINKS_SHOWN)
    + """ THEN '<br>and ' || ("n_granules" - """
    + str(_LINKS_SHOWN)
    + """) || ' more: open the form' ELSE '' END %]"""
)
_COMPARED = """<br>
the methods differ on [% "n_differing" %] granules"""

GRANULE = """<b>[% "granule_id" %]</b><br>
RGT [% "rgt" %], cycle [% "cycle" %], region [% "region" %]<br>
[% format_date("start_time", 'yyyy-MM-dd HH:mm') %] UTC<br>
<a href="[% "https_url" %]">[% "https_url" %]</a><br>
(opens with an Earthdata login)"""

CROSSOVER = """<b>[% "frame_id" %] x [% coalesce("beam", 'footprint') %]</b><br>
RGT [% "rgt" %], cycle [% "cycle" %], region [% "region" %]<br>
[% coalesce(format_date("pass_time", 'yyyy-MM-dd HH:mm:ss') || ' UTC, ', '') %]
[% "days_between" %] days after flight<br>
[% coalesce(round("angle_deg", 1) || ' degrees, ', '') %][% round("distance_m" / 1000, 2) %] km along the line<br>
line known by [% "source" %]<br>
<a href="[% "https_url" %]">[% "granule_id" %]</a>"""


def frame_tip(columns: list[str]) -> str:
    """Return the tip of a layer of frames: what is known of them by its columns, with the echogram if there is one.

    Parameters
    ----------
    columns : list of str
        Names of the layer's columns.
    """
    parts = [_FRAME]
    if "n_differing" in columns:
        parts.append(_COMPARED)
    elif "atl06_granules" in columns:
        parts.append(_COUNTS)
    if "thumbnail" in columns:
        parts.append(_ECHOGRAM)
    return "".join(parts)
