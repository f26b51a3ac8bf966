"""A deadline ends what runs in its task and nothing else, and leaves no trace of itself."""

import asyncio

import pytest
from starlette.types import Message, Receive

from engine.deadlines import Deadline, Lookout
from engine.refusals import Refusal, bad_http


def late() -> Refusal:
    return bad_http("late", 504)


async def stays() -> Message:
    await asyncio.Event().wait()
    raise AssertionError


async def leaves() -> Message:
    return {"type": "http.disconnect"}


async def breaks() -> Message:
    raise OSError("the socket is broken")


def tries_of(task: "asyncio.Task[object] | None") -> int:
    assert task is not None
    return task.cancelling()


async def test_what_is_in_time_is_left_alone() -> None:
    with Deadline(0.02, late):
        await asyncio.sleep(0)
    await asyncio.sleep(0.05)


async def test_what_is_late_is_cancelled_and_the_task_goes_on() -> None:
    with pytest.raises(Refusal, match="late"), Deadline(0, late):
        await asyncio.Event().wait()
    assert tries_of(asyncio.current_task()) == 0
    await asyncio.sleep(0)


async def test_what_takes_a_cancellation_for_its_own_is_cancelled_again() -> None:
    cancelled = 0

    async def stubborn() -> None:
        nonlocal cancelled
        while cancelled < 3:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                cancelled += 1

    with pytest.raises(Refusal, match="late"), Deadline(0, late):
        await stubborn()
    assert (cancelled, tries_of(asyncio.current_task())) == (3, 0)


async def test_an_error_on_the_way_out_is_no_other_answer() -> None:
    async def clumsy() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            raise KeyError("while cleaning up")

    with pytest.raises(Refusal, match="late"), Deadline(0, late):
        await clumsy()


async def test_an_error_in_time_is_its_own() -> None:
    with pytest.raises(KeyError), Deadline(60, late):
        raise KeyError


@pytest.mark.parametrize("seconds", [0, 60])
async def test_whoever_else_cancels_the_task_ends_it(seconds: float) -> None:
    async def work() -> None:
        with Deadline(seconds, late):
            try:
                await asyncio.Event().wait()
            finally:
                await asyncio.sleep(0.02)

    task = asyncio.ensure_future(work())
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert task.cancelled()


@pytest.mark.parametrize("receive", [leaves, breaks])
async def test_who_is_gone_ends_it_once_it_takes_a_while(receive: Receive) -> None:
    begun = asyncio.get_running_loop().time()
    with pytest.raises(Refusal) as refused, Lookout(60, late, receive):
        await asyncio.Event().wait()
    assert refused.value.status == 499
    assert asyncio.get_running_loop().time() - begun >= 0.04


async def test_who_stays_is_told_that_it_was_too_much() -> None:
    before = asyncio.all_tasks()
    with pytest.raises(Refusal, match="late"), Lookout(0.06, late, stays):
        await asyncio.Event().wait()
    await asyncio.sleep(0)
    assert asyncio.all_tasks() <= before


async def test_who_leaves_as_the_answer_comes_ends_nothing_after_it() -> None:
    both = asyncio.Event()

    async def leaves_then() -> Message:
        await both.wait()
        return {"type": "http.disconnect"}

    asyncio.get_running_loop().call_later(0.07, both.set)
    with Lookout(60, late, leaves_then):
        await both.wait()
        await asyncio.sleep(0)  # by now it is known that they left, and nobody was told yet
    await asyncio.sleep(0.15)
    assert tries_of(asyncio.current_task()) == 0
