"""Which granules of a table are fetched, each once, and in which order."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..common import InputError, Progress, check_max_days, count, name_from_index, only_named, text_values
from ..icesat2 import TIME_DTYPE, parse_granule_names
from .links import file_names, fit_links
from .matched_frames import LIST, rows_of_frames
from .options import BEST_BY, OVERLAP, Picking

_TRUE = {"true", "t", "1", "1.0", "yes", "y"}
_FALSE = {"false", "f", "0", "0.0", "no", "n", ""}
#: When a granule began, where its name does not tell; of crossovers, when it passed.
_TIMES = ("start_time", "pass_time")


def granules_to_fetch(
    table: pd.DataFrame, picking: Picking | None = None, name: str = "The table", progress: Progress | None = None
) -> pd.DataFrame:
    """Pick granules from matches, crossovers, granules or matched frames.

    Parameters
    ----------
    table : DataFrame
        With ``granule_id`` and ``https_url``, any number of rows of a granule; or with ``atl06_granules``.
    picking : Picking, optional
        Needs further columns: ``crosses_line``; ``days_between`` (days); ``frame_id``, and ``days_between`` or
        ``overlap_m`` (metres).
    name : str
        What to call the table in sentences.
    progress : Progress, optional
        Is told what is left out, and why.

    Returns
    -------
    DataFrame
        One row a granule, in order of time (those whose time is not known last) and name: ``granule_id``, ``file`` (the
        name to keep it under), ``start_time``, ``n_bytes`` (Int64, missing if not known) and ``https_url``.

    Raises
    ------
    InputError
        If a column that is needed is not there, or does not hold what it should.
    """
    picking, progress = picking or Picking(), progress or Progress()
    if picking.best_by not in BEST_BY:
        raise InputError(f"BEST_BY has no option '{picking.best_by}'; choose {' or '.join(BEST_BY)}.")
    check_max_days(picking.max_days)
    if LIST in table.columns and "granule_id" not in table.columns:
        table = rows_of_frames(table, name, progress)
    table, _ = name_from_index(table, "granule_id")
    for column in ("granule_id", "https_url"):
        _require(table, name, column, "names the file" if column == "granule_id" else "says where it is")
    rows = only_named(pd.DataFrame(table).reset_index(drop=True), "granule_id", name, progress)
    rows = _best(_filtered(rows, picking, name, progress), picking, name, progress)
    progress.check()
    granules = _once(rows, name)
    if len(rows) > len(granules):
        of_granules = count(len(granules), "granule", "granules")
        progress.info(f"{name}: {count(len(rows), 'row', 'rows')} of {of_granules}; each is fetched once.")
    links, reasons = fit_links(granules["https_url"])
    for reason, n_granules in reasons.value_counts().items():
        progress.warn(f"{count(n_granules, 'granule has', 'granules have')} {reason}, and cannot be fetched.")
    granules = granules.assign(https_url=links)[links.notna()]
    granules = granules.sort_values(["start_time", "granule_id"], kind="stable", ignore_index=True)
    granules.insert(1, "file", text_values(pd.Series(file_names(granules), granules.index, dtype=object)))
    return granules


def _require(table: pd.DataFrame, name: str, column: str, use: str) -> None:
    if column not in table.columns:
        raise InputError(
            f"{name} has no column '{column}', which {use}; choose a layer that has it, such as Matches of "
            "'Match frames and granules'."
        )


def _filtered(rows: pd.DataFrame, picking: Picking, name: str, progress: Progress) -> pd.DataFrame:
    if picking.crosses_line:
        _require(rows, name, "crosses_line", "CROSSES_LINE needs")
        crosses = _truths(rows["crosses_line"], name)
        progress.info(f"{_of(~crosses)} do not cross the flight line and are left out.")
        rows = rows[crosses]
    if picking.max_days is not None:
        _require(rows, name, "days_between", "MAX_DAYS needs")
        days = _numbers(rows["days_between"], name).abs()
        unknown, far = days.isna(), days > picking.max_days
        progress.info(f"{_of(far)} are more than {picking.max_days:g} days from the flight and are left out.")
        if unknown.any():
            progress.warn(f"{_of(unknown)} do not tell their days from the flight and are left out.")
        rows = rows[~(unknown | far)]
    return rows


def _of(mask: pd.Series) -> str:
    return f"{int(mask.sum()):,} of {count(len(mask), 'row', 'rows')}"


def _best(rows: pd.DataFrame, picking: Picking, name: str, progress: Progress) -> pd.DataFrame:
    """Keep the rows of the best granules of each frame; of equal ones those whose name comes first."""
    if not picking.best:
        return rows
    _require(rows, name, "frame_id", "BEST needs")
    column, by = ("overlap_m", "overlap") if picking.best_by == OVERLAP else ("days_between", "time")
    _require(rows, name, column, f"BEST with BEST_BY={by} needs")
    merit = _numbers(rows[column], name)
    merit = -merit if picking.best_by == OVERLAP else merit.abs()
    frame = ["collection", "frame_id"] if "collection" in rows.columns else ["frame_id"]
    pairs = rows[[*frame, "granule_id"]].assign(merit=merit)
    if merit.isna().any():
        progress.warn(f"{_of(merit.isna())} have no {column}, and come after the others of their frame.")
    # Crossovers have a row for each beam: what counts is the granule.
    pairs = pairs.sort_values(["merit", "granule_id"], kind="stable").drop_duplicates([*frame, "granule_id"])
    place = pairs.groupby(frame, sort=False, dropna=False).cumcount()
    kept = pairs[place < picking.best]
    n_frames = len(kept.drop_duplicates(frame))
    progress.info(
        f"The best {picking.best} by {by} of each of {count(n_frames, 'frame', 'frames')}: {len(kept):,} of "
        f"{count(len(pairs), 'pair', 'pairs')}."
    )
    return rows.loc[kept.index]


def _once(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return one row a granule; of several the first that has a link, with what any of them tells."""
    links = rows["https_url"].astype("string").str.strip()
    known = pd.DataFrame(
        {
            "granule_id": rows["granule_id"],
            "start_time": _starts(rows),
            "n_bytes": _bytes(rows, name),
            "https_url": text_values(links.where(links != "")),
        }
    )
    return known.groupby("granule_id", sort=False, as_index=False).first()


