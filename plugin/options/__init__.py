"""The settings, their page, and the local copies that it clears."""

from typing import TYPE_CHECKING

from ...core.common import lazy_face

if TYPE_CHECKING:
    from . import settings as settings
    from .local_copies import KINDS as KINDS
    from .local_copies import found as found
    from .local_copies import size_text as size_text
    from .settings import timeout as timeout
    from .settings_page import PAGE as PAGE
    from .settings_page import SettingsFactory as SettingsFactory

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_face(__name__, __file__)
