"""A server that behaves, and on request misbehaves, like CMR's granule search.

The granules are made up from ICESat-2's orbit by plan: their names, times and footprints look like the real ones but
are not. Start it from a test::

    with StandIn(cycles=[22]) as cmr:
        requests.get(cmr.search_url, params={"short_name": "ATL06"})

or from a shell, with ``tests`` and the plugin on the path: ``python -m standin --cycles 22``.
"""

from .faults import Fault
from .server import Request, StandIn

__all__ = ["Fault", "Request", "StandIn"]