def _starts(rows: pd.DataFrame) -> pd.Series:
    """Return when granules began: by their names, else by the table."""
    starts = parse_granule_names(rows["granule_id"])["start_time"]
    for column in _TIMES:
        if column in rows.columns and starts.isna().any():
            told = pd.to_datetime(rows[column], format="ISO8601", errors="coerce", utc=True).astype(TIME_DTYPE)
            starts = starts.fillna(told)
    return starts


def _bytes(rows: pd.DataFrame, name: str) -> pd.Series:
    if "size_mb" not in rows.columns:
        return pd.Series(pd.NA, rows.index, dtype="Int64")
    # Our own sizes are bytes / 1e6: rounded, they are whole bytes again.
    sizes = (_numbers(rows["size_mb"], name) * 1e6).round()
    return sizes.where(sizes > 0).astype("Int64")


def _numbers(values: pd.Series, name: str) -> pd.Series:
    numbers = pd.to_numeric(values, errors="coerce").astype("Float64").astype(float)
    wrong = numbers.isna() & values.notna() & (values.astype("string").str.strip() != "")
    if wrong.any():
        first = values[wrong].iloc[0]
        raise InputError(
            f"{name}: '{first}' in the column '{values.name}' is no number; correct it, or leave it empty."
        )
    return numbers.where(np.isfinite(numbers))


def _truths(values: pd.Series, name: str) -> pd.Series:
    words = values.astype("string").str.strip().str.lower().fillna("")
    wrong = ~words.isin(_TRUE | _FALSE)
    if wrong.any():
        first = values[wrong].iloc[0]
        raise InputError(f"{name}: '{first}' in the column '{values.name}' is neither true nor false; correct it.")
    return words.isin(_TRUE)
