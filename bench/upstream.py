"""One run of upstream: xopr.crossovers as published, on the benchmark's inputs."""

from __future__ import annotations

from common import Run, pairs_of, records
from xopr import crossovers


def main() -> None:
    """Match by one of upstream's two methods."""
    run = Run(__doc__, ["strtree", "prefix"])
    frames, granules = run.frames(), run.granules()
    listed = records(granules)
    if run.asked.work == "strtree":
        with run.stage("index"):
            tree, kept = crossovers.build_granule_strtree(listed)
        with run.stage("match"):
            matched = crossovers.match_frames_to_granules(frames, tree, kept)
    else:
        with run.stage("index"):
            kept = crossovers.build_granule_prefix_index(listed)
        with run.stage("match"):
            matched = crossovers.match_frames_to_granules_prefix(frames, kept)
    run.finish(*pairs_of(matched, granules), len(granules))


if __name__ == "__main__":
    main()
