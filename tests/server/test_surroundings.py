"""What surrounds the endpoint: health, front ends on other origins, life without Redis, limits."""

import asyncpg
import httpx
import pytest
from pydantic import SecretStr

from server import migration
from server.app import create_app
from server.settings import Environment, Settings
from tests.factories import Make
from tests.server.test_http import errors

JSON = {"content-type": "application/json"}


async def test_the_client_may_be_on_localhost_in_development_only(
    client: httpx.AsyncClient, settings: Settings, services: object
) -> None:
    preflight = {"origin": "http://localhost:5173", "access-control-request-method": "POST"}
    assert (await client.options("/graphql", headers=preflight)).headers["access-control-allow-origin"] == (
        "http://localhost:5173"
    )
    production = settings.model_copy(
        update={"environment": Environment.PRODUCTION, "cors_origins": ("https://app.example.org",)}
    )
    app = create_app(production)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://plaza.test") as there,
    ):
        refused = await there.options("/graphql", headers=preflight)
        assert "access-control-allow-origin" not in refused.headers
        welcome = await there.options("/graphql", headers={**preflight, "origin": "https://app.example.org"})
        assert welcome.headers["access-control-allow-origin"] == "https://app.example.org"
        foreign = await there.options("/graphql", headers={**preflight, "origin": "null"})
        assert "access-control-allow-origin" not in foreign.headers


async def test_a_front_end_elsewhere_may_name_its_trace(client: httpx.AsyncClient) -> None:
    preflight = {
        "origin": "http://localhost:5173",
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type,traceparent,x-request-id",
    }
    assert (await client.options("/graphql", headers=preflight)).status_code == 200
    unknown = {**preflight, "access-control-request-headers": "tracestate"}
    assert (await client.options("/graphql", headers=unknown)).status_code == 400


async def test_health_tells_that_all_is_well(client: httpx.AsyncClient) -> None:
    assert (await client.get("/livez")).text == "ok"
    ready = await client.get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"status": "ready", "postgresql": "ok", "redis": "ok"})


@pytest.mark.parametrize(
    ("revision", "status", "said"), [("of a later release", 200, "ok"), (None, 503, "migrations are missing")]
)
async def test_a_database_may_be_ahead_and_never_behind(
    client: httpx.AsyncClient, owner: asyncpg.Connection, revision: str | None, status: int, said: str
) -> None:
    await owner.execute("DELETE FROM alembic_version")
    try:
        await owner.execute("INSERT INTO alembic_version SELECT $1::text WHERE $1::text IS NOT NULL", revision)
        ready = await client.get("/readyz")
    finally:
        await owner.execute("DELETE FROM alembic_version")
        await owner.execute("INSERT INTO alembic_version VALUES ($1)", migration.head())
    assert (ready.status_code, ready.json()["postgresql"]) == (status, said)


@pytest.mark.usefixtures("no_time_passes")
async def test_without_redis_plaza_serves(settings: Settings, make: Make) -> None:
    await make.user("ada")
    alone = settings.model_copy(update={"redis_url": SecretStr("redis://127.0.0.1:1")})
    app = create_app(alone)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://plaza.test") as there,
    ):
        ready = await there.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
        query = '{ user(username: "ada") { username } searchUsers(query: "ada") { edges { node { username } } } }'
        answers = [await there.post("/graphql", json={"query": query}) for _ in range(40)]
        limited = [answer for answer in answers if "errors" in answer.json()]
        assert len(limited) == 10  # 30 searches a minute, by the local bucket
        assert {error["extensions"]["code"] for answer in limited for error in errors(answer)} == {"RATE_LIMITED"}
        served = [answer.json()["data"]["user"] for answer in answers if answer not in limited]
        assert served == [{"username": "ada"}] * 30


@pytest.mark.usefixtures("no_time_passes")
async def test_a_limit_that_a_field_finds_is_told_in_the_headers_as_well(client: httpx.AsyncClient) -> None:
    login = 'mutation { login(input: {usernameOrEmail: "ada", password: "not hers"}) { __typename } }'
    answers = [await client.post("/graphql", json={"query": login}) for _ in range(6)]
    assert ["retry-after" in answer.headers for answer in answers] == [False] * 5 + [True]
    (error,) = errors(answers[-1])
    assert (error["path"], error["extensions"]["code"]) == (["login"], "RATE_LIMITED")
    assert answers[-1].headers["retry-after"] == str(error["extensions"]["retryAfter"])


@pytest.mark.usefixtures("no_time_passes")
async def test_a_limit_is_told_with_when_to_come_back(client: httpx.AsyncClient, make: Make) -> None:
    query = {"query": '{ searchUsers(query: "ada") { edges { cursor } } }'}
    answers = [await client.post("/graphql", json=query) for _ in range(31)]
    assert [bool("errors" in answer.json()) for answer in answers] == [False] * 30 + [True]
    (error,) = errors(answers[-1])
    assert error["extensions"]["code"] == "RATE_LIMITED"
    assert error["extensions"]["retryAfter"] == 2
