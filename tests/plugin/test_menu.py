"""The plugin's menu in the desktop."""

from __future__ import annotations

import sys
import time

import pytest
from qgis.core import QgsApplication
from qgis.gui import QgsMessageBar, QgsProcessingToolboxTreeView
from qgis.PyQt.QtWidgets import QApplication, QDockWidget, QLineEdit, QMainWindow, QPushButton

from odd_server import OddServer
from xopr_crossovers import classFactory
from xopr_crossovers.plugin.looks import message_bar
from xopr_crossovers.plugin.models import model_titles


class Desktop:
    """What the plugin asks of QGIS's interface, with real widgets."""

    def __init__(self):
        self.window, self.bar, self.entries = QMainWindow(), QgsMessageBar(), []
        self.factories, self.pages = [], []

    def mainWindow(self):  # noqa: N802
        return self.window

    def messageBar(self):  # noqa: N802
        return self.bar

    def addPluginToMenu(self, menu, action):  # noqa: N802
        self.entries.append((menu, action.text()))

    def registerOptionsWidgetFactory(self, factory):  # noqa: N802
        self.factories.append(factory)

    def unregisterOptionsWidgetFactory(self, factory):  # noqa: N802
        self.factories.remove(factory)

    def showOptionsDialog(self, parent, page):  # noqa: N802
        self.pages.append(page)

    def removePluginMenu(self, menu, action):  # noqa: N802
        self.entries.remove((menu, action.text()))


@pytest.fixture
def desktop(qgis_app):
    return Desktop()


@pytest.fixture
def plugin(desktop):
    """The plugin as the desktop starts it."""
    plugin = classFactory(desktop)
    plugin.initGui()
    yield plugin
    plugin.unload()


def wait_for(condition, seconds=20.0):
    """Let QGIS work until something holds."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        QApplication.processEvents()
        time.sleep(0.01)
    return condition()


def shown(plugin):
    """The text of the only window."""
    (dialog,) = plugin.menu.dialogs.values()
    return dialog.text()


def test_the_menu_comes_and_goes_with_the_plugin(desktop):
    plugin = classFactory(desktop)
    plugin.initGui()
    assert desktop.entries == [
        ("xOPR Crossovers", "Show in the Toolbox"),
        ("xOPR Crossovers", "Open a Model in the Designer"),
        ("xOPR Crossovers", "User Guide"),
        ("xOPR Crossovers", "Settings..."),
        ("xOPR Crossovers", "Check the Installation..."),
    ]
    assert QgsApplication.processingRegistry().providerById("xopr") is not None
    assert [factory.title() for factory in desktop.factories] == ["xOPR Crossovers"]
    plugin.unload()
    assert desktop.entries == desktop.factories == []
    assert QgsApplication.processingRegistry().providerById("xopr") is None


def test_what_a_run_has_offered_goes_with_the_plugin(desktop, monkeypatch):
    monkeypatch.setattr(message_bar, "iface", desktop)
    plugin = classFactory(desktop)
    plugin.initGui()
    message_bar.tell("next", "What next?", "Go On", [("Go On", lambda: None)])
    plugin.unload()
    assert desktop.bar.items() == []


def test_where_all_packages_are_there_no_message_is_shown(plugin, desktop):
    wait_for(lambda: False, seconds=0.3)
    assert desktop.bar.items() == []


def test_without_a_desktop_there_is_no_menu(qgis_app):
    for start in ("initProcessing", "initGui"):
        plugin = classFactory(None)
        getattr(plugin, start)()
        assert plugin.menu is None
        plugin.unload()


def test_without_a_toolbox_the_user_is_told_how_to_get_one(plugin, desktop):
    plugin.menu.show_toolbox()
    (item,) = desktop.bar.items()
    assert "no toolbox while the plugin Processing is off" in item.text()


def test_the_toolbox_opens_at_the_plugin_s_group(plugin, desktop):
    toolbox = QDockWidget(desktop.window)
    toolbox.setObjectName("ProcessingToolbox")
    toolbox.searchBox = QLineEdit("buffer", toolbox)
    toolbox.algorithmTree = QgsProcessingToolboxTreeView(toolbox, QgsApplication.processingRegistry())
    toolbox.hide()
    plugin.menu.show_toolbox()
    tree = toolbox.algorithmTree
    assert not toolbox.isHidden()
    assert toolbox.searchBox.text() == ""
    assert tree.currentIndex().data() == "xOPR Crossovers"
    assert tree.isExpanded(tree.currentIndex())


def test_the_settings_open_at_the_plugin_s_own_page(plugin, desktop):
    page = desktop.factories[0].createWidget(desktop.window)
    plugin.menu.show_settings()
    assert desktop.pages == [page.objectName()]


def test_the_submenu_lists_the_models_by_their_titles_when_it_is_shown(plugin):
    assert plugin.menu.models.actions() == []
    for _ in range(2):
        plugin.menu.models.aboutToShow.emit()
        titles = [action.text() for action in plugin.menu.models.actions()]
        assert titles == list(model_titles().values())
        assert len(titles) >= 2


def test_without_processing_the_user_is_told_how_to_get_a_designer(plugin, desktop, monkeypatch):
    # Other tests may have imported it: what is known by its whole name is not looked for in its package.
    for module in ("processing", "processing.modeler.ModelerDialog"):
        monkeypatch.setitem(sys.modules, module, None)
    plugin.menu.models.aboutToShow.emit()
    plugin.menu.models.actions()[0].trigger()
    (item,) = desktop.bar.items()
    assert "no model designer while the plugin Processing is off" in item.text()


def test_the_check_shows_versions_at_once_and_what_takes_longer_later(plugin, cmr, monkeypatch):
    monkeypatch.setenv("XOPR_CMR_URL", cmr.url)
    plugin.menu.check_installation()
    assert "GDAL/OGR version" in shown(plugin)
    assert "being asked, for 10 s at most" in shown(plugin)
    assert wait_for(lambda: "granules of ATL06" in shown(plugin))
    assert "nothing yet" in shown(plugin) or "Granule store: no files" in shown(plugin)
    assert not plugin.menu.check.under_way


def test_what_is_shown_can_be_copied(plugin):
    plugin.menu.check_installation()
    (dialog,) = plugin.menu.dialogs.values()
    (button,) = [button for button in dialog.findChildren(QPushButton) if button.text() == "Copy"]
    button.click()
    assert QApplication.clipboard().text() == shown(plugin)


def test_a_silent_cmr_does_not_hold_the_window_and_closing_it_ends_the_wait(plugin, monkeypatch):
    began = time.monotonic()
    with OddServer(lambda _: time.sleep(20)) as server:
        monkeypatch.setenv("XOPR_CMR_URL", server.url)
        plugin.menu.check_installation()
        assert time.monotonic() - began < 2
        (dialog,) = plugin.menu.dialogs.values()
        assert wait_for(lambda: bool(server.requests))
        dialog.close()
        assert not plugin.menu.check.under_way
        assert wait_for(lambda: QgsApplication.taskManager().countActiveTasks() == 0, seconds=5)
    assert "being asked" in shown(plugin)


def test_a_check_that_is_asked_for_twice_opens_one_window(plugin, cmr, monkeypatch):
    monkeypatch.setenv("XOPR_CMR_URL", cmr.url)
    plugin.menu.check_installation()
    plugin.menu.check_installation()
    assert wait_for(lambda: "granules of ATL06" in shown(plugin))
