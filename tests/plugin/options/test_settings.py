"""The plugin's settings: their page in QGIS's options, and that runs follow them."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from pathlib import Path

import pytest
from qgis.core import (
    QgsApplication,
    QgsNetworkAccessManager,
    QgsSettings,
)
from qgis.PyQt.QtCore import Qt, QTimer
from qgis.PyQt.QtWidgets import QApplication, QGroupBox, QLabel, QMessageBox, QWidget

from drawn_model import draw, fixed
from standin import StandIn
from xopr_crossovers.core import job
from xopr_crossovers.core.catalogs.manifest import Entry
from xopr_crossovers.core.common.environment import Preferences, preferring
from xopr_crossovers.core.common.errors import InputError
from xopr_crossovers.core.search import area, window
from xopr_crossovers.plugin.network import limits
from xopr_crossovers.plugin.options import settings
from xopr_crossovers.plugin.options.settings import Settings
from xopr_crossovers.plugin.options.settings_page import PAGE, SettingsFactory

GROUP = "xopr_crossovers"
BOX = "-105,-104,-76,-75 [EPSG:4326]"


@pytest.fixture(autouse=True)
def nothing_set(qgis_app, monkeypatch, tmp_path):
    """No settings, no environment, and a system's cache folder of this test's own."""
    QgsSettings().remove(GROUP)
    for name in ("XOPR_CMR_URL", "XOPR_CACHE_DIR"):
        monkeypatch.delenv(name)
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "system"))
    yield
    QgsSettings().remove(GROUP)


@pytest.fixture
def told():
    """What the user was told outside of the page."""
    return []


@pytest.fixture
def open_page(told):
    """Make the page as QGIS does when it opens its options."""
    factory, window_of_options = SettingsFactory(told.append), QWidget()
    pages = []

    def make():
        pages.append(factory.createWidget(window_of_options))
        assert wait_for(lambda: "counted" not in pages[-1].copies.sizes["granules"].text())
        return pages[-1]

    yield make
    for page in pages:
        page.deleteLater()


def wait_for(condition, seconds=10.0):
    """Let QGIS work until something holds."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        QApplication.processEvents()
        time.sleep(0.01)
    return condition()


def hand_edit(**values):
    """Put texts into the settings as somebody does who edits the file."""
    for key, text in values.items():
        QgsSettings().setValue(f"{GROUP}/{key}", text)


def shown_problems(page):
    return {key: label.text() for key, label in page.problems.items() if not label.isHidden()}


def fill(folder, cmr):
    """Search once, so that there is a granule store below a folder."""
    with preferring(Preferences(str(folder), cmr.url)):
        cycle_22 = window.resolve_window("cycle", cycle=22)
        job.query_granules([area.given_area((-105, -76, -104, -75))], cycle_22)


def answer_with(label):
    """Press a button of the question that is asked next, and return a list that its text comes into."""
    asked = []

    def press():
        box = QApplication.activeModalWidget()
        if not isinstance(box, QMessageBox):
            QTimer.singleShot(50, press)
            return
        asked.append(f"{box.text()} {box.informativeText()}")
        next(button for button in box.buttons() if label in button.text()).click()

    QTimer.singleShot(50, press)
    return asked


# --- the page ---


def test_the_page_shows_what_is_stored(open_page, tmp_path):
    stored = Settings(str(tmp_path), "http://mirror", "45", "006")
    settings.store(stored)
    page = open_page()
    assert page.objectName() == PAGE
    assert Path(page.cache_folder.filePath()) == tmp_path
    assert (page.cmr_url.text(), page.timeout.value(), page.product_version.text()) == ("http://mirror", 45, "006")
    assert shown_problems(page) == {}
    page.apply()
    assert settings.stored() == stored


def test_what_is_entered_is_kept_when_the_options_are_applied_and_not_before(open_page, tmp_path, told):
    page = open_page()
    page.cache_folder.setFilePath(str(tmp_path))
    page.cmr_url.setText(" https://mirror.example.org/cmr ")
    page.timeout.setValue(90)
    page.product_version.setText("006")
    assert settings.stored() == Settings()
    assert page.isValid()
    page.apply()
    assert settings.stored() == Settings(str(tmp_path), "https://mirror.example.org/cmr", "90", "006")
    assert told == []
    other = open_page()
    assert other.timeout.text() == "90 s"


