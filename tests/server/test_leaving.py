"""A client that goes away: PostgreSQL stops reading for it, and goes on writing."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import httpx
import pytest
from starlette.applications import Starlette
from starlette.types import Message

from db.models import Post
from tests.api.accounts import Rows
from tests.factories import Make
from tests.server.test_metering import POST, signed_in
from tests.servers import Addresses

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = $1 AND wait_event_type = 'Lock'"
Until = Callable[[int], Awaitable[None]]


@pytest.fixture
async def until(addresses: Addresses, database: str) -> AsyncIterator[Until]:
    """Waits until so many statements wait for a lock."""
    connection = await asyncpg.connect(addresses.superuser.format(database="postgres"))

    async def until(number: int) -> None:
        async with asyncio.timeout(20):
            while await connection.fetchval(WAITING, database) != number:  # noqa: ASYNC110 - only PostgreSQL knows
                await asyncio.sleep(0.01)

    yield until
    await connection.close()


async def leave(app: Starlette, query: str, headers: dict[str, str], gone: asyncio.Event) -> list[Message]:
    """A request whose client goes away when `gone` is set."""
    messages: list[Message] = [{"type": "http.request", "body": json.dumps({"query": query}).encode()}]
    sent: list[Message] = []

    async def receive() -> Message:
        if messages:
            return messages.pop()
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    given = {"host": "plaza.test", "content-type": "application/json", **headers}
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
        "client": ("127.0.0.1", 1),
        "server": ("plaza.test", 80),
    }
    await app(scope, receive, send)
    return sent


async def test_a_read_ends_with_its_client(
    app: Starlette, owner: asyncpg.Connection, until: Until, make: Make
) -> None:
    await make.user("ada")
    gone = asyncio.Event()
    async with owner.transaction():
        await owner.execute("LOCK TABLE users IN ACCESS EXCLUSIVE MODE")
        asking = asyncio.ensure_future(leave(app, '{ user(username: "ada") { id } }', {}, gone))
        await until(1)
        gone.set()
        await until(0)
        assert (await asking)[0]["status"] == 499


async def test_a_write_is_seen_through(
    app: Starlette, client: httpx.AsyncClient, owner: asyncpg.Connection, until: Until, make: Make, rows: Rows
) -> None:
    await make.user("ada")
    who = await signed_in(client)
    gone = asyncio.Event()
    async with owner.transaction():
        await owner.execute("LOCK TABLE posts IN ACCESS EXCLUSIVE MODE")
        asking = asyncio.ensure_future(leave(app, POST, who, gone))
        await until(1)
        gone.set()
        for _ in range(100):
            await asyncio.sleep(0)
        await until(1)
    await asking
    assert [post.text for post in await rows(Post)] == ["Hello"]
