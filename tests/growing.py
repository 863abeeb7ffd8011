"""A stand-in of CMR that grows: it has a clock of its own, and knows no granule before it is published."""

from __future__ import annotations

import json
import re
from email.utils import format_datetime

import numpy as np
import pandas as pd

from standin import StandIn

_NAME = re.compile(rb'"GranuleUR": "([^"]+)"')


class GrowingCmr(StandIn):
    """A stand-in that knows what was published by its clock.

    Attributes
    ----------
    now : datetime64
        Its clock.
    told : datetime64 or None
        What its ``Date`` header tells, where that is not its clock.
    order : int or None
        Where set, the hits come in this one of all orders.
    repeats : bool
        Whether each page has one of its records twice.
    sent : set of str
        Names of all records that it sent.
    """

    def __init__(self, *arguments, **settings):
        super().__init__(*arguments, **settings)
        self.now, self.told = np.datetime64("2026-01-01", "ms"), None
        self.order, self.repeats, self.sent = None, False, set()
        plain = self._server.RequestHandlerClass
        clock = {"date_time_string": lambda *_: self._date()}
        self._server.RequestHandlerClass = type("Handler", (plain,), clock)

    def find(self, asked):
        rows = super().find(asked)
        rows = rows[self.granules.revised[rows] <= self.now]
        return rows if self.order is None else np.random.default_rng(self.order).permutation(rows)

    def search(self, request, striking):
        answer = super().search(request, striking)
        self.sent.update(name.decode() for name in _NAME.findall(answer.body))
        if self.repeats and answer.status == 200:
            content = json.loads(answer.body)
            content["items"] += content["items"][:1]
            answer.body = json.dumps(content).encode()
        return answer

    def _date(self):
        moment = self.now if self.told is None else self.told
        return format_datetime(pd.Timestamp(moment, tz="UTC"), usegmt=True)
