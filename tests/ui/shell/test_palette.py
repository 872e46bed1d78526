"""The colours can be read, the icons can be drawn."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from vstore_gui import resources
from vstore_gui.entities.domain import DomainLifecycle
from vstore_gui.entities.pool_kinds import POOL_KINDS
from vstore_gui.ui import icons
from vstore_gui.ui.palette import (
    DARK,
    GROUND_ROLES,
    LIGHT,
    TEXT_ROLES,
    Colors,
    colors,
    contrast,
    names,
    qpalette,
)
from vstore_gui.ui.theme import Theme, ThemeChoice, style_sheet
from vstore_gui.ui.widgets.sidebar import MACHINE_ICONS

AA = 4.5
GRAPHICS = 3.0  # WCAG 1.4.11, for shapes that mean something
DRAWINGS = sorted(resources.path("icons").glob("*.svg"))


@pytest.mark.parametrize("table", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("text", TEXT_ROLES)
@pytest.mark.parametrize("ground", GROUND_ROLES)
def test_text_is_readable_on_every_ground(table: Colors, text: str, ground: str) -> None:
    assert contrast(getattr(table, text), getattr(table, ground)) >= AA


@pytest.mark.parametrize("table", [LIGHT, DARK], ids=["light", "dark"])
def test_the_coloured_button_is_readable_also_under_the_mouse(table: Colors) -> None:
    assert contrast(table.on_accent, table.accent_fill) >= AA
    assert contrast(table.on_accent, table.accent_hover) >= AA


@pytest.mark.parametrize("table", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("shape", ["allocated", "nearly_full"])
def test_the_filled_part_of_a_bar_stands_out_from_the_rest(table: Colors, shape: str) -> None:
    assert contrast(getattr(table, shape), table.bar) >= GRAPHICS


@pytest.mark.parametrize("table", [LIGHT, DARK], ids=["light", "dark"])
def test_a_focus_ring_stands_out_from_what_it_surrounds(table: Colors) -> None:
    for ground in GROUND_ROLES:
        assert contrast(table.accent_fill, getattr(table, ground)) >= GRAPHICS


def test_contrast_is_wcags() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#336699", "#336699") == 1


@pytest.mark.parametrize("table", [LIGHT, DARK], ids=["light", "dark"])
def test_qts_own_controls_use_the_same_colours(table: Colors, qapp: QApplication) -> None:
    palette = qpalette(table)
    assert palette.windowText().color() == QColor(table.ink)
    assert palette.base().color() == QColor(table.panel)
    assert contrast(palette.text().color().name(), palette.base().color().name()) >= AA
    assert contrast(palette.highlightedText().color().name(), palette.highlight().color().name()) >= AA


@pytest.mark.parametrize("table", [LIGHT, DARK], ids=["light", "dark"])
def test_every_place_of_the_style_sheet_is_a_colour_there_is(table: Colors, tmp_path: Path) -> None:
    sheet = style_sheet(table, tmp_path)
    for role in names():
        assert "{" + role + "}" not in sheet
    assert "{chevron" not in sheet
    assert table.accent_fill in sheet


@pytest.mark.parametrize("file", DRAWINGS, ids=[file.stem for file in DRAWINGS])
def test_an_icon_is_drawn_in_the_colour_asked_for(file: Path, theme: Theme) -> None:
    if file.stem == "vstore":
        return  # the application's own, in its own colours
    picture = icons.pixmap(file.stem, "bad", 24, 2.0).toImage()
    assert (picture.width(), picture.height()) == (48, 48)
    wanted = QColor(colors().bad).getRgb()[:3]
    solid = {
        picture.pixelColor(x, y).getRgb()[:3]
        for x in range(48)
        for y in range(48)
        if picture.pixelColor(x, y).alpha() == 255
    }
    assert solid == {wanted}


def test_every_kind_of_pool_and_every_state_of_a_machine_has_an_icon() -> None:
    drawn = {file.stem for file in DRAWINGS}
    assert {icons.pool_icon(kind) for kind in POOL_KINDS} <= drawn
    assert icons.pool_icon("a kind of the future") in drawn
    assert all(kind in icons.POOL_ICONS for kind in POOL_KINDS)
    assert {state.value for state in DomainLifecycle} == set(MACHINE_ICONS)
    assert {name for name, _role in MACHINE_ICONS.values()} <= drawn


def test_choosing_a_theme_changes_the_colours_at_once_and_recolours_icons(qapp: QApplication) -> None:
    from PySide6.QtGui import QAction

    theme = Theme(qapp, ThemeChoice.LIGHT)
    action = QAction()
    icons.keep_icon(action, "disk")
    light = action.icon().cacheKey()
    theme.choose(ThemeChoice.DARK)
    assert colors() is DARK
    assert qapp.palette().window().color() == QColor(DARK.window)
    assert action.icon().cacheKey() != light
    theme.choose(ThemeChoice.LIGHT)
    assert colors() is LIGHT
    assert action.icon().cacheKey() == light
