"""What was counted of crossings: for each frame, and for each pass."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..frames import Frames
from .crossover_rows import WantedCrossings


class Tally:
    """Counts crossings as they come."""

    def __init__(self) -> None:
        self._parts: list[pd.DataFrame] = []

    def add(self, kept: WantedCrossings) -> None:
        """Count crossings."""
        found, days = kept.found, kept.days_between.astype("timedelta64[D]")
        self._parts.append(
            pd.DataFrame(
                {
                    "frame": found.frame,
                    "granule": found.track,
                    "share": found.share,
                    "moment": kept.moment,
                    "days": np.where(np.isnat(days), np.nan, days.astype(np.int64)),
                }
            )
        )

    def _all(self) -> pd.DataFrame:
        if len(self._parts) > 1:
            self._parts = [pd.concat(self._parts, ignore_index=True)]
        return self._parts[0]

    def places(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the granule of each crossing, and which part of its pass is over there."""
        crossings = self._all()
        return crossings["granule"].to_numpy(), crossings["share"].to_numpy()

    def frames(self) -> tuple[np.ndarray, pd.DataFrame]:
        """Return the row numbers of the frames that are crossed, ascending, and what was counted of each."""
        crossings = self._all()
        grouped = crossings.groupby("frame", sort=True)
        moments = grouped["moment"]
        apart = crossings.assign(apart=crossings["days"].abs())
        nearest = apart.sort_values(["frame", "apart"], kind="stable").drop_duplicates("frame")["days"]
        table = pd.DataFrame(
            {
                "n_crossings": grouped.size(),
                "n_passes": grouped["granule"].nunique(),
                "first_pass": moments.min().dt.tz_localize("UTC"),
                "last_pass": moments.max().dt.tz_localize("UTC"),
            }
        )
        table["days_between"] = pd.array(nearest.to_numpy(), dtype="Int64")
        return table.index.to_numpy(dtype=np.int64), table.reset_index(drop=True)

    def passes(self, frames: Frames) -> tuple[np.ndarray, pd.DataFrame]:
        """Return the row numbers of the granules that cross a frame, ascending, and what was counted of each.

        Parameters
        ----------
        frames : Frames
            To which the crossings' numbers of frames belong.
        """
        crossings = self._all()
        pairs = crossings[["granule", "frame"]].drop_duplicates()
        pairs = pairs.assign(day=frames.flown.to_numpy()[pairs["frame"]], season=None)
        if "collection" in frames.table.columns:
            pairs["season"] = frames.table["collection"].to_numpy(dtype=object)[pairs["frame"]]
        pairs = pairs.sort_values(["granule", "day"], kind="stable")
        grouped = pairs.groupby("granule", sort=True)
        seasons = pairs.dropna(subset="season").drop_duplicates(["granule", "season"]).groupby("granule")["season"]
        table = pd.DataFrame({"n_frames": grouped.size(), "n_crossings": crossings.groupby("granule").size()})
        table["n_seasons"] = seasons.size().reindex(table.index, fill_value=0)
        for name, days in (("first_flight", grouped["day"].min()), ("last_flight", grouped["day"].max())):
            table[name] = days.dt.date.astype(object).where(days.notna(), None)
        table["seasons"] = seasons.agg(", ".join).reindex(table.index).astype(object)
        table["seasons"] = table["seasons"].where(table["seasons"].notna(), None)
        return table.index.to_numpy(dtype=np.int64), table.reset_index(drop=True)
