"""The rows of the settings page that show how large the local copies are, and that clear them."""

from __future__ import annotations

from collections.abc import Callable

from qgis.PyQt import sip
from qgis.PyQt.QtCore import QDir, Qt
from qgis.PyQt.QtWidgets import QMessageBox, QPushButton, QWidget

from ...core.catalogs import Kept, cache_files
from ...core.common import Preferences, preferring
from ..task import Latest
from . import local_copies, settings
from .form import Form, Text


class CopiesRows:
    """Counts and removes local copies, beside the window's own thread.

    Parameters
    ----------
    page : QWidget
        Where they are shown.
    preferences : callable
        Returns the preferences that are shown now: the sizes are those of the folder that the user sees.
    tell : callable
        Shows the user a sentence when the page is gone.

    Attributes
    ----------
    sizes, buttons : dict
        By the kind of the local copies.
    outcome : Text
        What came of removing.
    """

    def __init__(self, page: QWidget, preferences: Callable[[], Preferences], tell: Callable[[str], None]) -> None:
        self._page = page
        self._preferences = preferences
        self._tell = tell
        self._counting, self._removing = Latest(), Latest()
        self.sizes = {kind: Text("", page) for kind in local_copies.KINDS}
        self.buttons = {kind: QPushButton("Clear...", page) for kind in local_copies.KINDS}
        for kind, button in self.buttons.items():
            title, consequence = local_copies.KINDS[kind]
            button.setToolTip(f"Remove these files. {consequence}")
            button.setAccessibleName(f"Clear: {title}")
            button.clicked.connect(lambda _=False, one=kind: self.clear(one))
        page.destroyed.connect(self._counting.stop)

    def add_to(self, form: Form) -> None:
        """Put the rows into a form."""
        for kind, (title, _) in local_copies.KINDS.items():
            form.add_row(title, self.sizes[kind], self.buttons[kind])
        self.outcome = form.add_text("")
        self.outcome.hide()

    def forget(self) -> None:
        """Show that the sizes are not known, for another folder is."""
        self._counting.stop()
        for kind, label in self.sizes.items():
            label.setText("being counted ...")
            self.buttons[kind].setEnabled(False)

    def count(self) -> None:
        """Show how many there are, as soon as that is known."""
        self.forget()
        preferences = self._preferences()

        def work(cancelled: Callable[[], bool]) -> dict[str, Kept | str]:
            with preferring(preferences):
                return {kind: local_copies.found(kind, cancelled) for kind in local_copies.KINDS}

        self._counting.start(f"{settings.NAME}: size of the local copies", work, self._on_counted)

    def clear(self, kind: str) -> None:
        """Remove those of a kind, if the user says so."""
        preferences = self._preferences()
        with preferring(preferences):
            folder = QDir.toNativeSeparators(str(cache_files.folder_of(kind)))
        title, consequence = local_copies.KINDS[kind]
        box = QMessageBox(self._page)
        box.setWindowTitle(f"{settings.NAME}: {title}")
        box.setIcon(QMessageBox.Icon.Question)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(f"Remove {self.sizes[kind].text()} from {folder}?")
        box.setInformativeText(f"{consequence} Other files in the folder stay.")
        remove = box.addButton("Remove", QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        box.exec()
        if box.clickedButton() is not remove:
            return
        for button in self.buttons.values():
            button.setEnabled(False)
        self.say(f"{title}: being removed ...")

        def work(cancelled: Callable[[], bool]) -> str:
            with preferring(preferences):
                return f"{title}: {local_copies.removed(kind, cancelled)}"

        self._removing.start(f"{settings.NAME}: remove local copies", work, self._on_removed)

    def say(self, text: str) -> None:
        """Show what came of removing; an empty text takes that away."""
        self.outcome.setText(text)
        self.outcome.setVisible(bool(text))

    def _on_counted(self, found: dict[str, Kept | str] | None) -> None:
        if sip.isdeleted(self._page):  # the options were closed in the meantime
            return
        for kind, kept in (found or dict.fromkeys(self.sizes, "not counted")).items():
            self.sizes[kind].setText(local_copies.size_text(kept))
            there_are = isinstance(kept, Kept) and bool(kept.files)
            self.buttons[kind].setEnabled(there_are and not self._removing.under_way)

    def _on_removed(self, outcome: str | None) -> None:
        outcome = outcome or "Removing was stopped: what is left is counted anew."
        if sip.isdeleted(self._page):
            self._tell(outcome)
            return
        self.say(outcome)
        self.count()
