"""Lists that are no lists yet: iterables, which are read to their end, and asynchronous ones, as far as needed."""

from collections.abc import AsyncIterable, Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any

from graphql.pyutils import is_iterable

from engine.execution.background import settle


def items_of(value: Any) -> Sequence[Any] | None:
    """The items of an iterable; None for what is none. A string or a mapping is none."""
    if type(value) is list or type(value) is tuple:
        return value
    return _read(value) if is_iterable(value) else None


async def read_async(items: AsyncIterable[Any], stops_at: Callable[[Any], bool] | None) -> list[Any]:
    """Every item, up to the first that `stops_at`; an iterable that is left early is closed."""
    found: list[Any] = []
    iterator = aiter(items)
    try:
        async for item in iterator:
            found.append(item)
            if stops_at is not None and stops_at(item):
                await _closed(iterator)
                break
    except BaseException:  # a request that is given up closes what it reads as well
        await _closed(iterator)
        settle(found)
        raise
    return found


def _read(iterable: Iterable[Any]) -> list[Any]:
    found: list[Any] = []
    iterator = iter(iterable)
    try:
        found.extend(iterator)
    except Exception:
        # What is still in it may be waiting to be awaited.
        with suppress(Exception):
            found.extend(iterator)
        settle(found)
        raise
    return found


async def _closed(iterator: Any) -> None:
    close = getattr(iterator, "aclose", None)
    if close is not None:
        with suppress(Exception):
            await close()
