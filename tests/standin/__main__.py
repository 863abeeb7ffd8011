"""Run the stand-in until it is told to stop; the first line printed is its address."""

from __future__ import annotations

import argparse
import signal
import threading

from .faults import parse
from .server import StandIn


def numbers(text):
    """Read ``22``, ``20,22`` or ``1-33``."""
    found = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        found.extend(range(int(first), int(last or first) + 1))
    return found


def main():
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="standin", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 (the default) takes a free one")
    parser.add_argument("--cycles", type=numbers, default=[22], help="repeat cycles, such as 22 or 1-33")
    parser.add_argument("--regions", type=numbers, default=[3, 4, 5, 10, 11, 12])
    parser.add_argument("--products", type=lambda text: text.split(","), default=["ATL06"])
    parser.add_argument("--versions", type=lambda text: text.split(","), default=["007"])
    parser.add_argument("--files", help="a folder to serve under /files/")
    parser.add_argument(
        "--fault",
        type=parse,
        action="append",
        default=[],
        help="what goes wrong, such as status:status=429,retry_after=1,skip=1,times=2",
    )
    asked = parser.parse_args()
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    with StandIn(
        asked.cycles,
        asked.regions,
        asked.products,
        asked.versions,
        files=asked.files,
        faults=asked.fault,
        host=asked.host,
        port=asked.port,
    ) as stand_in:
        print(stand_in.url, flush=True)
        stop.wait()


if __name__ == "__main__":
    main()
