"""The window's menus and toolbar, from the actions."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import (
    QAction,
    QActionGroup,
    QFontMetrics,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QLineEdit,
    QMainWindow,
    QMenu,
    QMenuBar,
    QSizePolicy,
    QToolBar,
    QToolButton,
    QWidget,
)

from vstore_gui.entities.text import QT_TRANSLATE_NOOP
from vstore_gui.ui.actions import Actions
from vstore_gui.ui.icons import icon, keep_icon
from vstore_gui.ui.messages import tr
from vstore_gui.ui.palette import qcolor
from vstore_gui.ui.theme import Theme, ThemeChoice, scaled

_FIND_WIDTH = 230
"""What the find box and the bar's margins take at least."""

__all__ = ["FindBox", "application_theme", "fill_menus", "make_toolbar"]

_THEMES = {
    ThemeChoice.SYSTEM: QT_TRANSLATE_NOOP("vstore", "As the &desktop"),
    ThemeChoice.LIGHT: QT_TRANSLATE_NOOP("vstore", "&Light"),
    ThemeChoice.DARK: QT_TRANSLATE_NOOP("vstore", "Da&rk"),
}


class FindBox(QLineEdit):
    """Looks like a field, opens the find window: a click, Enter or the first letter does."""

    def __init__(self, find: Callable[[str], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._find = find
        self.setProperty("find", True)
        self.setPlaceholderText(tr(QT_TRANSLATE_NOOP("vstore", "Find pools, volumes, machines, paths")))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._room_for_keys = self.fontMetrics().horizontalAdvance(self.placeholderText()) + 110
        self._keys = QKeySequence("Ctrl+K").toString(QKeySequence.SequenceFormat.NativeText)
        self.setAccessibleName(tr(QT_TRANSLATE_NOOP("vstore", "Find anything")))
        keep_icon(
            self.addAction(icon("search", "soft"), QLineEdit.ActionPosition.LeadingPosition), "search", "soft"
        )
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(140)
        self.textChanged.connect(self._typed)
        self.returnPressed.connect(lambda: self._find(""))

    def sizeHint(self) -> QSize:
        return QSize(self._room_for_keys + 10, super().sizeHint().height())

    def _typed(self, text: str) -> None:
        if text:
            self.clear()
            self._find(text)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.width() < self._room_for_keys:
            return
        painter = QPainter(self)
        font = scaled(self.font(), 0.85)
        width = QFontMetrics(font).horizontalAdvance(self._keys) + 12
        frame = QRectF(self.width() - width - 8.5, self.height() / 2 - 9.5, width, 19)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(qcolor("frame"))
        painter.drawRoundedRect(frame, 4, 4)
        painter.setPen(qcolor("soft"))
        painter.setFont(font)
        painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, self._keys)
        painter.end()

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self._find("")


class _Toolbar(QToolBar):
    """Shows words beside its icons where there is room, and icons alone where there is not."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def fit(self) -> None:
        buttons = [self.widgetForAction(action) for action in self.actions()]
        tools = [button for button in buttons if isinstance(button, QToolButton)]
        words = sum(_width_with_words(button) for button in tools)
        room = self.width() - _FIND_WIDTH
        style = (
            Qt.ToolButtonStyle.ToolButtonTextBesideIcon
            if words <= room
            else Qt.ToolButtonStyle.ToolButtonIconOnly
        )
        for button in tools:
            keeps_word = button.property("primary") is True
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon if keeps_word else style)


def _width_with_words(button: QToolButton) -> int:
    """What the button takes with its word: icon, padding, frame and the gap to the next included."""
    return button.fontMetrics().horizontalAdvance(button.text()) + button.iconSize().width() + 40


def make_toolbar(window: QMainWindow, actions: Actions, find: Callable[[str], object]) -> QToolBar:
    """Connect · New pool · New volume · Attach ISO… · Undo “…” · find."""
    bar = _Toolbar(tr(QT_TRANSLATE_NOOP("vstore", "Toolbar")), window)
    bar.setObjectName("toolbar")
    bar.setMovable(False)
    bar.setFloatable(False)
    bar.setIconSize(QSize(18, 18))
    bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
    for name in ("connect", "new_pool", "new_volume", "attach_iso", "undo"):
        action = actions[name]
        bar.addAction(action)
        button = bar.widgetForAction(action)
        if isinstance(button, QToolButton):
            button.setProperty("primary", name == "attach_iso")
            button.setProperty("flat", name in ("connect", "undo"))
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setAccessibleName(action.text().replace("&", ""))
    space = QWidget()
    space.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    bar.addWidget(space)
    bar.addWidget(FindBox(find))
    window.addToolBar(bar)
    actions["undo"].changed.connect(bar.fit)  # its word changes with what it would undo
    return bar


def fill_menus(
    bar: QMenuBar,
    actions: Actions,
    theme: Theme | None,
    *,
    choose_theme: Callable[[ThemeChoice], object],
    fill_columns: Callable[[QMenu], object],
    toggle_activity: Callable[[], object],
    show_diagnostics: Callable[[], object],
    show_keys: Callable[[], object],
    show_about: Callable[[], object],
) -> None:
    """File, Edit, Pool, View, Help."""
    for title, names in (
        (
            QT_TRANSLATE_NOOP("vstore", "&File"),
            ("connect", "new_pool", "new_volume", "attach_iso", "", "quit"),
        ),
        (
            QT_TRANSLATE_NOOP("vstore", "&Edit"),
            ("undo", "", "copy", "rename", "delete", "", "find", "filter"),
        ),
        (
            QT_TRANSLATE_NOOP("vstore", "&Pool"),
            ("pool_start", "pool_stop", "pool_autostart", "", "pool_undefine", "pool_delete"),
        ),
        (
            QT_TRANSLATE_NOOP("vstore", "&Connection"),
            ("host_reconnect", "host_disconnect", "host_autoconnect", "", "host_remove"),
        ),
    ):
        menu = bar.addMenu(tr(title))
        menu.setToolTipsVisible(True)
        for name in names:
            if name:
                menu.addAction(actions[name])
            else:
                menu.addSeparator()
    view = bar.addMenu(tr(QT_TRANSLATE_NOOP("vstore", "&View")))
    view.addAction(actions["refresh"])
    view.addSeparator()
    columns = view.addMenu(tr(QT_TRANSLATE_NOOP("vstore", "&Columns")))

    def columns_of_now() -> None:
        columns.clear()
        fill_columns(columns)
        columns.menuAction().setEnabled(not columns.isEmpty())

    view.aboutToShow.connect(columns_of_now)
    activity = view.addAction(tr(QT_TRANSLATE_NOOP("vstore", "Show or hide the &activity")))
    activity.triggered.connect(lambda *_: toggle_activity())
    if theme is not None:
        _add_themes(view.addMenu(tr(QT_TRANSLATE_NOOP("vstore", "&Theme"))), theme, choose_theme)
    help_menu = bar.addMenu(tr(QT_TRANSLATE_NOOP("vstore", "&Help")))
    for word, act in (
        (QT_TRANSLATE_NOOP("vstore", "&Keyboard…"), show_keys),
        (QT_TRANSLATE_NOOP("vstore", "&Diagnostics…"), show_diagnostics),
        (QT_TRANSLATE_NOOP("vstore", "&About VStore"), show_about),
    ):
        help_menu.addAction(tr(word)).triggered.connect(lambda _=False, act=act: act())


def _add_themes(menu: QMenu, theme: Theme, choose: Callable[[ThemeChoice], object]) -> None:
    group = QActionGroup(menu)
    for choice, word in _THEMES.items():
        action: QAction = menu.addAction(tr(word))
        action.setCheckable(True)
        action.setChecked(theme.choice is choice)
        action.triggered.connect(lambda _=False, choice=choice: choose(choice))
        group.addAction(action)


def application_theme() -> Theme | None:
    """The theme that dresses the application, when it has one."""
    application = QApplication.instance()
    return application.findChild(Theme) if application is not None else None
