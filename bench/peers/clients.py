"""Clients that keep a connection each, and ask for the next page as soon as they have one."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import monotonic
from typing import Final, cast

import httptools
import uvloop

from bench.harness import WrongAnswer

CLIENTS: Final = 16


@dataclass
class Asking:
    """What the clients of one run share: where requests come from, and what became of them."""

    requests: Iterator[bytes]
    is_enough: Callable[["Asking"], bool]
    began: float = field(default_factory=monotonic)
    # Of each answer, in seconds.
    latencies: list[float] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        return monotonic() - self.began


def ask(port: int, requests: Iterator[bytes], is_enough: Callable[[Asking], bool]) -> Asking:
    """Until it is enough; raises `WrongAnswer` for the first that is none."""
    return uvloop.run(_ask(port, requests, is_enough))


async def _ask(port: int, requests: Iterator[bytes], is_enough: Callable[[Asking], bool]) -> Asking:
    asking = Asking(requests, is_enough)
    loop = asyncio.get_running_loop()
    clients = [
        (await loop.create_connection(lambda: _Client(asking), "127.0.0.1", port))[1] for _ in range(CLIENTS)
    ]
    try:
        await asyncio.gather(*(client.done for client in clients))
    finally:
        for client in clients:
            client.leave()
    return asking


class _Client(asyncio.Protocol):
    def __init__(self, asking: Asking) -> None:
        self.done = asyncio.get_running_loop().create_future()
        self._asking = asking

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by inheritance
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        self._answer += body

    def on_message_complete(self) -> None:
        self._asking.latencies.append(monotonic() - self._began)
        if self._parser.get_status_code() != 200 or b'"errors":' in self._answer:
            self._end(WrongAnswer(self._answer.decode(errors="replace")))
        elif self._asking.is_enough(self._asking):
            self._end()
        else:
            self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(exc or WrongAnswer("The connection was closed before the answer."))

    def leave(self) -> None:
        self._transport.close()

    def _ask(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._answer = b""
        self._began = monotonic()
        self._transport.write(next(self._asking.requests))

    def _end(self, error: Exception | None = None) -> None:
        if self.done.done():
            return
        if error is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(error)
        self.leave()
