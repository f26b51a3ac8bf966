"""A hundred people who sign in at once, while others go on reading their feeds at sixty requests a second."""

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from time import monotonic
from typing import Final
from urllib.parse import urlsplit

import asyncpg
import orjson

from bench.harness import Contender, Request, p95
from bench.networks import copy_of, say, stores
from bench.operations import OPERATIONS, Variables, body
from bench.plaza import plaza
from bench.processes import ROOT, running
from bench.readers import address
from server.demo import DEMO_PASSWORD, DEMO_USERNAME

LOGINS: Final = 100
FEEDS: Final = 60  # a second
SECONDS: Final = 10.0
_WARMING: Final = 3.0
_PATIENCE: Final = 10.0
_END: Final = 60.0  # seconds after which nobody tries again
_OTHER_ADDRESSES: Final = 1 << 17
_HOT = {each.name: each for each in OPERATIONS}
# Everybody has the demonstration person's password, and an address at which nobody reads.
_PASSWORDS = """
INSERT INTO credentials (user_id, email, password_hash)
SELECT users.id, users.username || '@storm.example', password_hash
FROM users, credentials JOIN users AS demo ON demo.id = user_id
WHERE demo.username = $1 AND users.id NOT IN (SELECT user_id FROM credentials) AND users.status = 'ACTIVE'
ORDER BY users.id LIMIT $2 RETURNING user_id
"""


@dataclass(frozen=True)
class Answer:
    """What came, after how many seconds; `code` is empty where nothing was refused."""

    seconds: float
    code: str
    retry_after: str | None


@dataclass
class Figures:
    """Feeds before the storm, beside a process that only hashes, and from the first login to the last success.

    Of each login the answers in order.
    """

    quiet: list[Answer] = field(default_factory=list)
    beside: list[Answer] = field(default_factory=list)
    stormy: list[Answer] = field(default_factory=list)
    logins: list[list[Answer]] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def quiet_p95(self) -> float:
        return _p95(self.quiet)

    @property
    def beside_p95(self) -> float:
        """What this machine does to a server when something else hashes: nothing of it is the server's doing."""
        return _p95(self.beside)

    @property
    def stormy_p95(self) -> float:
        return _p95(self.stormy)

    @property
    def refused_feeds(self) -> Counter[str]:
        return Counter(answer.code for answer in [*self.quiet, *self.beside, *self.stormy] if answer.code)

    @property
    def first_answers(self) -> Counter[str]:
        return Counter(answers[0].code or "signed in" for answers in self.logins)

    @property
    def wrong_logins(self) -> list[Answer]:
        """Answers that are neither a success nor a `RATE_LIMITED` which says when to come again."""
        answers = [answer for each in self.logins for answer in each]
        return [each for each in answers if each.code and not (each.code == "RATE_LIMITED" and each.retry_after)]


def measured(people: int) -> Figures:
    """A `plaza serve` of one process on a fresh copy of a network; PostgreSQL and the crowd share its machine."""
    with stores() as servers:
        network = copy_of(servers, people)
        names = asyncio.run(_with_passwords(network.owner_url))
        server = plaza("Plaza", network, operations=[_HOT["home_feed"]])
        say("Starting a Plaza on it ...")
        with running(server.command, server.environment, server.ready_url):
            return asyncio.run(_storm(server, names))


async def _with_passwords(owner_url: str) -> list[str]:
    connection = await asyncpg.connect(owner_url)
    try:
        ids = [row["user_id"] for row in await connection.fetch(_PASSWORDS, DEMO_USERNAME, LOGINS)]
        names = await connection.fetch("SELECT username FROM users WHERE id = ANY($1)", ids)
    finally:
        await connection.close()
    assert len(names) == LOGINS, f"a network of only {len(names)} people"
    return [row["username"] for row in names]


async def _storm(server: Contender, names: Sequence[str]) -> Figures:
    figures, numbers = Figures(), count()

    async def feed() -> Answer:
        return await _ask(server.url, server.requests["home_feed"](next(numbers)))

    await _at_a_pace(feed, _for(_WARMING))
    figures.quiet = await _at_a_pace(feed, _for(SECONDS))
    async with _something_hashing():
        figures.beside = await _at_a_pace(feed, _for(SECONDS))
    began = monotonic()
    signing_in = asyncio.gather(*(_signed_in(server.url, name, number) for number, name in enumerate(names)))
    figures.stormy = await _at_a_pace(feed, lambda _: not signing_in.done())
    figures.logins, figures.seconds = await signing_in, monotonic() - began
    return figures


@asynccontextmanager
async def _something_hashing() -> AsyncIterator[None]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.hashing", cwd=ROOT, stdin=DEVNULL, stdout=PIPE
    )
    try:
        assert process.stdout is not None
        await process.stdout.readline()
        yield
    finally:
        process.kill()
        await process.wait()


def _for(seconds: float) -> Callable[[float], bool]:
    return lambda began: monotonic() - began < seconds


async def _at_a_pace(ask: Callable[[], Awaitable[Answer]], goes_on: Callable[[float], bool]) -> list[Answer]:
    """Asked at its times, however long the answers take."""
    began, asked = monotonic(), list[asyncio.Future[Answer]]()
    while goes_on(began):
        asked.append(asyncio.ensure_future(ask()))
        await asyncio.sleep(max(began + len(asked) / FEEDS - monotonic(), 0))
    return await asyncio.gather(*asked)


async def _signed_in(url: str, name: str, number: int) -> list[Answer]:
    """Tries until it is signed in, and waits as long as it is told to in between."""
    variables: Variables = {"name": name, "password": DEMO_PASSWORD}
    request = Request(body(_HOT["login"].text, variables), {"x-forwarded-for": address(_OTHER_ADDRESSES + number)})
    began, answers = monotonic(), [await _ask(url, request)]
    while answers[-1].retry_after and monotonic() - began < _END:
        await asyncio.sleep(int(answers[-1].retry_after))
        answers.append(await _ask(url, request))
    return answers


async def _ask(url: str, request: Request) -> Answer:
    """One request on a connection of its own, with as little work for this process as may be."""
    where = urlsplit(url)
    lines = {
        "host": where.netloc,
        "connection": "close",
        "content-type": "application/json",
        "content-length": str(len(request.body)),
        **request.headers,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    message = f"POST {where.path} HTTP/1.1\r\n{head}\r\n".encode() + request.body
    began = monotonic()
    try:
        async with asyncio.timeout(_PATIENCE):
            answer = await _exchanged(where.hostname, where.port, message)
    except (TimeoutError, OSError) as error:
        return Answer(monotonic() - began, type(error).__name__, None)
    seconds = monotonic() - began
    told, _, sent = answer.partition(b"\r\n\r\n")
    headers = dict(line.lower().split(": ", 1) for line in told.decode().splitlines()[1:])
    errors = orjson.loads(sent).get("errors")
    return Answer(seconds, errors[0]["extensions"]["code"] if errors else "", headers.get("retry-after"))


async def _exchanged(host: str | None, port: int | None, message: bytes) -> bytes:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(message)
        return await reader.read()
    finally:
        writer.close()


def _p95(answers: Sequence[Answer]) -> float:
    return 1000 * p95([answer.seconds for answer in answers])
