"""The models that come with the plugin: their files, and the way into the model designer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import QgsApplication, QgsProcessingModelAlgorithm

from .metadata import PLUGIN_FOLDER

MODELS_FOLDER = PLUGIN_FOLDER / "models"


def model_files() -> list[Path]:
    """Return the files of the models, in order of their names."""
    return sorted(MODELS_FOLDER.glob("*.model3"))


def model_titles() -> dict[str, str]:
    """Return the title of each model by the second half of its id, for a menu."""
    models = {file.stem: QgsProcessingModelAlgorithm() for file in model_files()}
    return {
        name: model.displayName()
        for name, model in models.items()
        if model.fromFile(str(MODELS_FOLDER / f"{name}.model3"))
    }


def open_in_designer(name: str) -> Any:
    """Open a model in the model designer, as one that is not saved yet: the plugin's own file stays as it is.

    Parameters
    ----------
    name : str
        A key of :func:`model_titles`.

    Returns
    -------
    ModelerDialog
        The window.

    Raises
    ------
    ValueError
        If QGIS cannot read the model.
    """
    # Processing's plugin is there only in the desktop, and may be off.
    from processing.modeler.ModelerDialog import ModelerDialog

    model = QgsProcessingModelAlgorithm()
    file = MODELS_FOLDER / f"{name}.model3"
    if not model.fromFile(str(file)):
        raise ValueError(f"QGIS cannot read the model {file}.")
    # As that of a model that the user makes, or a run from the designer would crash QGIS.
    model.setProvider(QgsApplication.processingRegistry().providerById("model"))
    dialog = ModelerDialog.create(model)
    dialog.update_model.connect(_refresh_own_models)
    dialog.show()
    dialog.activate()
    return dialog


def _refresh_own_models() -> None:
    """Show what the user saved among the models of the toolbox."""
    provider = QgsApplication.processingRegistry().providerById("model")
    if provider is not None:
        provider.refreshAlgorithms()
