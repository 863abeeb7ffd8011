"""How layers look: styles, forms, tips, actions, relations, groups."""

from typing import TYPE_CHECKING

from ...core.common import lazy_face

if TYPE_CHECKING:
    from . import map_tips as map_tips
    from . import relations as relations
    from . import renderers as renderers
    from . import styles as styles
    from .columns import MEASURED_ALIASES as MEASURED_ALIASES
    from .loaded_layers import RunOfLayers as RunOfLayers
    from .loaded_layers import on_load as on_load
    from .message_bar import NextStep as NextStep
    from .message_bar import take_messages_away as take_messages_away
    from .projection import know_pole_crs as know_pole_crs
    from .readable_forms import ReadableForms as ReadableForms
    from .styles import Style as Style

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_face(__name__, __file__)
