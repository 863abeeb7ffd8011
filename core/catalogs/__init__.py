"""Season catalogs: where frames come from, and the local copies."""

from typing import TYPE_CHECKING

from ..common import lazy_face

if TYPE_CHECKING:
    from . import cache_files as cache_files
    from .archive import frames_at_hand as frames_at_hand
    from .at_hand import bring_to_hand as bring_to_hand
    from .cache_files import STORE_README as STORE_README
    from .cache_files import Kept as Kept
    from .cache_files import granules_dir as granules_dir
    from .cache_files import radar_dir as radar_dir
    from .catalog import read_catalog as read_catalog
    from .catalog import read_frames as read_frames
    from .geoparquet import MAGIC as MAGIC
    from .geoparquet import SUFFIXES as SUFFIXES
    from .kept_tables import DAMAGE as DAMAGE
    from .kept_tables import note_of as note_of
    from .kept_tables import packed as packed
    from .kept_tables import unpacked as unpacked
    from .manifest import part_of as part_of
    from .own_files import OwnFiles as OwnFiles
    from .plain_tables import TEXT_SUFFIXES as TEXT_SUFFIXES
    from .plain_tables import read_plain_table as read_plain_table
    from .plain_tables import with_places as with_places
    from .readable import first_bytes as first_bytes
    from .seasons import season_names as season_names
    from .sources import Place as Place
    from .sources import file_of as file_of
    from .sources import places_of as places_of
    from .sources import split as split
    from .synchronising import synchronise as synchronise
    from .table_files import VectorReader as VectorReader
    from .table_files import local_file as local_file
    from .table_files import no_layer as no_layer
    from .table_files import read_table as read_table

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_face(__name__, __file__)