def test_the_coastline_is_wanted_until_it_is_switched_off(open_page):
    page = open_page()
    assert page.coastline.isChecked()
    assert settings.coastline()
    page.coastline.setChecked(False)
    page.apply()
    assert not settings.coastline()
    assert not open_page().coastline.isChecked()
    page.restore.click()
    page.apply()
    assert settings.stored() == Settings()
    assert settings.coastline()


@pytest.mark.parametrize("text", ["on", "yes", "nonsense"])
def test_a_coastline_edited_by_hand_is_off_only_by_its_word(text):
    hand_edit(coastline=text)
    assert settings.coastline()


def test_an_empty_page_stores_nothing_and_shows_the_defaults_in_grey(open_page, tmp_path):
    page = open_page()
    assert page.cache_folder.lineEdit().placeholderText() == str(tmp_path / "system" / "xopr-crossovers")
    assert page.cmr_url.placeholderText() == "https://cmr.earthdata.nasa.gov"
    assert page.product_version.placeholderText() == "007"
    assert page.timeout.text() == f"as in QGIS ({QgsNetworkAccessManager.timeout() / 1000:g} s)"
    page.product_version.setText("007")
    page.apply()
    assert [key for key in QgsSettings().allKeys() if key.startswith(GROUP)] == []


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("cmr_url", "cmr.earthdata.nasa.gov", "'cmr.earthdata.nasa.gov' is not the address of a CMR"),
        ("cmr_url", "ftp://cmr", "'ftp://cmr' is not the address of a CMR"),
        ("product_version", "7a", "'7a' is no version of a product: give its number, such as 007."),
        ("product_version", "\u0660\u0660\u0667", "is no version of a product"),
        ("cache_folder", "xopr-cache", "'xopr-cache' cannot be the cache folder, as it is no whole path"),
        ("cache_folder", __file__, "cannot be the cache folder, as it is a file"),
    ],
)
def test_what_is_wrong_is_said_below_its_field_and_is_not_kept(open_page, told, field, text, words):
    settings.store(Settings(timeout="30"))
    page = open_page()
    page.timeout.setValue(60)
    widget = getattr(page, field)
    (widget.setFilePath if field == "cache_folder" else widget.setText)(text)
    ((key, problem),) = shown_problems(page).items()
    assert key == field
    assert words in problem
    assert not page.isValid()
    page.apply()
    assert settings.stored() == Settings(timeout="60")
    assert told == [f"{problem} The setting stays as it was."]


def test_a_sentence_goes_once_its_field_is_right(open_page):
    page = open_page()
    page.cmr_url.setText("cmr")
    page.cmr_url.setText("http://cmr")
    assert shown_problems(page) == {}
    assert page.isValid()


def test_restoring_the_defaults_empties_the_page_and_holds_once_applied(open_page, tmp_path):
    settings.store(Settings(str(tmp_path), "http://mirror", "45", "006"))
    page = open_page()
    page.restore.click()
    assert (page.cache_folder.filePath(), page.cmr_url.text(), page.timeout.value()) == ("", "", 0)
    assert settings.stored() != Settings()
    page.apply()
    assert settings.stored() == Settings()


def test_the_environment_wins_is_shown_and_leaves_the_stored_values_alone(open_page, monkeypatch, tmp_path):
    stored = Settings(str(tmp_path), "http://mirror", "", "006")
    settings.store(stored)
    monkeypatch.setenv("XOPR_CMR_URL", "http://environment")
    monkeypatch.setenv("XOPR_CACHE_DIR", str(tmp_path / "environment"))
    page = open_page()
    assert page.cmr_url.text() == "http://environment"
    assert Path(page.cache_folder.filePath()) == tmp_path / "environment"
    assert [field.isEnabled() for field in (page.cmr_url, page.cache_folder, page.timeout)] == [False, False, True]
    texts = " ".join(label.text() for label in page.findChildren(QLabel))
    for name in ("XOPR_CMR_URL", "XOPR_CACHE_DIR"):
        assert f"Set by the environment variable {name}, which goes before this setting." in texts
    page.restore.click()
    assert page.cmr_url.text() == "http://environment"
    page.apply()
    assert settings.stored() == Settings(str(tmp_path), "http://mirror")


