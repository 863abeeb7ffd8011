"""What a row of the table comes to: its lines, and which pairs must be the same."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field

from measure import BENCH, BUILD, OURS, Measured, Side, call

SEASON_FRAMES = 1126
ONE, EIGHT, ALL = "22", "18-25", "1-33"
GRANULES = {ONE: 4_161, EIGHT: 33_288, ALL: 137_313}
HARDLY_TOUCHING = 3e-4
FULL = os.environ.get("BENCH") == "full"


@dataclass
class Line:
    """One line of the table.

    Attributes
    ----------
    work : str
    upstream, ours : Measured or None
    sample : int
        Upstream was given one frame in so many, and its time stretched.
    bar : float or None
        How many times faster it is to be; of lines without upstream the greatest number of seconds.
    limit_mb : float or None
        Greatest peak of memory.
    rate : float or None
        Things a minute, where the bar is one.
    """

    work: str
    upstream: Measured | None
    ours: Measured | None
    sample: int = 1
    bar: float | None = None
    bar_kind: str = "times"
    limit_mb: float | None = None
    rate: float | None = None

    @property
    def ratio(self) -> float | None:
        """How many times faster ours is."""
        return self.upstream.seconds / self.ours.seconds if self.upstream and self.ours else None

    @property
    def met(self) -> bool | None:
        """Whether the bar is met; None where there is none, or nothing was measured."""
        if self.bar is None or self.ours is None:
            return None
        value = {"times": self.ratio, "seconds": -self.ours.seconds, "rate": self.rate}[self.bar_kind]
        bar = -self.bar if self.bar_kind == "seconds" else self.bar
        return value >= bar and (self.limit_mb is None or self.ours.peak_mb <= self.limit_mb)

    def as_dict(self) -> dict:
        """Return what the report keeps."""
        return {**asdict(self), "ratio": self.ratio, "met": self.met}


@dataclass
class Outcome:
    """What a row gives: its lines, what was compared, and whether that was as it must be.

    ``load`` is how many processes wanted to run at a time (mean of five minutes), ours included: figures that were
    measured beside other work are worth less.
    """

    lines: list[Line] = field(default_factory=list)
    compared: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    data: dict = field(default_factory=dict)
    load: float = 0.0

    def must(self, right: bool, text: str) -> None:
        """Note a comparison whose result is right or wrong."""
        self.compared.append(text)
        if not right:
            self.wrong.append(text)


def difference(first: Side, second: Side, every: int = 1) -> dict:
    """Compare the pairs of two sides."""
    log = BUILD / "runs" / "compare.log"
    call([OURS, BENCH / "compare.py", first.pairs, second.pairs, "--every", every], log)
    return json.loads(log.read_text())


def in_words(found: dict, first: str, second: str) -> str:
    """Say what a comparison found."""
    return (
        f"{found['both']:,} pairs in both, {found['first_only']:,} in {first} only, "
        f"{found['second_only']:,} in {second} only"
    )


def same(found: dict) -> bool:
    """Whether two lists of pairs are identical."""
    return found["first_only"] == found["second_only"] == 0
