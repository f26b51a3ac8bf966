"""Completion: a column of resolved values becomes a column of the answer, layer by layer of the field's type.

Each layer first looks at the types of all its values at once. Where all are plain it goes straight on; otherwise
values that are null, failed, or still to come are taken out, and the rest goes on alone. Lists are flattened, so
that the items of all lists of a level are one column; objects of one type are one level of its selection.
"""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Sequence
from itertools import chain
from types import CoroutineType
from typing import Any, Final, Protocol

from graphql import FieldNode, GraphQLError, GraphQLLeafType, GraphQLObjectType

from engine.execution.iterables import items_of, read_async
from engine.execution.kinds import GONE, PLAIN, is_nothing
from engine.execution.leaves import coercer, stays
from engine.execution.places import Items, Place, Some
from engine.execution.request import Request
from engine.execution.slots import InLists, InSome, Slot

_LISTS: Final = frozenset({list, tuple})
_all_plain: Final = PLAIN.hold_all
_all_coming: Final = frozenset({CoroutineType}).issuperset


class Completed(Protocol):
    """What completion needs of the field that it completes."""

    name: str
    nodes: list[FieldNode]
    parent_type: GraphQLObjectType


class Late:
    """Values of a column that are completed when they are there; the wait for them."""

    __slots__ = ("_complete", "_place", "_slot", "awaitables")

    is_batch = False

    def __init__(
        self,
        awaitables: Sequence[Awaitable[Any]],
        complete: Callable[[Request, Sequence[Any], Place, Slot], Sequence[Any]],
        place: Place,
        slot: Slot,
    ) -> None:
        self.awaitables = awaitables
        self._complete = complete
        self._place = place
        self._slot = slot

    def resume(self, request: Request, came: Sequence[Any], /) -> None:
        for index, value in enumerate(self._complete(request, came, self._place, self._slot)):
            self._slot.put(index, value)

    def positions(self, index: int, /) -> Iterable[tuple[Place, int]]:
        return [(self._place, index)]


class Layer(ABC):
    """One layer of a type, its `!` included."""

    def __init__(self, field: Completed, *, is_nullable: bool) -> None:
        self.field = field
        self.is_nullable = is_nullable

    def complete(self, request: Request, values: Sequence[Any], place: Place, slot: Slot) -> Sequence[Any]:
        """As long as `values`; what is still to come is None and is put into `slot` when it is there."""
        if not values:
            return values
        if _all_plain(map(type, values)):
            return self.plain_ones(request, values, place, slot)
        return self.others(request, values, place, slot)

    @abstractmethod
    def plain_ones(self, request: Request, values: Sequence[Any], place: Place, slot: Slot) -> Sequence[Any]:
        """As `complete`, of values that are there, not null and no exceptions."""

    def fail(self, request: Request, error: Exception, place: Place, index: int) -> None:
        request.fail(error, self.field.nodes, place, index)

    def others(self, request: Request, values: Sequence[Any], place: Place, slot: Slot) -> Sequence[Any]:
        """As `complete`, where not all are as plain."""
        if _all_coming(map(type, values)) and not request.is_sync:
            self._wait(request, values, place, slot)
            return [None] * len(values)
        plain, coming = self._told_apart(request, values, place)
        if len(plain) == len(values):
            return self.plain_ones(request, values, place, slot)
        if coming:
            self.wait(request, [values[index] for index in coming], coming, place, slot)
        return self.some(request, values, plain, place, slot) if plain else [None] * len(values)

    def _told_apart(
        self, request: Request, values: Sequence[Any], place: Place
    ) -> tuple[Sequence[int], Sequence[int]]:
        """Which ones are plain, and which are still to come; of the others, errors are errors by now."""
        plain: list[int] = []
        coming: list[int] = []
        for index, value in enumerate(values):
            if PLAIN.learn(value):
                plain.append(index)
            elif is_nothing(value):
                if not self.is_nullable:
                    self.fail(request, self._null(), place, index)
            elif isinstance(value, Exception):
                self.fail(request, value, place, index)
            elif value is not GONE:
                (plain if request.is_sync else coming).append(index)
        return plain, coming

    def some(
        self, request: Request, values: Sequence[Any], indices: Sequence[int], place: Place, slot: Slot
    ) -> Sequence[Any]:
        """The plain ones at these indices completed, and None for the others."""
        completed: list[Any] = [None] * len(values)
        chosen = [values[index] for index in indices]
        done = self.plain_ones(request, chosen, Some(place, indices), InSome(slot, indices))
        for index, value in zip(indices, done, strict=True):
            completed[index] = value
        return completed

    def wait(
        self, request: Request, coming: Sequence[Awaitable[Any]], indices: Sequence[int], place: Place, slot: Slot
    ) -> None:
        """Complete these when they are there; `indices` are theirs in the column."""
        self._wait(request, coming, Some(place, indices), InSome(slot, indices))

    def _wait(self, request: Request, coming: Sequence[Awaitable[Any]], place: Place, slot: Slot) -> None:
        request.waits.append(Late(coming, self.complete, place, slot))

    def _null(self) -> TypeError:
        field = self.field
        return TypeError(f"Cannot return null for non-nullable field {field.parent_type}.{field.name}.")


