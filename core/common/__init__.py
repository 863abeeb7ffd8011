"""What all rooms may use: errors, progress, logs, words, days, settings from outside."""

from typing import TYPE_CHECKING

from .faces import lazy_face as lazy_face

if TYPE_CHECKING:
    from . import user_paths as user_paths
    from .clock import Clock as Clock
    from .clock import read_date as read_date
    from .clock import utc_now as utc_now
    from .collecting import put_off_collecting as put_off_collecting
    from .dates import check_max_days as check_max_days
    from .dates import is_whole_day as is_whole_day
    from .dates import on_days as on_days
    from .dates import read_day as read_day
    from .dates import read_moment as read_moment
    from .dates import span_of as span_of
    from .disk_faults import fault_in as fault_in
    from .disk_faults import fault_of as fault_of
    from .disk_faults import reason_of as reason_of
    from .environment import CATALOG_URL as CATALOG_URL
    from .environment import CMR_URL as CMR_URL
    from .environment import DEFAULT as DEFAULT
    from .environment import Preferences as Preferences
    from .environment import another_cache_dir as another_cache_dir
    from .environment import cache_dir as cache_dir
    from .environment import cache_dir_and_source as cache_dir_and_source
    from .environment import catalog_url as catalog_url
    from .environment import cmr_root as cmr_root
    from .environment import cmr_url as cmr_url
    from .environment import cmr_url_and_source as cmr_url_and_source
    from .environment import default_cache_dir as default_cache_dir
    from .environment import folder_at as folder_at
    from .environment import heights_dir as heights_dir
    from .environment import preferring as preferring
    from .errors import CancelledError as CancelledError
    from .errors import DownloadError as DownloadError
    from .errors import InputError as InputError
    from .errors import LoginError as LoginError
    from .errors import MissingFileError as MissingFileError
    from .errors import SearchError as SearchError
    from .errors import TooMuchError as TooMuchError
    from .errors import XoprError as XoprError
    from .faces import lazy_face as lazy_face
    from .lack import Lack as Lack
    from .mappings import mapping_of as mapping_of
    from .masking import MASK as MASK
    from .masking import escaped as escaped
    from .masking import fit_to_show as fit_to_show
    from .masking import without_login as without_login
    from .names import NAME_COLUMNS as NAME_COLUMNS
    from .names import UNNAMED_INDEX as UNNAMED_INDEX
    from .names import name_from_index as name_from_index
    from .names import names_of as names_of
    from .names import only_named as only_named
    from .names import text_values as text_values
    from .number_ranges import read_numbers as read_numbers
    from .number_ranges import write_numbers as write_numbers
    from .parallel import run_parallel as run_parallel
    from .progress import Progress as Progress
    from .run_log import RunLog as RunLog
    from .software import versions as versions
    from .user_paths import is_web_address as is_web_address
    from .user_paths import path_of as path_of
    from .user_paths import shown as shown
    from .user_paths import unquoted as unquoted
    from .wording import count as count
    from .wording import listed as listed
    from .wording import some_of as some_of

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_face(__name__, __file__)
