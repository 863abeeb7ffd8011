"""A server that behaves, and on request misbehaves, like CMR's granule search.

The granules are made up from ICESat-2's orbit by plan: their names, times and footprints look like the real ones but
are not. Start it from a test::

    with StandIn(cycles=[22]) as cmr:
        requests.get(cmr.search_url, params={"short_name": "ATL06"})

or from a shell, with ``tests`` and the plugin on the path: ``python -m standin --cycles 22``. With
``--earthdata FOLDER`` it plays the archive too, with its login (:class:`earthdata.Earthdata`), and the records' links
lead there.
"""

from .earthdata import Earthdata
from .faults import Fault
from .server import StandIn
from .transport import Request

__all__ = ["Earthdata", "Fault", "Request", "StandIn"]
