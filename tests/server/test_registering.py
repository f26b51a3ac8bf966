"""Automatic operations over HTTP, as a crowd, an intruder in Redis, a new schema and an outage meet them."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from redis.asyncio import Redis
from starlette.applications import Starlette

from db.registrations import REGISTRATIONS
from engine.documents import Documents, sha256_of
from schema.context import Services
from schema.root import schema
from server.app import create_app
from server.settings import Settings
from tests.server.persisted import ANSWER, LIMITS, automatic, codes, trusting
from tests.servers import PATIENT
from tests.valkeys import Server

NOT_FOUND = ["PERSISTED_QUERY_NOT_FOUND"]
VERSION = "query Version { serverInfo { version } }"
KEY = f"operation:{schema.fingerprint}:{sha256_of(LIMITS)}"


@asynccontextmanager
async def another_process(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Starlette]:
    """One that has read no text yet."""
    monkeypatch.setattr(schema, "documents", Documents(schema.types))
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        yield app


def client_at(app: Starlette, ip: str = "192.0.2.1") -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, client=(ip, 1))
    return httpx.AsyncClient(transport=transport, base_url="http://plaza.test")


async def ask(app: Starlette, body: dict[str, Any], ip: str = "192.0.2.1") -> httpx.Response:
    async with client_at(app, ip) as client:
        return await client.post("/graphql", json=body)


async def kept(redis: Redis) -> int:
    return len(await redis.keys("operation:*"))


@pytest.mark.usefixtures("no_time_passes")
@pytest.mark.parametrize(
    ("flood", "others"),
    [
        (["192.0.2.1"], ["192.0.2.2", "2001:db8::1"]),
        ([f"2001:db8:0:1::{number:x}" for number in range(1, 51)], ["2001:db8:0:2::1", "192.0.2.1"]),
    ],
)
async def test_the_flood_of_one_address_keeps_its_quota_and_nobody_else_from_registering(
    settings: Settings, services: Services, monkeypatch: pytest.MonkeyPatch, flood: list[str], others: list[str]
) -> None:
    redis = services.stores.redis
    async with another_process(settings, monkeypatch) as app:
        for begin in (0, 50):
            bodies = [automatic(f"{VERSION} # {begin + number}", with_text=True) for number in range(50)]
            answers = await asyncio.gather(
                *(ask(app, body, flood[number % len(flood)]) for number, body in enumerate(bodies))
            )
            assert [codes(answer) for answer in answers] == [[]] * 50
        assert await kept(redis) == REGISTRATIONS.count
        for ip in others:
            assert codes(await ask(app, automatic(f"{VERSION} # {ip}", with_text=True), ip)) == []
        assert await kept(redis) == REGISTRATIONS.count + len(others)


@pytest.mark.parametrize(
    "poison", [VERSION, "mutation { logout(input: {}) { __typename } }", LIMITS + " ", "\udcff"]
)
async def test_a_poisoned_entry_is_not_executed_and_is_replaced(
    settings: Settings, services: Services, monkeypatch: pytest.MonkeyPatch, poison: str
) -> None:
    redis = services.stores.redis
    await redis.set(KEY, poison.encode(errors="surrogateescape"))
    async with another_process(settings, monkeypatch) as app:
        refused = await ask(app, automatic(LIMITS))
        assert (codes(refused), "data" in refused.json()) == (NOT_FOUND, False)
        assert schema.documents.parsed == 0
        assert (await ask(app, automatic(LIMITS, with_text=True))).json() == ANSWER
    assert await redis.get(KEY) == LIMITS.encode()
    async with another_process(settings, monkeypatch) as app:
        assert (await ask(app, automatic(LIMITS))).json() == ANSWER


async def test_texts_that_were_registered_for_another_schema_are_not_read(
    settings: Settings, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with another_process(settings, monkeypatch) as app:
        assert (await ask(app, automatic(LIMITS, with_text=True))).json() == ANSWER
    with monkeypatch.context() as changed:
        changed.setitem(vars(schema), "fingerprint", "another")
        async with another_process(settings, changed) as app:
            assert codes(await ask(app, automatic(LIMITS))) == NOT_FOUND
            assert (await ask(app, automatic(LIMITS, with_text=True))).json() == ANSWER
    assert await kept(services.stores.redis) == 2


@pytest.mark.parametrize("outage", [Server.freeze, Server.stop])
async def test_without_redis_a_hash_is_a_miss_at_once_and_everything_is_answered(
    settings: Settings, services: Services, server: Server, monkeypatch: pytest.MonkeyPatch, outage: Any
) -> None:
    await trusting(services.stores, {"version": VERSION})
    there = settings.model_copy(update={"redis_url": SecretStr(f"{server.url}?{PATIENT}")})
    async with another_process(there, monkeypatch) as app:
        assert (await ask(app, automatic(LIMITS, with_text=True))).json() == ANSWER
    hasty = settings.model_copy(update={"redis_url": SecretStr(server.url)})
    async with another_process(hasty, monkeypatch) as app:
        outage(server)
        waits = []
        for _ in range(8):
            begun = time.perf_counter()
            assert codes(await ask(app, automatic(LIMITS))) == NOT_FOUND
            waits.append(time.perf_counter() - begun)
        # A frozen Redis costs each of the first five its timeout, and then nobody anything; a busy machine more.
        assert max(waits) < 2
        assert min(waits[5:]) < 0.1
        assert (await ask(app, automatic(LIMITS, with_text=True))).json() == ANSWER
        assert (await ask(app, automatic(LIMITS))).json() == ANSWER
        assert codes(await ask(app, {"documentId": "version"})) == []
