"""Everything that holds items one after the other, and some that break on the way."""

from collections import deque
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

from tests.engine.execution.dice import Dice


class Paged:
    """Items that come one by one, without anything to close."""

    def __init__(self, items: Sequence[Any]) -> None:
        self._left = iter(items)

    def __aiter__(self) -> "Paged":
        return self

    async def __anext__(self) -> Any:
        for item in self._left:
            return item
        raise StopAsyncIteration


def made(items: list[Any], dice: Dice, *, once: bool, fails: bool, is_async: bool) -> Any:
    """A list of them, or something like one; if it `fails`, then after the last."""
    if is_async:
        return _trickling(items, fails) if fails or dice.happens(60) else Paged(items)
    if fails:
        return _breaking(items)
    if once and dice.happens(15):
        return iter(items)
    return dice.pick([list, list, list, tuple, deque])(items)


def _breaking(items: list[Any]) -> Iterator[Any]:
    yield from items
    raise ValueError("no more of them")


async def _trickling(items: list[Any], fails: bool) -> AsyncIterator[Any]:
    for item in items:
        yield item
    if fails:
        raise ValueError("no more to come")
