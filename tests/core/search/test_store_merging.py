"""Files of the granule store that lie side by side, made into one."""

import pandas as pd

import makers
from xopr_crossovers.core.granules.table import normalize_granules
from xopr_crossovers.core.search.coverage import Span
from xopr_crossovers.core.search.holding import Label, Shelf
from xopr_crossovers.core.search.store import GranuleStore, pack
from xopr_crossovers.core.search.store_merging import join_neighbours

BOXES = ((-125.0, -80.0, -95.0, -70.0),)
SHELF = Shelf("ATL06", "007", "NSIDC_CPRD")
LONG_AGO, LATELY = pd.Timestamp("2024-02-01"), pd.Timestamp("2024-06-01")


def test_what_is_joined_is_as_old_as_its_oldest_part_or_late_revisions_of_that_would_never_be_asked_for(tmp_path):
    table = normalize_granules(makers.granules(makers.strip((-100, -70), (-120, -80))))
    for asked_of_first, asked_of_second in ((LONG_AGO, LATELY), (LATELY, LONG_AGO)):
        store = GranuleStore(tmp_path / f"{asked_of_first:%m}")
        for start, end, asked in (
            ("2024-01-01", "2024-01-10", asked_of_first),
            ("2024-01-10", "2024-01-20", asked_of_second),
        ):
            label = Label(BOXES, Span(pd.Timestamp(start), pd.Timestamp(end)), asked, 1)
            store.add(SHELF, pack(table, label), label, makers.Log())
        assert join_neighbours(store, SHELF, makers.Log()) == 2
        (joined,) = store.holdings(SHELF, makers.Log())
        assert joined.label.span == Span(pd.Timestamp("2024-01-01"), pd.Timestamp("2024-01-20"))
        assert joined.label.asked == LONG_AGO
