"""Who asks in the same turn of the event loop is answered by one call."""

import asyncio
from collections.abc import Sequence

import pytest

from db.together import Together

Calls = list[Sequence[int]]


def doubling(calls: Calls) -> Together[int, int]:
    async def double(numbers: Sequence[int]) -> list[int]:
        calls.append(numbers)
        await asyncio.sleep(0)
        return [2 * number for number in numbers]

    return Together(double)


async def test_who_comes_together_is_answered_by_one_call_each_by_their_own() -> None:
    calls: Calls = []
    together = doubling(calls)
    assert await asyncio.gather(*map(together.get, [3, 1, 3])) == [6, 2, 6]
    assert await together.get(5) == 10
    assert calls == [[3, 1, 3], [5]]


async def test_a_crowd_is_answered_by_several_calls() -> None:
    calls: Calls = []
    together = doubling(calls)
    assert await asyncio.gather(*map(together.get, range(150))) == [2 * number for number in range(150)]
    assert [len(each) for each in calls] == [64, 64, 22]


async def test_who_leaves_before_the_call_is_not_asked_for() -> None:
    calls: Calls = []
    together = doubling(calls)
    staying, leaving = (asyncio.ensure_future(together.get(number)) for number in (1, 2))
    asyncio.get_running_loop().call_soon(leaving.cancel)
    assert await staying == 2
    assert calls == [[1]]


async def test_nobody_who_leaves_takes_the_answer_from_others() -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def same(numbers: Sequence[int]) -> Sequence[int]:
        begun.set()
        await go_on.wait()
        return numbers

    together = Together(same)
    leaving, staying = (asyncio.ensure_future(together.get(number)) for number in (1, 2))
    await begun.wait()
    leaving.cancel()
    go_on.set()
    assert await staying == 2
    with pytest.raises(asyncio.CancelledError):
        await leaving


async def test_what_the_call_raises_everybody_gets_who_asked() -> None:
    async def fail(_: Sequence[int]) -> list[int]:
        raise ConnectionResetError("lost")

    together = Together(fail)
    found = await asyncio.gather(together.get(1), together.get(2), return_exceptions=True)
    assert [type(each) for each in found] == [ConnectionResetError] * 2


async def test_too_few_answers_are_an_error_and_leave_nobody_waiting() -> None:
    async def forget_one(numbers: Sequence[int]) -> Sequence[int]:
        return numbers[1:]

    together = Together(forget_one)
    found = await asyncio.gather(together.get(1), together.get(2), return_exceptions=True)
    assert [type(each) for each in found] == [ValueError] * 2