class Leaf(Layer):
    def __init__(self, field: Completed, leaf: GraphQLLeafType, *, is_nullable: bool) -> None:
        super().__init__(field, is_nullable=is_nullable)
        self._stays = stays(leaf)
        self._coerce = coercer(leaf)

    def complete(self, request: Request, values: Sequence[Any], place: Place, slot: Slot) -> Sequence[Any]:
        return values if self._stays(values) else super().complete(request, values, place, slot)

    def plain_ones(self, request: Request, values: Sequence[Any], place: Place, slot: Slot) -> Sequence[Any]:
        if self._stays(values):
            return values
        coerce, completed = self._coerce, []
        for index, value in enumerate(values):
            try:
                completed.append(coerce(value))
            except Exception as error:
                completed.append(None)
                self.fail(request, error, place, index)
        return completed


class ListOf(Layer):
    def __init__(self, field: Completed, item: Layer, *, is_nullable: bool) -> None:
        super().__init__(field, is_nullable=is_nullable)
        self.item = item
        self._stops_at = None if item.is_nullable else _is_fatal

    def plain_ones(self, request: Request, values: Sequence[Any], place: Place, slot: Slot) -> Sequence[Any]:
        if not _LISTS.issuperset(map(type, values)):
            values, found = self._read(request, values, place, slot)
            if len(found) < len(values):
                return self.some(request, values, found, place, slot)
        lengths = [*map(len, values)]
        into = InLists()
        # Never the resolver's own list, which may change while something is waited for.
        items = [*chain.from_iterable(values)]
        there = Items(place, lengths, is_nullable=self.item.is_nullable)
        done = self.item.complete(request, items, there, into)
        completed, end = [], 0
        for length in lengths:
            completed.append(list(done[end : end + length]))
            end += length
        into.lists = completed
        return completed

    def _read(
        self, request: Request, values: Sequence[Any], place: Place, slot: Slot
    ) -> tuple[Sequence[Any], Sequence[int]]:
        """The lists that could be read, and which ones they are."""
        lists: list[Any] = []
        found: list[int] = []
        for index, value in enumerate(values):
            lists.append(None)
            try:
                if request.is_async_iterable(value) and not request.is_sync:
                    self.wait(request, [read_async(value, self._stops_at)], [index], place, slot)
                    continue
                lists[index] = items_of(value)
            except Exception as error:
                self.fail(request, error, place, index)
                continue
            if lists[index] is None:
                self.fail(request, self._no_list(), place, index)
            else:
                found.append(index)
        return lists, found

    def _no_list(self) -> GraphQLError:
        field = self.field
        return GraphQLError(
            f"Expected Iterable, but did not find one for field '{field.parent_type}.{field.name}'."
        )


def _is_fatal(item: Any) -> bool:
    """Would such an item make a list of `!` items null at once?"""
    return is_nothing(item) or isinstance(item, Exception)
