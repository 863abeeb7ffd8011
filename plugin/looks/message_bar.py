"""What is said in the desktop's message bar after a run, with buttons that do it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from qgis.core import Qgis, QgsProject
from qgis.PyQt.QtWidgets import QMenu, QPushButton
from qgis.utils import iface

if TYPE_CHECKING:
    from qgis.gui import QgsMessageBarItem

_TITLE = "xOPR Crossovers"

# By what they are about: the newest takes the place of the one before, so that a batch of runs leaves one.
_told: dict[str, QgsMessageBarItem] = {}
# Without a reference the dialog would stay without what Python adds to it, and not run.
_open: list[Any] = []


@dataclass(frozen=True)
class NextStep:
    """An algorithm that can go on with the layers of a run.

    Attributes
    ----------
    algorithm : str
        Its id.
    title : str
        Its name in the toolbox.
    what : str
        What it is for, in a few words.
    outputs : mapping of str to str
        Which output of the run is which of its parameters, by the parameter's name.
    given : mapping
        Further values of its parameters, which were those of the run.
    """

    algorithm: str
    title: str
    what: str
    outputs: Mapping[str, str]
    given: Mapping[str, Any]


def offer_next(steps: Sequence[NextStep], layers: Mapping[str, str]) -> None:
    """Offer to go on with the layers of a run, where there is a desktop.

    Parameters
    ----------
    steps : sequence of NextStep
    layers : mapping of str to str
        Id of each layer that was loaded, by the output's name.
    """
    choices = []
    for step in steps:
        if set(step.outputs.values()) <= set(layers):
            values = {**step.given, **{name: layers[output] for name, output in step.outputs.items()}}
            choices.append((f"{step.title}...", partial(_open_dialog, step.algorithm, values)))
    if choices:
        tell("next", "What next?", "Go On With", choices)


def tell(about: str, text: str, label: str, choices: Sequence[tuple[str, Callable[[], None]]]) -> None:
    """Show a sentence with a button, in place of the last one about the same; nothing without a desktop.

    Parameters
    ----------
    about : str
    text : str
    label : str
        Of the button.
    choices : sequence of (str, callable)
        What the button's menu says, and what each choice does. One alone is done at once, and the message goes.
    """
    if iface is None:
        return
    bar = iface.messageBar()
    _forget(about)
    item = bar.createMessage(_TITLE, text)
    button = QPushButton(label, item)
    if len(choices) == 1 and choices[0][0] == label:
        button.clicked.connect(partial(_choose, about, choices[0][1]))
    else:
        # Side by side, buttons as long as these would take the room of the panels beside the map.
        menu = QMenu(button)
        for title, action in choices:
            # The message stays: who closes the dialog again, or wants several of these, finds them there.
            menu.addAction(title, action)
        button.setMenu(menu)
    item.layout().addWidget(button)
    _told[about] = bar.pushWidget(item, Qgis.MessageLevel.Info)
    # The layers that it is about go with the project.
    QgsProject.instance().cleared.connect(item.dismiss)


def _choose(about: str, action: Callable[[], None], _: bool = False) -> None:
    _forget(about)
    action()


def _forget(about: str) -> None:
    item = _told.pop(about, None)
    if item is not None and item in iface.messageBar().items():
        iface.messageBar().popWidget(item)


def _let_go(dialog: Any, _: Any = None) -> None:
    _open[:] = [one for one in _open if one is not dialog]


def _open_dialog(algorithm: str, values: dict[str, Any]) -> None:
    from processing import createAlgorithmDialog

    dialog = createAlgorithmDialog(algorithm, values)
    _open.append(dialog)
    # Not "finished": the dialog has a method of that name.
    dialog.destroyed.connect(partial(_let_go, dialog))
    dialog.show()
