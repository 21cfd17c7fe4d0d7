"""One array per idea: the state of people and services, held in columns and read by Mesa agents that are views.

A class says what there is (`age = Column("f4", "years")`); its Table holds the arrays (`residents.age`). A view holds a
row and nothing else, so a hundred thousand people cost no objects until somebody asks for one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from weakref import WeakValueDictionary

import mesa
import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def distinct(codes: Array) -> list[int]:
    """Which codes there are among these, lowest first. Codes count from nought."""
    return np.flatnonzero(np.bincount(codes)).tolist() if len(codes) else []


class Column:
    """A value every row has: its type, unit, and codes where it is a list. On a view it reads and writes one row."""

    def __init__(self, dtype: str, unit: str = "", *, codes: Sequence[str] = (), slots: int = 1, start: float = 0):
        self.dtype, self.unit, self.codes, self.slots, self.start = np.dtype(dtype), unit, tuple(codes), slots, start
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, view: Any, owner: type | None = None) -> Any:
        if view is None:
            return self
        value = view.table.arrays[self.name][view.row]
        if self.slots > 1:
            return value
        return self.codes[int(value)] if self.codes else value.item()

    def __set__(self, view: Any, value: Any) -> None:
        if self.codes and isinstance(value, str):
            value = self.codes.index(value)
        view.table.arrays[self.name][view.row] = value

    def new(self, rows: int) -> Array:
        shape = rows if self.slots == 1 else (rows, self.slots)
        return np.full(shape, self.start, dtype=self.dtype)


class Link(Column):
    """The row of somebody or something else, -1 for nobody."""

    def __init__(self, unit: str = "", *, slots: int = 1):
        super().__init__("i4", unit, slots=slots, start=-1)


class View(mesa.Agent):
    """A Mesa agent that is a window on one row. Made on demand, never registered; its id is -1 - row."""

    table: Table
    row: int

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.row}>"


class Table:
    """All rows of one kind. `table.age` is the plain, writable, C-ordered array of the rows there are now."""

    def __init__(self, kind: type[View], rows: int, room: int | None = None, model: Any = None):
        self.kind, self.model = kind, model
        self.columns: dict[str, Column] = {
            name: c for base in reversed(kind.__mro__) for name, c in vars(base).items() if isinstance(c, Column)
        }
        clash = [name for name in self.columns if hasattr(Table, name)]
        if clash:
            raise TypeError(f"a column cannot be called {', '.join(clash)}: a table has its own")
        self.n = 0
        self._capacity = max(room or rows, rows, 1)
        self.store: dict[str, Array] = {name: c.new(self._capacity) for name, c in self.columns.items()}
        self.arrays: dict[str, Array] = {}
        self._views: WeakValueDictionary[int, View] = WeakValueDictionary()
        self._show(rows)

    def _show(self, n: int) -> None:
        self.n = n
        self.arrays = {name: whole[:n] for name, whole in self.store.items()}
        self.__dict__.update(self.arrays)

    def __getattr__(self, name: str) -> Any:  # only reached for names that are no column
        raise AttributeError(f"{type(self).__name__} has no column {name!r}")

    def __len__(self) -> int:
        return self.n

    def append(self, count: int, **values: Any) -> Array:
        """Add rows with these values (start values elsewhere); returns their row numbers."""
        first, last = self.n, self.n + count
        if last > self._capacity:
            self._capacity = max(last, self._capacity * 2)
            for name, column in self.columns.items():
                bigger = column.new(self._capacity)
                bigger[:self.n] = self.store[name][:self.n]
                self.store[name] = bigger
        for name, column in self.columns.items():
            self.store[name][first:last] = values.get(name, column.start)
        self._show(last)
        return np.arange(first, last, dtype=np.int32)

    def keep(self, mask: Array) -> None:
        """Drop every row outside the mask. Only for tables that nothing links to (placements)."""
        rows = np.flatnonzero(mask)
        for name in self.columns:
            self.store[name][:len(rows)] = self.store[name][:self.n][rows]
        self._views.clear()
        self._show(len(rows))

    def at(self, row: int) -> Any:
        """The person or place at this row, as a Mesa agent. The same object while somebody holds it."""
        row = int(row)
        if not 0 <= row < self.n:
            raise IndexError(f"there is no row {row} among {self.n}")
        view = self._views.get(row)
        if view is None:
            view = object.__new__(self.kind)
            view.table, view.row = self, row
            view.model, view.unique_id, view.pos = self.model, -1 - row, None
            self._views[row] = view
        return view

    def state(self) -> dict[str, Array]:
        """A copy of every column, for a fork."""
        return {name: whole[:self.n].copy() for name, whole in self.store.items()}

    def restore(self, state: Mapping[str, Array]) -> None:
        """Take up a state made by `state()`."""
        rows = len(next(iter(state.values())))
        self._capacity = max(self._capacity, rows)
        for name, column in self.columns.items():
            whole = column.new(self._capacity)
            whole[:rows] = state[name]
            self.store[name] = whole
        self._views.clear()
        self._show(rows)
