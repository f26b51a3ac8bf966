"""Contenders measured in interleaved rounds: what each of their operations costs, and how long it takes.

Rounds alternate, so that whatever else the machine does falls on all alike; medians over the rounds drop what
falls on one. A contender is anything that listens on HTTP: two networks, a switch on and off, another server.
"""

import http.client
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import median, quantiles
from time import monotonic
from typing import Final
from urllib.parse import urlsplit

import psutil

from bench.processes import cores, cpu_seconds, family, keep_off_last_core, on_cores, running

ROUNDS: Final = 7
SECONDS: Final = 0.6
FIGURES: Final = ("cpu", "database_cpu", "p50", "p95")
# So many that the caches of connections and plans are as in a long life: PostgreSQL decides for a generic plan
# at the sixth run of a statement on a connection.
_WARMING = 24
# Of a round, on a machine so slow that the time would be over before.
_FEWEST = 15


@dataclass(frozen=True)
class Request:
    """One POST, and how to tell that its answer is the one asked for."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Contender:
    """A server to be started, and by operation its n-th request; each n is asked for once."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    url: str
    ready_url: str
    requests: Mapping[str, Callable[[int], Request]]
    # Why an answer is not the one asked for, or `None`.
    refusal: Callable[[bytes], str | None]
    # A database's own process, to be measured beside the server's.
    database: psutil.Process | None = None


@dataclass(frozen=True)
class Sample:
    """One operation of one contender in one round: per request, in milliseconds."""

    contender: str
    operation: str
    cpu: float
    database_cpu: float
    p50: float
    p95: float


class WrongAnswer(Exception):
    """What was measured would not have been the work."""


def measure(
    contenders: Sequence[Contender],
    *,
    rounds: int = ROUNDS,
    seconds: float = SECONDS,
    progress: Callable[[str], None] = lambda _: None,
) -> list[Sample]:
    """Samples of every operation, `rounds` of each; the client keeps to a core of its own.

    Raises `WrongAnswer` as soon as a server refuses anything.
    """
    samples: list[Sample] = []
    with ExitStack() as stack:
        lanes = [stack.enter_context(Lane(contender)) for contender in contenders]
        stack.enter_context(on_cores(cores()[-1:]))
        for lane in lanes:
            progress(f"warming {lane.contender.name}")
            lane.warm()
        for number in range(rounds):
            progress(f"round {number + 1} of {rounds}")
            for operation in contenders[0].requests:
                # Whoever goes first in one round goes last in the next.
                order = lanes if number % 2 == 0 else lanes[::-1]
                samples += [lane.sample(operation, seconds) for lane in order]
    return samples


def medians(samples: Sequence[Sample]) -> dict[tuple[str, str], Sample]:
    """By operation and contender, the median of each figure over the rounds."""
    groups: dict[tuple[str, str], list[Sample]] = {}
    for sample in samples:
        groups.setdefault((sample.operation, sample.contender), []).append(sample)
    return {
        (operation, contender): Sample(
            contender,
            operation,
            *(median(getattr(sample, figure) for sample in group) for figure in FIGURES),
        )
        for (operation, contender), group in groups.items()
    }


def p95(values: Sequence[float]) -> float:
    """The value that one in twenty exceeds."""
    return quantiles(values, n=20, method="inclusive")[-1] if len(values) > 1 else values[0]


class Lane:
    """One contender running, with a connection to it."""

    def __init__(self, contender: Contender) -> None:
        self.contender = contender
        self._asked = dict.fromkeys(contender.requests, 0)
        self._path = urlsplit(contender.url).path
        self._stack = ExitStack()

    def __enter__(self) -> "Lane":
        where = urlsplit(self.contender.url)
        assert where.hostname
        with ExitStack() as stack:
            server = stack.enter_context(
                running(self.contender.command, self.contender.environment, self.contender.ready_url)
            )
            for process in family(server):
                keep_off_last_core(process)
            self._server = server
            self._connection = http.client.HTTPConnection(where.hostname, where.port, timeout=30)
            stack.callback(self._connection.close)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def warm(self) -> None:
        for operation in self.contender.requests:
            for _ in range(_WARMING):
                self._ask(operation)

    def sample(self, operation: str, seconds: float) -> Sample:
        """One request after another for so many seconds, and longer where that would be too few of them."""
        # Opened anew: while the others had their turn, the server gave up on the idle connection.
        self._connection.close()
        server = family(self._server)
        database = family(self.contender.database) if self.contender.database else []
        before, before_database = cpu_seconds(server), cpu_seconds(database)
        began, latencies = monotonic(), list[float]()
        while monotonic() - began < seconds or len(latencies) < _FEWEST:
            latencies.append(self._ask(operation))
        count = len(latencies)
        return Sample(
            self.contender.name,
            operation,
            1000 * (cpu_seconds(server) - before) / count,
            1000 * (cpu_seconds(database) - before_database) / count,
            1000 * median(latencies),
            1000 * p95(latencies),
        )

    def _ask(self, operation: str) -> float:
        number = self._asked[operation]
        self._asked[operation] += 1
        request = self.contender.requests[operation](number)
        headers = {"content-type": "application/json", **request.headers}
        began = monotonic()
        self._connection.request("POST", self._path, request.body, headers)
        answer = self._connection.getresponse().read()
        took = monotonic() - began
        refused = self.contender.refusal(answer)
        if refused is not None:
            raise WrongAnswer(f"{self.contender.name}, {operation}: {refused}")
        return took
