"""Where a value stands in the answer, worked out only when somebody asks.

The executor handles whole columns: the values of one field for every parent of a level. A `Place` stands for such
a column; it knows how it came from the one above, and turns an index into steps when an error or a resolver wants
to know its path.
"""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple, Protocol, TypeAlias

from graphql.pyutils import Path


class Step(NamedTuple):
    """One step of a path; `order` sorts it among its siblings as the answer does."""

    order: int
    key: str | int
    is_nullable: bool
    # Of the object whose field it is; None for an item of a list.
    type_name: str | None


Trail: TypeAlias = tuple[Step, ...]


class Place(Protocol):
    def trail(self, index: int, /) -> Trail:
        """From the root to the value at `index` of the column."""


class Root:
    def trail(self, index: int, /) -> Trail:
        return ()


class FieldOf:
    """A field's values, one for each parent at `parents`."""

    __slots__ = ("_parents", "_step")

    def __init__(self, parents: Place, step: Step) -> None:
        self._parents = parents
        self._step = step

    def trail(self, index: int, /) -> Trail:
        return (*self._parents.trail(index), self._step)


class Some:
    """Those values of a column that are `kept`, which holds their indices in it."""

    __slots__ = ("_all", "_kept")

    def __init__(self, everything: Place, kept: Sequence[int]) -> None:
        self._all = everything
        self._kept = kept

    def trail(self, index: int, /) -> Trail:
        return self._all.trail(self._kept[index])


class Items:
    """The items of a column of lists, one list after the other; `lengths` are theirs."""

    __slots__ = ("_ends", "_is_nullable", "_lengths", "_lists")

    def __init__(self, lists: Place, lengths: Sequence[int], *, is_nullable: bool) -> None:
        self._lists = lists
        self._lengths = lengths
        self._ends: list[int] | None = None
        self._is_nullable = is_nullable

    def trail(self, index: int, /) -> Trail:
        if self._ends is None:
            self._ends = [*accumulate(self._lengths)]
        owner, item = owner_of(index, self._ends)
        return (*self._lists.trail(owner), Step(item, item, self._is_nullable, None))


def owner_of(index: int, ends: Sequence[int]) -> tuple[int, int]:
    """Which list an item of all lists belongs to, and its index there; `ends` are those of each list among all."""
    owner = bisect_right(ends, index)
    return owner, index - (ends[owner - 1] if owner else 0)


def path_of(trail: Trail) -> Path:
    """The same as graphql-core's path, which is never empty."""
    path: Path | None = None
    for step in trail:
        path = Path(path, step.key, step.type_name)
    assert path is not None
    return path
