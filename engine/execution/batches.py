"""Batches: calls for all parents of a level, those of the same pass and the same function made as one."""

from collections.abc import Awaitable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, Protocol

from engine.execution.kinds import is_awaitable
from engine.execution.places import Place
from engine.execution.request import Request


class Asking(Protocol):
    """A field whose resolver takes all parents."""

    def ask(self, request: Request, parents: Sequence[Any], place: Place, given: Mapping[str, Any], /) -> Any: ...

    def complete(
        self, request: Request, values: Sequence[Any], here: Place, rows: Sequence[dict[str, Any]], /
    ) -> None: ...


class Batch:
    """A call for all parents of a level, whose rows take a value or an exception for each; then the wait for it.

    Those of equal `key` that come up in the same pass are made as one. A key of None is never merged.
    """

    __slots__ = ("awaitables", "field", "given", "key", "parents", "place", "rows")

    is_batch = True

    def __init__(
        self,
        key: object,
        field: Asking,
        given: Mapping[str, Any],
        parents: Sequence[Any],
        place: Place,
        rows: Sequence[dict[str, Any]],
    ) -> None:
        self.key = key
        self.field = field
        self.given = given
        self.parents = parents
        self.place = place
        self.rows = rows
        self.awaitables: Sequence[Awaitable[Any]] = ()

    def call(self, request: Request) -> None:
        found = self.ask(request)
        if is_awaitable(found) and not request.is_sync:
            self.awaitables = (found,)
            request.waits.append(self)
        else:
            self.resume(request, (found,))

    def ask(self, request: Request) -> Any:
        """What its function gives, or the exception that it raised."""
        try:
            # With a list of its own, with which the function may do as it likes.
            return self.field.ask(request, [*self.parents], self.place, self.given)
        except Exception as error:
            return error

    def resume(self, request: Request, came: Sequence[Any], /) -> None:
        (found,) = came
        if type(found) is list and len(found) == len(self.parents):
            values: Sequence[Any] = [*found]  # the function may go on with its own
        else:
            values = _one_each(found, len(self.parents))
        self.field.complete(request, values, self.place, self.rows)

    def positions(self, index: int, /) -> Iterable[tuple[Place, int]]:
        return [(self.place, at) for at in range(len(self.parents))]


class _Merged(Batch):
    """Several equal ones."""

    __slots__ = ("_parts",)

    def __init__(self, parts: Sequence[Batch]) -> None:
        first = parts[0]
        parents = [each for part in parts for each in part.parents]
        super().__init__(first.key, first.field, first.given, parents, first.place, ())
        self._parts = parts

    def resume(self, request: Request, came: Sequence[Any], /) -> None:
        values = iter(_one_each(came[0], len(self.parents)))
        for part in self._parts:
            part.field.complete(request, [*islice(values, len(part.parents))], part.place, part.rows)

    def positions(self, index: int, /) -> Iterable[tuple[Place, int]]:
        return [position for part in self._parts for position in part.positions(index)]


def call_batches(request: Request) -> None:
    """Calls those that came up; what answers at once goes on at once."""
    while request.batches:
        for batch in taken_batches(request):
            batch.call(request)


def taken_batches(request: Request) -> Iterable[Batch]:
    """Those that came up, equal ones as one; the request has them no longer."""
    batches, request.batches = request.batches, []
    groups: dict[object, list[Batch]] = {}
    for batch in batches:
        groups.setdefault(batch if batch.key is None else batch.key, []).append(batch)
    if len(groups) == len(batches):
        return batches
    return [group[0] if len(group) == 1 else _Merged(group) for group in groups.values()]


def _one_each(found: Any, count: int) -> Sequence[Any]:
    try:
        values = list(_iterable(found))
        if len(values) != count:
            raise ValueError(f"A batch of {count} parents was answered with {len(values)} values.")
    except Exception as error:
        return [error] * count
    return values


def _iterable(found: Any) -> Any:
    if isinstance(found, Exception):
        raise found
    if isinstance(found, str | bytes | Mapping):
        raise TypeError(f"A batch was answered with {type(found).__name__} and not with a list of values.")
    return found
