"""Running processes answer what was imported a moment ago, and not what was retired; unknown ids are cheap."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import pytest
from graphql import GraphQLError
from pydantic import SecretStr

from db import operations as rows
from db.operations import OperationRow
from domain.operations import retire
from engine.documents import Documents
from engine.lookup import Lookup, Mode
from engine.parameters import Parameters
from engine.trusted import Trusted
from schema.context import Services
from schema.root import schema
from server import operations
from server.settings import Settings
from tests.races import done
from tests.server.doors import Door
from tests.server.persisted import ANSWER, LIMITS, automatic, codes, trusting
from tests.server.test_sdl import served_with

NOT_IN_LIST = ["PERSISTED_QUERY_NOT_IN_LIST"]
PROMISED = Settings.model_fields["trusted_documents_refresh"].default


async def a_moment() -> None:
    """So long that a process looks again for whoever misses something."""
    await asyncio.sleep(operations._PAUSE * 1.5)


@pytest.mark.parametrize(
    "body", [{"documentId": "limits"}, {"doc_id": "limits"}, {"query": "limits", "persisted": True}]
)
async def test_what_was_imported_is_answered_to_the_first_who_asks(
    settings: Settings, services: Services, body: dict[str, Any]
) -> None:
    async with served_with(settings) as one, served_with(settings) as other:
        for process in (one, other):
            assert codes(await process.post("/graphql", json=body)) == NOT_IN_LIST
        await trusting(services.stores, {"limits": LIMITS})
        await a_moment()
        for process in (one, other):
            assert (await process.post("/graphql", json=body)).json() == ANSWER


@pytest.mark.parametrize("body", [automatic(LIMITS), automatic(LIMITS, with_text=True), {"query": LIMITS}])
async def test_enforced_what_was_imported_is_no_longer_refused(
    settings: Settings, services: Services, body: dict[str, Any]
) -> None:
    async with served_with(settings, trusted_documents=Mode.ENFORCE) as process:
        assert codes(await process.post("/graphql", json=body)) != []
        await trusting(services.stores, {"limits": LIMITS})
        await a_moment()
        assert (await process.post("/graphql", json=body)).json() == ANSWER


async def test_what_was_retired_is_refused_within_the_promised_time(
    settings: Settings, services: Services
) -> None:
    await trusting(services.stores, {"limits": LIMITS})
    async with served_with(settings, trusted_documents_refresh=PROMISED) as process:
        assert (await process.get("/graphql/limits")).json() == ANSWER
        await done(services.stores.sessions, lambda session: retire(session, ["limits"]))
        begun = time.monotonic()
        async with asyncio.timeout(60):
            while codes(await process.get("/graphql/limits")) != NOT_IN_LIST:  # noqa: ASYNC110 - tells nobody
                await asyncio.sleep(0.02)
        # A busy machine adds to it.
        assert time.monotonic() - begun < PROMISED + 2


async def test_a_crowd_of_unknown_ids_is_no_load(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    looked, changes = 0, rows.changes

    async def counted(*arguments: Any, **by_name: Any) -> list[OperationRow]:
        nonlocal looked
        looked += 1
        return await changes(*arguments, **by_name)

    monkeypatch.setattr(rows, "changes", counted)
    documents = Documents(schema.types)
    found_by = Lookup(documents, Trusted(documents))

    async def ask(number: int) -> None:
        with pytest.raises(GraphQLError, match="No operation has this id"):
            await found_by.find(Parameters(members={"documentId": f"unknown-{number}"}), {}, is_get=False)

    async with operations.in_step(services.stores, found_by, documents, refresh=3600):
        begun = time.monotonic()
        for crowd in range(20):
            await a_moment() if crowd % 5 == 0 else None
            await asyncio.gather(*(ask(100 * crowd + number) for number in range(100)))
        seconds = time.monotonic() - begun
        assert 4 < looked <= 2 + seconds / operations._PAUSE
        assert (found_by.uses.looks, found_by.uses.found) == (2000, 0)


@pytest.fixture
async def locked(owner: asyncpg.Connection) -> AsyncIterator[None]:
    async with owner.transaction():
        await owner.execute("LOCK TABLE trusted_operations IN ACCESS EXCLUSIVE MODE")
        yield


@pytest.fixture
async def running(settings: Settings, services: Services) -> AsyncIterator[httpx.AsyncClient]:
    await trusting(services.stores, {"limits": LIMITS})
    async with served_with(settings) as there:
        await a_moment()
        yield there


async def test_a_slow_postgresql_delays_unknown_ids_for_a_second_and_known_ones_not(
    running: httpx.AsyncClient, locked: None
) -> None:
    begun = time.monotonic()
    unknown = [asyncio.create_task(running.get(f"/graphql/unknown-{number}")) for number in range(30)]
    await asyncio.sleep(0)
    assert (await running.get("/graphql/limits")).json() == ANSWER
    assert not any(each.done() for each in unknown)
    assert [codes(await each) for each in unknown] == [NOT_IN_LIST] * 30
    assert operations._PATIENCE <= time.monotonic() - begun < operations._PATIENCE + 3


async def test_without_postgresql_unknown_ids_are_unknown_and_known_ones_answered(
    settings: Settings, services: Services
) -> None:
    await trusting(services.stores, {"limits": LIMITS})
    door = Door(settings.database_url.get_secret_value())
    await door.open()
    async with served_with(settings, database_url=SecretStr(door.url)) as process:
        door.shut()
        await a_moment()
        assert codes(await process.get("/graphql/unknown")) == NOT_IN_LIST
        assert (await process.get("/graphql/limits")).json() == ANSWER
    door.remove()
