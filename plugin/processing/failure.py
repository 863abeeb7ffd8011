"""What is said to the user of an exception: one sentence, whatever it was."""

from __future__ import annotations

import traceback

from qgis.core import QgsProcessingException, QgsProcessingFeedback

from ...core.common import CancelledError, XoprError, fault_of, fit_to_show
from ..metadata import metadata


def failure_of(error: Exception, feedback: QgsProcessingFeedback) -> str:
    """Return the sentence for an exception; empty if the user cancelled.

    What files, disks, permissions and the memory do is told here by its cause, wherever it happens.

    Parameters
    ----------
    error : Exception
    feedback : QgsProcessingFeedback
        Gets the traceback, if only a fault of ours can be the cause.
    """
    if isinstance(error, CancelledError):
        return ""
    if isinstance(error, (XoprError, QgsProcessingException)):
        return fit_to_show(str(error))
    if fault := fault_of(error):
        place = getattr(error, "filename", None)
        thing = f"{place} cannot be read or written" if place else "The work cannot go on"
        return fit_to_show(f"{thing} ({fault.what}); {fault.advice}.")
    feedback.pushDebugInfo(fit_to_show("".join(traceback.format_exception(type(error), error, error.__traceback__))))
    return fit_to_show(
        f"Unexpected {type(error).__name__}: {error}. This is a fault of the plugin; please report it with the log at "
        f"{metadata()['tracker']}."
    )
