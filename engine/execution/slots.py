"""Where values go that come late: one at a time, into containers that are in the answer already."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Any, Protocol

from engine.execution.places import owner_of


class Slot(Protocol):
    def put(self, index: int, value: Any, /) -> None:
        """`value` for the index-th value of the column."""


class InRows:
    """A field's values, each in its parent's dict."""

    __slots__ = ("_key", "_rows")

    def __init__(self, rows: Sequence[dict[str, Any]], key: str) -> None:
        self._rows = rows
        self._key = key

    def put(self, index: int, value: Any, /) -> None:
        self._rows[index][self._key] = value


class InSome:
    """Values of which only some were asked again."""

    __slots__ = ("_all", "_kept")

    def __init__(self, everything: Slot, kept: Sequence[int]) -> None:
        self._all = everything
        self._kept = kept

    def put(self, index: int, value: Any, /) -> None:
        self._all.put(self._kept[index], value)


class InLists:
    """Items of a column of lists, which are there by the time that an item comes late."""

    __slots__ = ("_ends", "lists")

    def __init__(self) -> None:
        self.lists: Sequence[list[Any]] = ()
        self._ends: list[int] | None = None

    def put(self, index: int, value: Any, /) -> None:
        if self._ends is None:
            self._ends = [*accumulate(map(len, self.lists))]
        owner, item = owner_of(index, self._ends)
        self.lists[owner][item] = value
