"""A QGIS without the plugin's packages: the provider loads all the same, and every algorithm says what to do.

Each test runs a Python of its own, that sees QGIS and nothing else but what the test puts beside it.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib.metadata import distribution
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

PACKAGES = ["geopandas", "mortie", "numpy", "pandas", "pyarrow", "pyproj", "requests", "shapely"]
SCRIPT = """
import json, sys
from qgis.core import QgsApplication, QgsProcessingContext, QgsProcessingFeedback
application = QgsApplication([], False)
application.initQgis()
from xopr_crossovers import classFactory
plugin = classFactory(None)
plugin.initProcessing()
answers = {}
for algorithm in plugin.provider.algorithms():
    can, message = algorithm.canExecute()
    accepted, refusal = algorithm.checkParameterValues({"CATALOG": "x"}, QgsProcessingContext())
    answers[algorithm.name()] = [can, message, accepted, refusal, algorithm.shortHelpString()]
plugin.unload()
print("ANSWERS" + json.dumps(answers))
"""

# A desktop without a window: what the plugin asks of QGIS's interface, with real widgets.
DESKTOP = """
import json
from qgis.core import QgsApplication
from qgis.gui import QgsMessageBar
from qgis.PyQt.QtWidgets import QMainWindow, QPushButton
application = QgsApplication([], True)
application.initQgis()
window, bar, entries = QMainWindow(), QgsMessageBar(), []
class Interface:
    mainWindow = lambda self: window
    messageBar = lambda self: bar
    addPluginToMenu = lambda self, menu, action: entries.append(action.text())
    removePluginMenu = lambda self, menu, action: entries.remove(action.text())
    registerOptionsWidgetFactory = lambda self, factory: entries.append(factory.title())
    unregisterOptionsWidgetFactory = lambda self, factory: entries.remove(factory.title())
from xopr_crossovers import classFactory
plugin = classFactory(Interface())
plugin.initGui()
application.processEvents()
messages = [[item.title(), item.text()] for item in bar.items()]
[button.click() for button in bar.findChildren(QPushButton)]
(dialog,) = plugin.menu.dialogs.values()
[button.click() for button in dialog.findChildren(QPushButton) if button.text() == "Copy the Command"]
plugin.menu.check_installation()
while plugin.menu.check.under_way:
    application.processEvents()
check = plugin.menu.dialogs["xOPR Crossovers: Installation"].text()
answers = [messages, dialog.text(), application.clipboard().text(), check]
plugin.unload()
answers.append([len(bar.items()), entries])
print("ANSWERS" + json.dumps(answers))
"""


@pytest.fixture
def bare(tmp_path, repository):
    """A site-packages folder that holds QGIS, Qt and this plugin, and no other package."""
    folder = tmp_path / "site-packages"
    folder.mkdir()
    for name in ("qgis", "PyQt5", "PyQt6", "sip", "osgeo"):
        spec = find_spec(name)
        if spec is not None and spec.submodule_search_locations:
            (folder / name).symlink_to(next(iter(spec.submodule_search_locations)))
    (folder / "xopr_crossovers").symlink_to(repository)
    return folder


def ask(folder: Path, script: str = SCRIPT) -> Any:
    """What a script, by default the algorithms, says in a Python that sees only a folder."""
    python = Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}"
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    ran = subprocess.run([str(python), "-S", "-c", script], env=environment, capture_output=True, text=True, timeout=60)
    assert "Traceback" not in ran.stderr
    return json.loads(re.search(r"^ANSWERS(.*)$", ran.stdout, flags=re.MULTILINE)[1])


def install(folder: Path, name: str, version: str) -> None:
    """Put a package that says its version beside QGIS."""
    (folder / name).mkdir()
    (folder / name / "__init__.py").write_text(f"__version__ = {version!r}\n")
    card = folder / f"{name}-{version}.dist-info"
    card.mkdir()
    (card / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")


def test_without_any_package_each_algorithm_names_all_and_the_command(bare, provider, repository):
    answers = ask(bare)
    assert sorted(answers) == sorted(algorithm.name() for algorithm in provider.algorithms())
    for can, message, accepted, refusal, help_text in answers.values():
        assert not can
        assert not accepted
        assert [package for package in PACKAGES if package not in message] == []
        assert refusal == message
        assert re.search(r"python3\S* -m pip install .*-r \S*requirements\.txt$", message)
        assert len(help_text) > 40
    assert str(repository / "requirements.txt") in message


def link(folder: Path, name: str) -> None:
    """Put a package of this environment beside QGIS."""
    card = Path(str(distribution(name).locate_file("")))
    for path in [*card.glob(name), *card.glob(f"{name}.libs"), *card.glob(f"{name}-*info")]:
        (folder / path.name).symlink_to(path)


def test_a_package_that_is_too_old_is_named_with_its_version(bare):
    link(bare, "packaging")
    install(bare, "shapely", "1.8.5")
    install(bare, "requests", "2.31.0")
    message = ask(bare)["findgranules"][1]
    assert re.search(r"shapely \([^)]*1\.8\.5 is installed\)", message)
    assert "requests" not in message.partition("Install")[0]


def test_a_package_that_does_not_load_is_named(bare):
    link(bare, "packaging")
    link(bare, "numpy")  # which newer QGIS imports itself
    versions = {"geopandas": "1.0", "mortie": "0.9.11", "pandas": "2.2", "platformdirs": "4.0", "pyarrow": "15.0"}
    for name, version in {**versions, "pyproj": "3.5", "requests": "2.31", "shapely": "2.0"}.items():
        install(bare, name, version)
    (bare / "pyproj" / "__init__.py").write_text("raise ImportError('libproj is not there')\n")
    can, _, accepted, refusal, _ = ask(bare)["loadcatalog"]
    assert can
    assert not accepted
    assert "pyproj is installed but does not load (libproj is not there)" in refusal


OPTIONAL = """
import json
from qgis.core import QgsApplication
application = QgsApplication([], False)
application.initQgis()
from xopr_crossovers import classFactory
plugin = classFactory(None)
plugin.initProcessing()
from xopr_crossovers.plugin.packages import dependencies, installation
from xopr_crossovers.plugin.processing import XoprAlgorithm
class Reader(XoprAlgorithm):
    PACKAGES = ("pyfive",)
