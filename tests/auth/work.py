"""Work for the threads that hash, which ends when a test says so."""

import asyncio
import threading


class Work:
    def __init__(self) -> None:
        self.may_end = threading.Event()
        self._begun: list[int] = []  # appending is safe from several threads, adding up is not

    @property
    def runs(self) -> int:
        return len(self._begun)

    async def begin(self, runs: int) -> None:
        """Until it has begun so many times."""
        async with asyncio.timeout(60):
            while self.runs < runs:  # noqa: ASYNC110 - the event is in another thread
                await asyncio.sleep(0.001)

    def __call__(self) -> str:
        self._begun.append(threading.get_native_id())
        assert self.may_end.wait(20)
        return "done"
