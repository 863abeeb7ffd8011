"""What is shown where the mouse rests on a feature: HTML with expressions.

The values come from catalogs, from CMR or from a file that somebody handed on: none of them is taken for HTML.
"""

from __future__ import annotations

_LINKS_SHOWN = 10
_SIGNS = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}


def on_paper(tip: str) -> str:
    """Return a tip, black on white whatever the theme: in a dark one QGIS 3.22 writes black on nearly black."""
    return f'<div style="background-color: white; color: black">\n{tip}\n</div>' if tip else ""


def _plain(expression: str) -> str:
    """Return an expression that gives the value of another one as text for HTML; nothing for NULL."""
    made = f"coalesce({expression}, '')"
    for sign, name in _SIGNS.items():
        made = f"replace({made}, '{sign}', '{name}')"
    return made


def _link(address: str, text: str) -> str:
    """Return an expression that gives a link, or only the text where the address is none of the web."""
    begin = "'<a href=\"' || " + _plain(address) + " || '\">'"
    return f"CASE WHEN {_is_web(address)} THEN {begin} || {text} || '</a>' ELSE {text} END"


def _is_web(address: str) -> str:
    return f"coalesce(regexp_match({address}, '^https?://'), 0)"


def _if_known(begin: str, expression: str, end: str = "") -> str:
    """Show a value between two texts; nothing at all where there is none."""
    return _shown(f"coalesce('{begin}' || ({expression}) || '{end}', '')")


def _shown(expression: str) -> str:
    return f"[% {expression} %]"


def _column(name: str) -> str:
    return _shown(_plain(f'"{name}"'))


def _counted(name: str, one: str, more: str) -> str:
    """Show a column's number with its noun."""
    return f"{_column(name)} " + _shown(f"if(\"{name}\" = 1, '{one}', '{more}')")


_PASS = f"RGT {_column('rgt')}, cycle {_column('cycle')}, region {_column('region')}<br>"

GRANULE = "\n".join(
    [
        f"<b>{_column('granule_id')}</b><br>",
        _PASS,
        _if_known("", "format_date(\"start_time\", 'yyyy-MM-dd HH:mm')", " UTC<br>"),
        _shown(_link('"https_url"', _plain('"https_url"'))),
        "<br>(opens with an Earthdata login)",
    ]
)

_CYCLE = _if_known(", cycle ", _plain('"cycle"'))
TRACK = "\n".join(
    [
        f"<b>RGT {_column('rgt')}{_CYCLE}, region {_column('region')}</b><br>",
        _if_known("", "format_date(\"start_time\", 'yyyy-MM-dd HH:mm')", " UTC<br>"),
        f"{_counted('n_crossings', 'crossover', 'crossovers')} on {_counted('n_frames', 'frame', 'frames')}<br>",
        _column("seasons"),
    ]
)

_DAYS = (
    'CASE WHEN "days_between" = 0 THEN \'on the day of the flight\' ELSE abs("days_between")'
    " || if(abs(\"days_between\") = 1, ' day ', ' days ') || if(\"days_between\" < 0, 'before', 'after')"
    " || ' the flight' END"
)
_BEAM = "coalesce(\"beam\", 'footprint')"
CROSSOVER = "\n".join(
    [
        f"<b>{_column('frame_id')} x {_shown(_plain(_BEAM))}</b><br>",
        _PASS,
        _if_known("", "format_date(\"pass_time\", 'yyyy-MM-dd HH:mm:ss')", " UTC<br>"),
        _if_known("", _DAYS, "<br>"),
        _if_known("", 'round("angle_deg", 1)', " degrees, "),
        _if_known("", 'round("distance_m" / 1000, 2)', " km along the line<br>"),
        f"line known by {_column('source')}<br>",
        _shown(_link('"https_url"', _plain('"granule_id"'))),
    ]
)

_LASER_BESIDE_RADAR = (
    _if_known("laser ", 'format_number("h_li", 2)', " m"),
    _if_known(" (+- ", 'format_number("h_li_sigma", 2)', ")"),
    _if_known("<br>radar ", 'format_number("radar_surface", 2)', " m"),
    _if_known(", pick: ", _plain('"pick_quality"')),
    _if_known("<br><b>laser less radar ", 'format_number("difference", 2)', " m</b>"),
)
MEASURED = "\n".join(
    [
        f"<b>{_column('frame_id')} x {_shown(_plain(_BEAM))}</b><br>",
        _PASS,
        _if_known("", "format_date(\"height_time\", 'yyyy-MM-dd HH:mm:ss')", " UTC<br>"),
        *_LASER_BESIDE_RADAR,
        _if_known("<br>", _plain('"reason"')),
        "<br>",
        _shown(_link('"https_url"', _plain('"granule_id"'))),
    ]
)
SERIES = "\n".join(
    [
        f"<b>{_column('frame_id')} x RGT {_column('rgt')}, {_column('beam')}</b><br>",
        f"{_counted('n_heights', 'height', 'heights')}, cycles {_column('cycles')}<br>",
        _if_known("", "format_date(\"first_time\", 'yyyy-MM-dd')", " to "),
        _if_known("", "format_date(\"last_time\", 'yyyy-MM-dd')", "<br>"),
        _if_known("", 'format_number("trend_m_a", 3)', " m a year"),
        _if_known(" (+- ", 'format_number("trend_spread_m_a", 3)', ")"),
    ]
)

