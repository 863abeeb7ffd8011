"""The work, without QGIS: which ICESat-2 granules cross which radar frames.

``from xopr_crossovers import core`` costs nothing: a room, such as ``core.search``, is imported when it is first used,
and the libraries that it needs with the first of its names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .common import lazy_face

if TYPE_CHECKING:
    from . import altimetry as altimetry
    from . import catalogs as catalogs
    from . import common as common
    from . import crossings as crossings
    from . import crossovers as crossovers
    from . import downloads as downloads
    from . import frames as frames
    from . import geometry as geometry
    from . import granules as granules
    from . import heights as heights
    from . import icesat2 as icesat2
    from . import job as job
    from . import matching as matching
    from . import morton as morton
    from . import radar as radar
    from . import remote as remote
    from . import reports as reports
    from . import search as search
    from . import web as web
    from . import xopr as xopr

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_face(__name__, __file__)
