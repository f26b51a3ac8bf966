"""PostgreSQL going away under a running server: it says so, and nothing else."""

import asyncio
import time
from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest
from pydantic import SecretStr

from schema.context import Services
from server.errors import is_unavailable
from server.settings import Settings
from tests.server.doors import Door
from tests.server.visitors import listening
from tests.servers import Addresses


@pytest.fixture
async def door(settings: Settings, services: Services) -> AsyncIterator[Door]:
    door = Door(settings.database_url.get_secret_value())
    await door.open()
    yield door
    door.remove()


@pytest.fixture
async def http(settings: Settings, door: Door) -> AsyncIterator[httpx.AsyncClient]:
    """HTTP to a server that reaches its database through the door."""
    there = settings.model_copy(update={"database_url": SecretStr(door.url)})
    async with listening(there) as address, httpx.AsyncClient(base_url=address, timeout=60) as client:
        assert (await client.get("/readyz")).json()["postgresql"] == "ok"
        yield client


async def test_without_postgresql_it_lives_and_is_not_ready(http: httpx.AsyncClient, door: Door) -> None:
    door.shut()
    assert (await http.get("/livez")).text == "ok"
    answer = await http.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (503, "unready")
    assert answer.json()["postgresql"] == "unreachable"


@pytest.mark.parametrize("field", ["publicFeed { edges { cursor } }", 'user(username: "ada") { id }'])
async def test_without_postgresql_a_read_is_unavailable_and_tells_nothing(
    http: httpx.AsyncClient, door: Door, field: str
) -> None:
    door.shut()
    answer = await http.post("/graphql", json={"query": f"{{ {field} }}"})
    (error,) = answer.json()["errors"]
    assert error["extensions"] == {"code": "UNAVAILABLE"}
    assert answer.headers["retry-after"] == "1"
    assert "PGSQL" not in answer.text


async def test_without_postgresql_a_write_is_unavailable(http: httpx.AsyncClient, door: Door) -> None:
    door.shut()
    given = {"username": "ada", "email": "ada@example.org", "password": "a quite good engine"}
    document = "mutation ($input: RegisterInput!) { register(input: $input) { __typename } }"
    answer = await http.post("/graphql", json={"query": document, "variables": {"input": given}})
    assert [error["extensions"]["code"] for error in answer.json()["errors"]] == ["UNAVAILABLE"]


async def test_what_needs_no_database_is_answered_without_one(http: httpx.AsyncClient, door: Door) -> None:
    door.shut()
    answer = await http.post("/graphql", json={"query": "{ serverInfo { limits { nodes } } }"})
    assert answer.json() == {"data": {"serverInfo": {"limits": {"nodes": 100}}}}


async def test_once_postgresql_is_back_so_is_everything(http: httpx.AsyncClient, door: Door) -> None:
    door.shut()
    assert (await http.get("/readyz")).status_code == 503
    await door.open()
    assert (await http.get("/readyz")).json()["status"] == "ready"
    answer = await http.post("/graphql", json={"query": "{ publicFeed { edges { cursor } } }"})
    assert answer.json() == {"data": {"publicFeed": {"edges": []}}}


@pytest.mark.parametrize("turns", range(5))
async def test_a_connection_whose_backend_was_ended_is_unavailable_from_then_on(
    addresses: Addresses, turns: int
) -> None:
    url = addresses.superuser.format(database="postgres")
    superuser, connection = await asyncpg.connect(url), await asyncpg.connect(url)
    end = await superuser.prepare("SELECT pg_terminate_backend($1)")
    ending = asyncio.ensure_future(end.fetch(connection.get_server_pid()))
    await asyncio.sleep(0)
    time.sleep(0.1)  # noqa: ASYNC251 # then its last words, and that it is gone, are heard in turns that follow
    for _ in range(turns):
        await asyncio.sleep(0)
    with pytest.raises(Exception) as told:  # of several kinds, turn by turn
        await connection.fetchval("SELECT 1")
    assert is_unavailable(told.value)
    await ending
    await superuser.close()