ALONG = "\n".join(
    [
        f"<b>{_column('frame_id')} x {_column('beam')}</b><br>",
        _PASS,
        _if_known("", "format_date(\"height_time\", 'yyyy-MM-dd HH:mm:ss')", " UTC<br>"),
        _if_known("", 'round("flown_m" / 1000, 2)', " km along the flight, "),
        _if_known("", 'round("offset_m", 0)', " m to its left<br>"),
        *_LASER_BESIDE_RADAR,
        "<br>",
        _shown(_link('"https_url"', _plain('"granule_id"'))),
    ]
)
PICK = "\n".join(
    [
        f"<b>{_column('frame_id')}, {_column('layer')}</b><br>",
        _if_known("", 'format_number("height", 1)', " m<br>"),
        _if_known("", 'round("flown_m" / 1000, 2)', " km along the flight<br>"),
        _if_known("", "format_date(\"radar_time\", 'yyyy-MM-dd HH:mm:ss')", " UTC"),
        _if_known("<br>pick: ", _plain('"pick_quality"')),
        _if_known(", ", _plain('"pick_type"')),
    ]
)


_PLACE = 'coalesce("place_name", \'place \' || "place")'
_PLANNED = [
    f"<b>{_shown(_plain(_PLACE))}</b><br>",
    f"RGT {_column('rgt')}, cycle {_column('cycle')}, region {_column('region')}, {_column('direction')}<br>",
    _if_known("", "format_date(\"pass_time\", 'yyyy-MM-dd HH:mm:ss')", " UTC<br>"),
]
PLANNED_PASS = "\n".join(
    [*_PLANNED, _if_known("", 'round("distance_m")', " m from "), f"{_column('beam')}<br>", _column("accuracy")]
)
PLANNED_CROSSOVER = "\n".join(
    [
        *_PLANNED,
        f"{_column('beam')}, ",
        _if_known("", 'round("angle_deg", 1)', " degrees, "),
        _if_known("", 'round("distance_m" / 1000, 2)', " km along the line<br>"),
        _column("accuracy"),
    ]
)


def frame_tip(columns: list[str]) -> str:
    """Return the tip of a layer of frames: what is known of them by its columns, with the echogram if there is one.

    Parameters
    ----------
    columns : list of str
        Names of the layer's columns.
    """
    parts = [f"<b>{_column('id')}</b>"]
    if "collection" in columns:
        parts.append(f"<br>{_column('collection')}")
    if "opr:date" in columns:
        parts.append(_if_known("<br>flown on ", f"nullif({_plain(_quoted('opr:date'))}, '')"))
    if "n_differing" in columns:
        parts.append(f"<br>the methods differ on {_counted('n_differing', 'granule', 'granules')}")
    elif "atl06_granules" in columns:
        parts += _counts()
    elif "n_crossings" in columns:
        crossovers = _counted("n_crossings", "crossover", "crossovers")
        parts.append(f"<br>{crossovers} with {_counted('n_passes', 'pass', 'passes')}")
    if "thumbnail" in columns:
        address = _quoted("thumbnail")
        picture = "'<img src=\"' || " + _plain(address) + ' || \'" width="320" alt="Echogram">\''
        parts.append(_shown(f"CASE WHEN {_is_web(address)} THEN '<br>' || {_link(address, picture)} ELSE '' END"))
    return "\n".join(parts)


def _counts() -> list[str]:
    """Return the numbers of granules, and the links of the first ones; the JSON text holds all of them."""
    one = _link("map_get(@element, 'https_url')", _plain("map_get(@element, 'granule_id')"))
    first = f"array_slice(from_json({_quoted('atl06_granules')}), 0, {_LINKS_SHOWN - 1})"
    more = f"{_quoted('n_granules')} - {_LINKS_SHOWN}"
    return [
        f"<br>{_counted('n_granules', 'granule', 'granules')}, {_column('n_crossing')} of them "
        + _shown("if(\"n_crossing\" = 1, 'crosses', 'cross')")
        + " the line<br>",
        _shown(f"array_to_string(array_foreach({first}, {one}), '<br>')"),
        _shown(f"CASE WHEN {more} > 0 THEN '<br>and ' || ({more}) || ' more: open the form' ELSE '' END"),
    ]


def _quoted(name: str) -> str:
    return f'"{name}"'
