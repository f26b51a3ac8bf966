"""Asks once for all who ask in the same turn of the event loop: one statement, one command, for many requests."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

_MOST: Final = 64


class Together(Generic[K, V]):
    """`ask` gets at most 64 questions, in the order in which they came, and answers each of them.

    A server that is busy reads several requests in one turn, so the more there is to do, the less each of them
    costs. What `ask` raises, everybody gets who asked. It goes on when somebody no longer waits.
    """

    def __init__(self, ask: Callable[[Sequence[K]], Awaitable[Sequence[V]]]) -> None:
        self._ask = ask
        self._coming: list[tuple[K, asyncio.Future[V]]] = []
        self._running: set[asyncio.Task[None]] = set()

    def get(self, question: K) -> Awaitable[V]:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[V] = loop.create_future()
        if not self._coming:
            loop.call_soon(self._go)
        self._coming.append((question, answer))
        return answer

    def _go(self) -> None:
        coming, self._coming = self._coming, []
        for start in range(0, len(coming), _MOST):
            task = asyncio.ensure_future(self._answer(coming[start : start + _MOST]))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _answer(self, asked: Sequence[tuple[K, "asyncio.Future[V]"]]) -> None:
        waiting = [(question, future) for question, future in asked if not future.done()]
        if not waiting:
            return
        try:
            answers = await self._ask([question for question, _ in waiting])
            if len(answers) != len(waiting):
                raise ValueError(f"{len(waiting)} questions were answered with {len(answers)} answers")
        except BaseException as error:
            for _, future in waiting:
                if not future.done():
                    future.set_exception(error)
            if not isinstance(error, Exception):
                raise
            return
        for (_, future), answer in zip(waiting, answers, strict=True):
            if not future.done():
                future.set_result(answer)
