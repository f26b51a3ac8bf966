"""Batches: calls for all parents of a level, those of the same pass and the same function made as one."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from engine.execution.kinds import is_awaitable
from engine.execution.places import Place
from engine.execution.request import Batch, Request, Wait


def call_batches(request: Request) -> None:
    """Calls those that came up; what answers at once goes on at once."""
    while request.batches:
        batches, request.batches = request.batches, []
        if len(batches) == 1:
            _call(request, batches)
            continue
        groups: dict[object, list[Batch]] = {}
        for batch in batches:
            groups.setdefault(batch if batch.key is None else batch.key, []).append(batch)
        for group in groups.values():
            _call(request, group)


def _call(request: Request, group: Sequence[Batch]) -> None:
    first = group[0]
    # Its own list, with which the function may do as it likes.
    parents = [*first.parents] if len(group) == 1 else [each for batch in group for each in batch.parents]
    count = len(parents)

    def resume(came: Sequence[Any]) -> None:
        values = _one_each(came[0], count)
        if len(group) == 1:
            first.field.complete(request, values, first.place, first.rows)
            return
        rest = iter(values)
        for batch in group:
            batch.field.complete(request, [*islice(rest, len(batch.parents))], batch.place, batch.rows)

    def positions(_: int) -> Sequence[tuple[Place, int]]:
        return [(batch.place, index) for batch in group for index in range(len(batch.parents))]

    try:
        found = first.field.ask(request, parents, first.place, first.given)
    except Exception as error:
        found = error
    if is_awaitable(found) and not request.is_sync:
        request.waits.append(Wait([found], resume, positions, is_batch=True))
    else:
        resume([found])


def _one_each(found: Any, count: int) -> Sequence[Any]:
    try:
        values = list(found if type(found) is list else _iterable(found))
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
