"""Compares two lists of pairs; prints how many both have, and how many only one of them."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np


def read(path: Path) -> tuple[np.ndarray, int]:
    """Return the pairs of a file as sorted numbers, and what a frame counts in them."""
    with np.load(path) as file:
        n = int(file["n_granules"])
        return np.unique(file["frame"].astype(np.int64) * n + file["granule"]), n


def main() -> None:
    """Compare two files; the second may have frames that the first was not asked about."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("first", type=Path)
    parser.add_argument("second", type=Path)
    parser.add_argument("--every", type=int, default=1, help="compare only one frame in so many")
    asked = parser.parse_args()
    (first, n), (second, same) = read(asked.first), read(asked.second)
    if n != same:
        raise SystemExit(f"{asked.first} and {asked.second} are of different granules: {n} and {same}")
    first, second = (pairs[pairs // n % asked.every == 0] for pairs in (first, second))
    both = len(np.intersect1d(first, second, assume_unique=True))
    frames = len(np.unique(np.setxor1d(first, second, assume_unique=True) // n))
    print(
        json.dumps(
            {
                "both": both,
                "first_only": len(first) - both,
                "second_only": len(second) - both,
                "frames_that_differ": frames,
            }
        )
    )


if __name__ == "__main__":
    main()