def test_a_wrong_variable_does_not_keep_the_options_open(open_page, monkeypatch):
    monkeypatch.setenv("XOPR_CMR_URL", "cmr")
    monkeypatch.setenv("XOPR_CACHE_DIR", "~nobody-of-this-name/cache")
    page = open_page()
    assert page.copies.sizes["granules"].text() == "not known"
    assert page.isValid()
    page.apply()


def test_what_was_edited_by_hand_is_shown_with_what_is_wrong(open_page, told):
    hand_edit(cmr_url="cmr", product_version="abc", timeout="soon", cache_folder="here")
    page = open_page()
    assert shown_problems(page).keys() == {"cmr_url", "product_version", "cache_folder"}
    assert page.timeout.value() == 0
    page.restore.click()
    page.apply()
    assert settings.stored() == Settings()
    assert told == []


def test_labels_lead_to_their_fields_and_the_tabulator_key_goes_from_top_to_bottom(open_page):
    page = open_page()
    fields = [page.cache_folder.lineEdit(), page.cmr_url, page.product_version, page.timeout, page.coastline]
    buddies = [label.buddy() for label in page.findChildren(QLabel) if label.buddy() is not None]
    assert buddies == fields
    letters = [label.text().partition("&")[2][:1].lower() for label in page.findChildren(QLabel) if label.buddy()]
    assert len(set(letters)) == len(letters) == 5
    order, widget = [], page.nextInFocusChain()
    while widget is not page:
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and page.isAncestorOf(widget):
            order.append(widget)
        widget = widget.nextInFocusChain()
    wanted = [fields[0], *page.copies.buttons.values(), *fields[1:], page.restore]
    assert [widget for widget in order if widget in wanted] == wanted


def test_texts_are_as_high_as_their_lines_whatever_the_width(open_page):
    page = open_page()
    page.parentWidget().show()
    heights = {}
    for width in (700, 420, 701):
        page.resize(width, 300)
        page.show()
        page.cmr_url.setText(f"no address {width}")
        wait_for(lambda: False, seconds=0.2)
        texts = [label for label in page.findChildren(QLabel) if label.wordWrap() and label.isVisible()]
        for text in texts:
            lines = text.fontMetrics().boundingRect(0, 0, text.width(), 9999, Qt.TextFlag.TextWordWrap, text.text())
            assert lines.height() <= text.height() <= lines.height() + 2 * text.fontMetrics().height()
        assert all(form.width() <= width for form in page.findChildren(QGroupBox))
        heights[width] = sum(text.height() for text in texts)
    page.parentWidget().hide()
    assert heights[700] < heights[420] > heights[701]


# --- local copies ---


def test_the_local_copies_of_the_shown_folder_are_counted(open_page, cmr, tmp_path):
    fill(tmp_path / "cache", cmr)
    page = open_page()
    assert {label.text() for label in page.copies.sizes.values()} == {"no files"}
    assert not any(button.isEnabled() for button in page.copies.buttons.values())
    page.cache_folder.setFilePath(str(tmp_path / "cache"))
    assert wait_for(lambda: page.copies.sizes["granules"].text() == "2 files (less than 0.1 MB)")
    assert {page.copies.sizes[kind].text() for kind in ("seasons", "heights", "radar")} == {"no files"}
    assert [kind for kind, button in page.copies.buttons.items() if button.isEnabled()] == ["granules"]


