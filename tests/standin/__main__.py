"""Run the stand-in until it is told to stop; the first line printed is its address, the others the archive's."""

from __future__ import annotations

import argparse
import contextlib
import signal
import threading

from .earthdata import HOSTS, Earthdata
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
    parser.add_argument("--archive", help="the address that the records' https links begin with")
    login = parser.add_argument_group("the archive with its login")
    login.add_argument("--earthdata", metavar="FOLDER", help="play it too: its files; the links lead there")
    login.add_argument("--earthdata-port", type=int, default=0, help="of all its hosts; 0 takes free ones")
    login.add_argument("--link-seconds", type=float, default=3600.0, help="how long a signed link is valid")
    for name, address in HOSTS.items():
        login.add_argument(f"--{name}-address", default=address)
    asked = parser.parse_args()
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    with contextlib.ExitStack() as running:
        nasa = running.enter_context(_earthdata(asked)) if asked.earthdata else None
        stand_in = StandIn(
            asked.cycles,
            asked.regions,
            asked.products,
            asked.versions,
            files=asked.files,
            archive=asked.archive or (nasa.url if nasa else None),
            faults=asked.fault,
            host=asked.host,
            port=asked.port,
        )
        print(running.enter_context(stand_in).url, flush=True)
        if nasa:
            for name in ("urls", "user", "password", "token", "expired_token"):
                print(f"{name} {getattr(nasa, name)}", flush=True)
        stop.wait()


def _earthdata(asked):
    addresses = {name: getattr(asked, f"{name}_address") for name in HOSTS}
    return Earthdata(
        asked.earthdata,
        addresses=addresses,
        port=asked.earthdata_port,
        link_seconds=asked.link_seconds,
        faults=[fault for fault in asked.fault if fault.host],
    )


if __name__ == "__main__":
    main()
