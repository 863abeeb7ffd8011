"""Dates and numbers in the forms of layers that are not edited."""

from __future__ import annotations

from collections import Counter

import pandas as pd
import pytest
from qgis.gui import QgsAttributeForm
from qgis.PyQt.QtCore import QPoint
from qgis.PyQt.QtGui import QFont, QFontMetrics
from qgis.PyQt.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QDateTimeEdit,
    QDialog,
    QDoubleSpinBox,
    QLineEdit,
    QVBoxLayout,
)

from xopr_crossovers.plugin.looks import columns, readable_forms, styles

READABLE = 4.5  # to one: what the guidelines for web content (WCAG 2, level AA) ask of text


@pytest.fixture
def form(qgis_app):
    """Opens the form of a layer's first feature in a window of its own."""
    windows = []

    def opened(layer):
        windows.append(QDialog())
        QVBoxLayout(windows[-1]).addWidget(QgsAttributeForm(layer, next(layer.getFeatures())))
        windows[-1].resize(500, 400)
        windows[-1].show()
        QApplication.processEvents()
        return windows[-1]

    yield opened
    for window in windows:
        window.close()
        window.deleteLater()
    QApplication.processEvents()


@pytest.fixture
def dated(frames_table):
    return frames_table.assign(datetime=pd.Timestamp("2020-01-01T12:30Z"), **{"opr:frequency": 1.95e8})


@pytest.fixture
def frames(save, dated):
    layer = save(dated)
    styles.apply(layer, styles.FRAMES)
    return layer


def boxes(window):
    return [box for box in window.findChildren(QAbstractSpinBox) if box.isVisible()]


def contrast(box):
    """Of the darkest letter in a box with its ground, as WCAG 2 measures it."""
    picture = box.findChild(QLineEdit).grab().toImage()
    pixels = [picture.pixelColor(QPoint(x, y)) for x in range(picture.width()) for y in range(picture.height())]
    lights = Counter(round(brightness(colour), 4) for colour in pixels)
    (ground, _), darkest = lights.most_common(1)[0], min(lights)
    return (ground + 0.05) / (darkest + 0.05)


def brightness(colour):
    parts = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.getRgbF()[:3]]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts))


def test_a_form_can_be_read(form, frames):
    window = form(frames)
    readable_forms.make_readable(window)
    kinds = {type(box) for box in boxes(window)}
    assert any(issubclass(kind, QDateTimeEdit) for kind in kinds)
    assert any(issubclass(kind, QDoubleSpinBox) for kind in kinds)
    assert min(contrast(box) for box in boxes(window)) > READABLE


def test_a_form_shows_dates_and_numbers_whole(form, frames):
    window = form(frames)
    readable_forms.make_readable(window)
    texts = [box.text() for box in boxes(window)]
    assert "195000000" in [text.replace(",", "") for text in texts]
    assert "2020-01-01 12:30:00" in texts


def test_it_is_seen_to_when_the_focus_comes_to_the_form(form, frames):
    forms = readable_forms.ReadableForms()
    try:
        window = form(frames)
        QApplication.instance().focusChanged.emit(None, boxes(window)[0])
        assert min(contrast(box) for box in boxes(window)) > READABLE
        QApplication.instance().focusChanged.emit(boxes(window)[0], None)
    finally:
        forms.remove()
    other = form(frames)
    QApplication.instance().focusChanged.emit(None, boxes(other)[0])
    assert [box for box in boxes(other) if box.styleSheet()] == []


def test_a_layer_that_is_edited_has_the_boxes_that_qgis_gives_it(form, frames):
    frames.startEditing()
    plain, ours = form(frames), form(frames)
    readable_forms.make_readable(ours)
    try:
        for theirs, box in zip(boxes(plain), boxes(ours)):
            assert box.isEnabled()
            assert contrast(box) == pytest.approx(contrast(theirs), rel=0.05)
            assert abs(box.sizeHint().width() - theirs.sizeHint().width()) < 5
    finally:
        frames.rollBack()


def test_forms_of_other_layers_stay_as_they_are(form, save, dated):
    layer = save(dated)
    window = form(layer)
    readable_forms.make_readable(window)
    assert len(boxes(window)) > 0
    assert [box for box in boxes(window) if box.styleSheet()] == []


def test_columns_of_the_table_grow_with_the_letters(qgis_app):
    small, large = (QFontMetrics(QFont("DejaVu Sans", points)) for points in (9, 18))
    usual, wide = columns.widths_of_columns(small), columns.widths_of_columns(large)
    assert all(1.7 < wide[name] / usual[name] < 2.3 for name in usual)
    assert columns.widths_of_columns(None)["flight_date"] == 90


def test_a_form_that_outlives_its_layer_is_left_alone(form, frames, project):
    project.addMapLayer(frames)
    window = form(frames)
    readable_forms.make_readable(window)
    project.removeMapLayer(frames.id())
    for _ in range(3):
        readable_forms.make_readable(window)
    assert min(contrast(box) for box in boxes(window)) > READABLE