def test_clearing_asks_first_removes_only_ours_and_says_what_it_did(open_page, cmr, tmp_path):
    folder = tmp_path / "chosen"
    fill(folder, cmr)
    (folder / "notes.txt").write_text("mine")
    (folder / "granules" / "mine.parquet").write_text("mine")
    settings.store(Settings(str(folder)))
    page = open_page()
    before = {file for file in folder.rglob("*") if file.is_file()}

    asked = answer_with("Cancel")
    page.copies.buttons["granules"].click()
    assert f"Remove 2 files (less than 0.1 MB) from {folder / 'granules'}?" in asked[0]
    assert "Other files in the folder stay." in asked[0]
    assert {file for file in folder.rglob("*") if file.is_file()} == before

    answer_with("Remove")
    page.copies.buttons["granules"].click()
    assert wait_for(lambda: page.copies.outcome.text() == "Granule store: removed 2 files (less than 0.1 MB).")
    assert not page.copies.outcome.isHidden()
    left = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}
    assert left == {"notes.txt", "granules/mine.parquet"}
    assert wait_for(lambda: page.copies.sizes["granules"].text() == "no files")
    assert not page.copies.buttons["granules"].isEnabled()


def test_what_another_run_is_writing_is_left_and_that_is_said(open_page, cmr, tmp_path):
    fill(tmp_path, cmr)
    (answer,) = tmp_path.rglob("*.parquet")
    part = answer.with_name(f"{answer.name}.0123abcd.partial")
    part.write_bytes(b"half")
    settings.store(Settings(str(tmp_path)))
    page = open_page()
    answer_with("Remove")
    page.copies.buttons["granules"].click()
    assert wait_for(lambda: "1 file was left, as another run is writing there" in page.copies.outcome.text())
    assert part.is_file()
    assert wait_for(lambda: page.copies.buttons["granules"].isEnabled())


