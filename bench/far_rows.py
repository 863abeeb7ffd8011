"""The row of far granules: the server, its readers, and what each asked for."""

from __future__ import annotations

import json
import shutil
import subprocess

from measure import BENCH, BUILD, OURS, Measured, Side
from outcomes import Line, Outcome


class Archive:
    """The server of full-size granules, in a process of its own.

    Parameters
    ----------
    layout : {'original', 'paged'}
    """

    def __init__(self, layout: str) -> None:
        folder = BUILD / "far" / layout
        self._process = subprocess.Popen(  # noqa: S603 - a command of this benchmark
            [OURS, BENCH / "far_server.py", folder, layout], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.facts = json.loads(self._process.stdout.readline())

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stdin.close()
        self._process.wait()

    def run(self, name: str, script: str, work: str) -> tuple[Measured, dict]:
        """Run a reader with nothing at hand; return what it took, and the requests and MB that it asked for."""
        cache = BUILD / "far" / "cache"
        shutil.rmtree(cache, ignore_errors=True)
        environment = {"XOPR_BENCH_FAR": json.dumps(self.facts), "XOPR_CACHE_DIR": str(cache)}
        self._counts()
        best = Side(name, script, work, environment).run()
        return best, self._counts()

    def _counts(self) -> dict:
        self._process.stdin.write("count\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


#: Of the readers of a stretch, in words.
_READERS = {
    "whole": "the whole file, then h5py",
    "fsspec": "h5py over fsspec, default",
    "fsspec_blocks": "h5py over fsspec, blocks of 1 MB",
}


def far() -> Outcome:
    """Read a stretch of three beams of a full-size granule behind the login, 50 ms an answer; then 200 granules."""
    outcome = Outcome()
    for layout in ("original", "paged"):
        with Archive(layout) as archive:
            runs = [archive.run(f"far_{layout}_ours", "far_ours", "one") for _ in range(3)]
            ours, asked = min(runs, key=lambda run: run[0].seconds)
            work = f"a stretch of 3 beams of a granule of {archive.facts['mb']:.0f} MB, {layout}"
            outcome.lines.append(Line(work, None, ours, bar=4, bar_kind="seconds"))
            few = asked["requests"] <= 60 and asked["mb"] <= 10
            outcome.must(few, f"{layout}, ours: {_asked(ours, asked)} (60 requests and 10 MB at most)")
            for reader, words in _READERS.items():
                other, other_asked = archive.run(f"far_{layout}_{reader}", "far_h5py", reader)
                outcome.lines.append(Line(f"   {words}", other, ours))
                outcome.compared.append(f"{layout}, {words}: {_asked(other, other_asked)}")
                outcome.must(_same_heights(ours, other), f"{layout}, {words}: the same heights as ours")
            if layout == "original":
                many, many_asked = archive.run("far_many", "far_ours", "many")
                n_granules = many.facts["granules"]
                work = f"{n_granules} granules, 4 at once"
                outcome.lines.append(Line(work, None, many, bar=600, bar_kind="seconds", limit_mb=600))
                outcome.must(many.facts["same"], f"{n_granules} granules: {_asked(many, many_asked)}, all the same")
    return outcome


def _asked(measured: Measured, asked: dict) -> str:
    return f"{asked['requests']:,} requests, {asked['mb']:,.1f} MB, {measured.seconds:.1f} s"


def _same_heights(ours: Measured, other: Measured) -> bool:
    """Whether both found the same segments, but for one or two at the edge of what is near, and heights."""
    pairs = [(ours.facts["found"][beam], other.facts["found"][beam]) for beam in ours.facts["found"]]
    return all(abs(n - m) <= 2 and abs(total / n - other_total / m) < 0.5 for (n, total), (m, other_total) in pairs)