cans = [(algorithm.name(), *algorithm.canExecute()) for algorithm in plugin.provider.algorithms()]
print("ANSWERS" + json.dumps([cans, Reader().canExecute(), dependencies.problems(), installation.report("")]))
plugin.unload()
"""


READERS = {"crossoverheights", "readalong"}


@pytest.mark.parametrize("there", [False, True])
def test_without_pyfive_only_what_reads_heights_asks_for_it_in_one_sentence_and_all_else_works(bare, there):
    link(bare, "packaging")
    link(bare, "numpy")
    versions = {"geopandas": "1.0", "mortie": "0.9.11", "pandas": "2.2", "platformdirs": "4.0", "pyarrow": "15.0"}
    more = {"pyfive": "1.3.0", "fsspec": "2024.1"} if there else {}
    for name, version in {**versions, "pyproj": "3.5", "requests": "2.31", "shapely": "2.0", **more}.items():
        install(bare, name, version)
    cans, (can, message), problems, report = ask(bare, OPTIONAL)
    assert {name for name, *answer in cans if answer != [True, ""]} == (set() if there else READERS)
    assert problems == []
    assert "All that is needed is there." in report
    assert can == there
    assert ("needed only to read measured heights and radar files: >=1.0,<2" in report) != there
    if not there:
        assert "packages that this QGIS does not have: fsspec" in message
        assert "pyfive (>=1.0,<2)" in message
        assert re.search(r"-m pip install .*-r \S*requirements\.txt$", message)


def test_the_desktop_shows_one_message_that_leads_to_the_steps(bare):
    messages, steps, copied, check, left = ask(bare, DESKTOP)
    assert messages == [["xOPR Crossovers", "needs 9 Python packages that this QGIS does not have."]]
    assert [package for package in PACKAGES if f"    {package}\n" not in steps] == []
    assert re.search(r"python3\S* -m pip install .*-r \S*requirements\.txt$", copied)
    assert f"    {copied}\n" in steps
    assert [package for package in PACKAGES if not re.search(rf"    {package} +missing", check)] == []
    assert "not asked, because the Python package requests is missing" in check
    assert left == [0, []]


def test_loading_restores_how_libraries_are_opened():
    code = (
        "import sys; before = sys.getdlopenflags(); from xopr_crossovers.plugin.packages import dependencies; "
        "dependencies.load(); assert 'shapely' in sys.modules; assert sys.getdlopenflags() == before"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_starting_the_plugin_loads_no_package():
    code = (
        "import sys; import qgis.gui, qgis.utils; before = set(sys.modules); import xopr_crossovers.plugin.plugin; "
        f"print(*(set(sys.modules) - before) & set({PACKAGES}))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "\n"
