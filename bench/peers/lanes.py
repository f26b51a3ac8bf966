"""A contender running on a core of its own, asked for as long as one likes."""

import http.client
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import cycle
from statistics import quantiles
from time import monotonic
from typing import Final
from urllib.parse import urlsplit

from bench.harness import Contender, Request
from bench.peers.clients import Asking, ask
from bench.peers.contenders import PAGE
from bench.processes import cpu_seconds, family, memory, on_cores, running

# Of different people, over and over: a server meets the same ones again, as in life.
_REQUESTS: Final = 2000
# Half of what an access token lives.
_FRESH: Final = 300.0
_FEWEST: Final = 50


@dataclass(frozen=True)
class Figures:
    """What one contender took in one round: CPU and latency in milliseconds, memory in bytes."""

    cpu: float
    per_second: float
    p99: float
    memory: float


class Lane:
    """One server. `core` is the only one that it may run on, where there are several."""

    def __init__(self, contender: Contender, core: Sequence[int]) -> None:
        self.name = contender.name
        self._contender = contender
        self._core = core
        where = urlsplit(contender.url)
        assert where.port
        self._port, self._path = where.port, where.path
        self._stack = ExitStack()
        self._made = -_FRESH

    def __enter__(self) -> "Lane":
        with on_cores(self._core):
            self._server = self._stack.enter_context(
                running(self._contender.command, self._contender.environment, self._contender.ready_url)
            )
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def answer(self, number: int) -> bytes:
        """To the request of that number, which every contender is asked in its own way."""
        request = self._request(number)
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        connection.request("POST", self._path, request.body, self._headers(request))
        answer = connection.getresponse().read()
        connection.close()
        return answer

    def ask(self, requests: int) -> None:
        """So many, without measuring."""
        self._ask(lambda asking: len(asking.latencies) >= requests)

    def sample(self, seconds: float) -> Figures:
        """Asked for so many seconds, and longer where that would be too few requests."""
        server = family(self._server)
        before = cpu_seconds(server)
        asked = self._ask(lambda asking: asking.seconds >= seconds and len(asking.latencies) >= _FEWEST)
        took, answers = asked.seconds, len(asked.latencies)
        return Figures(
            1000 * (cpu_seconds(server) - before) / answers,
            answers / took,
            1000 * quantiles(asked.latencies, n=100, method="inclusive")[-1],
            self.memory,
        )

    @property
    def memory(self) -> int:
        return memory(family(self._server))

    def _ask(self, is_enough: Callable[[Asking], bool]) -> Asking:
        if monotonic() - self._made >= _FRESH:
            self._requests = self._rendered()
            self._made = monotonic()
        return ask(self._port, self._requests, is_enough)

    def _rendered(self) -> Iterator[bytes]:
        return cycle([self._render(self._request(number)) for number in range(_REQUESTS)])

    def _request(self, number: int) -> Request:
        return self._contender.requests[PAGE](number)

    def _render(self, request: Request) -> bytes:
        headers = self._headers(request) | {"content-length": str(len(request.body))}
        lines = [f"POST {self._path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        return "\r\n".join([*lines, "", ""]).encode() + request.body

    def _headers(self, request: Request) -> dict[str, str]:
        own = {"host": f"127.0.0.1:{self._port}", "accept": "application/json", "content-type": "application/json"}
        return own | dict(request.headers)