def test_counting_does_not_hold_the_window_and_ends_with_it(told, tmp_path):
    for number in range(3000):
        (tmp_path / "granules" / str(number // 100)).mkdir(parents=True, exist_ok=True)
        (tmp_path / "granules" / str(number // 100) / f"{number}.txt").write_text("")
    settings.store(Settings(str(tmp_path)))
    factory, parent = SettingsFactory(told.append), QWidget()
    began = time.monotonic()
    page = factory.createWidget(parent)
    assert "counted" in page.copies.sizes["granules"].text()
    assert time.monotonic() - began < 1
    parent.deleteLater()
    del page, parent
    wait_for(lambda: QgsApplication.taskManager().countActiveTasks() == 0)
    assert told == []


# --- what runs make of them ---


def test_a_run_follows_the_settings(run, cmr, tmp_path):
    settings.store(Settings(str(tmp_path / "cache"), cmr.url))
    n_before = len(cmr.requests)
    results = run("querygranules", EXTENT=BOX, GRANULES="memory:")
    assert results["N_GRANULES"] > 0
    assert len(cmr.requests) > n_before
    assert len(list((tmp_path / "cache" / "granules").rglob("*.parquet"))) == 1


def test_a_model_follows_the_settings(provider, context, feedback, tmp_path):
    model = draw("search", [], {"search": ("querygranules", {"EXTENT": fixed(BOX)}, {})})
    with StandIn(cycles=[22], versions=["006"]) as server:
        settings.store(Settings(str(tmp_path / "cache"), server.url, product_version="006"))
        _, succeeded = model.create().run({}, context, feedback)
        assert succeeded, feedback.errors
        assert {request.get("version") for request in server.requests} == {"006"}
    assert list((tmp_path / "cache" / "granules").iterdir())


def test_the_environment_goes_before_the_settings_and_a_parameter_before_all(run, cmr, tmp_path, monkeypatch):
    settings.store(Settings("no whole path", "no address"))
    monkeypatch.setenv("XOPR_CACHE_DIR", str(tmp_path / "environment"))
    monkeypatch.setenv("XOPR_CMR_URL", cmr.url)
    assert run("querygranules", EXTENT=BOX, GRANULES="memory:")["N_GRANULES"] > 0
    assert len(list((tmp_path / "environment").rglob("*.parquet"))) == 1
    monkeypatch.setenv("XOPR_CMR_URL", "no address")
    assert run("querygranules", EXTENT=BOX, CMR_URL=cmr.url, GRANULES="memory:")["N_GRANULES"] > 0


def test_the_version_of_the_settings_is_the_default_of_the_parameter_as_it_is_declared(provider):
    for stored, default in (("", "007"), ("006", "006")):
        settings.store(Settings(product_version=stored))
        algorithm = provider.algorithm("findgranules").create()
        assert algorithm.parameterDefinition("VERSION").defaultValue() == default


def test_the_version_of_the_settings_is_what_is_searched(run, tmp_path):
    with StandIn(cycles=[22], versions=["006"]) as server:
        for version in ("006", "6"):
            settings.store(Settings(str(tmp_path / version), product_version=version))
            run("querygranules", EXTENT=BOX, CMR_URL=server.url, GRANULES="memory:")
        assert {request.get("version") for request in server.requests} == {"006"}


@pytest.mark.parametrize(
    ("edited", "words"),
    [
        ({"cmr_url": "cmr"}, "'cmr' is not the address of a CMR"),
        ({"cache_folder": "here"}, "'here' cannot be the cache folder, as it is no whole path"),
        ({"product_version": "abc"}, "'abc' is no version of a product: give its number"),
        ({"timeout": "soon"}, "'soon' is no time-out: give whole seconds"),
        ({"timeout": "-5"}, "'-5' is no time-out: give whole seconds"),
        ({"cmr_url": ["http://a", "b"]}, "is not the address of a CMR"),
    ],
)
def test_a_setting_that_was_edited_wrongly_ends_a_run_in_one_sentence(
    provider, context, feedback, cmr, tmp_path, edited, words
):
    hand_edit(**{"cmr_url": cmr.url, "cache_folder": str(tmp_path), **edited})
    algorithm = provider.algorithm("querygranules").create()
    parameters = {"EXTENT": BOX, "GRANULES": "memory:"}
    accepted, message = algorithm.checkParameterValues(parameters, context)
    if accepted:
        _, succeeded = algorithm.run(parameters, context, feedback)
        assert not succeeded
        (message,) = feedback.errors
    assert words in message
    assert message.endswith("this one comes from QGIS (Settings > Options > xOPR Crossovers).")
    assert "Traceback" not in message


def test_a_setting_that_a_run_does_not_need_may_be_wrong(run, frames_table, save, tmp_path):
    hand_edit(cmr_url="cmr", product_version="abc", timeout="soon", cache_folder="here")
    layer = save(frames_table)
    points = str(tmp_path / "points.geojson")
    Path(points).write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}, '
        '"geometry": {"type": "Point", "coordinates": [-104, -75.2]}}]}'
    )
    results = run("subsetbypoints", FRAMES=layer, POINTS=points, RULE="distance", DISTANCE=50_000, SUBSET="memory:")
    assert results["N_FRAMES"] > 0


def test_a_new_season_of_the_preferred_folder_is_offered(provider, tmp_path):
    (tmp_path / "catalogs").mkdir()
    path = "hemisphere=south/provider=cresis/collection=2031_Antarctica_Future/stac.parquet"
    manifest = {"version": 1, "seasons": {path: asdict(Entry("http://source"))}}
    (tmp_path / "catalogs" / "manifest.json").write_text(json.dumps(manifest))
    settings.store(Settings(str(tmp_path)))
    algorithm = provider.algorithm("loadcatalog").create()
    seasons = algorithm.parameterDefinition("SEASON").options()
    assert "2031_Antarctica_Future" in seasons
    hand_edit(cache_folder="no whole path")
    algorithm = provider.algorithm("loadcatalog").create()
    seasons = algorithm.parameterDefinition("SEASON").options()
    assert len(seasons) == 51


# --- time-out ---


def test_the_time_out_of_the_settings_goes_before_qgis_s():
    assert settings.timeout() is None
    settings.store(Settings(timeout="7"))
    assert (limits().connect, limits().read) == (7.0, 7.0)
    settings.store(Settings(timeout="60"))
    assert limits().connect == 60.0
    hand_edit(timeout="0")
    with pytest.raises(InputError, match="'0' is no time-out: give whole seconds, from 1 to 3,600"):
        limits()
