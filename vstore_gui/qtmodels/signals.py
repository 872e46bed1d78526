"""Between our rows and Qt's signals, and between the store and a model's life."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex

__all__ = ["NO_INDEX", "ModelSignals", "follow"]

NO_INDEX = QModelIndex()

# With this hint a selection model keeps one persistent index a row, not one a cell.
_ROWS_ONLY = QAbstractItemModel.LayoutChangeHint.VerticalSortHint
_LAYOUT = "QList<QPersistentModelIndex>,QAbstractItemModel::LayoutChangeHint"  # of three overloads


class ModelSignals:
    """Tells a model's views of the steps of one OrderedRows: a RowListener.

    `parent` gives the index that the rows stand under.
    """

    def __init__(
        self, model: QAbstractItemModel, parent: Callable[[], QModelIndex] = lambda: NO_INDEX
    ) -> None:
        # Weak: the model holds its rows, and they us; a circle would outlive the page.
        self._model = weakref.ref(model)
        self._parent = parent

    def _alive(self) -> QAbstractItemModel:
        model = self._model()
        if model is None:
            raise RuntimeError("rows outlived their model")
        return model

    def about_to_insert(self, first: int, last: int) -> None:
        self._alive().beginInsertRows(self._parent(), first, last)

    def inserted(self) -> None:
        self._alive().endInsertRows()

    def about_to_remove(self, first: int, last: int) -> None:
        self._alive().beginRemoveRows(self._parent(), first, last)

    def removed(self) -> None:
        self._alive().endRemoveRows()

    def about_to_rearrange(self) -> None:
        signal: Any = self._alive().layoutAboutToBeChanged  # PySide's stubs know no overloads
        signal[_LAYOUT].emit(self._parents(), _ROWS_ONLY)

    def rearranged(self, new_row: Callable[[int], int]) -> None:
        model = self._alive()
        parent = self._parent()
        old = model.persistentIndexList()
        if parent.isValid():
            old = [index for index in old if index.parent() == parent]
        create = model.createIndex  # index() would ask the model for its size each time, in Python
        new = [create(new_row(index.row()), index.column(), index.internalId()) for index in old]
        model.changePersistentIndexList(old, new)
        signal: Any = model.layoutChanged
        signal[_LAYOUT].emit(self._parents(), _ROWS_ONLY)

    def _parents(self) -> list[QPersistentModelIndex]:
        parent = self._parent()
        return [QPersistentModelIndex(parent)] if parent.isValid() else []


def follow(
    subscribe: Callable[[Callable[[Any], None]], Callable[[], None]],
    model: QObject,
    handler: Callable[[Any], None],
) -> Callable[[], None]:
    """Subscribe a bound method of a model until the model is destroyed, without keeping it alive.

    Returns the function that ends it earlier.
    """
    method = weakref.WeakMethod(handler)

    def tell(news: Any) -> None:
        bound = method()
        if bound is not None:
            bound(news)

    unsubscribe = subscribe(tell)
    model.destroyed.connect(lambda *_: unsubscribe())
    return unsubscribe
