"""The schema as it is given away: over HTTP with a validator, by introspection, or not at all."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from graphql import build_schema, get_introspection_query

from schema.root import sdl
from server.app import create_app
from server.settings import Environment, Settings
from tests.server.test_http import errors

PATH = "/schema.graphql"
DEVELOPMENT, PRODUCTION = Environment.DEVELOPMENT, Environment.PRODUCTION


@asynccontextmanager
async def served_with(settings: Settings, **changes: object) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(settings.model_copy(update=changes))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://plaza.test") as there,
    ):
        yield there


async def test_the_schema_is_served_as_it_is_exported(client: httpx.AsyncClient) -> None:
    response = await client.get(PATH)
    assert response.status_code == 200
    assert response.text == sdl()
    assert response.headers["content-type"] == "application/graphql; charset=utf-8"
    assert response.headers["cache-control"] == "public, no-cache"
    assert not response.headers["etag"].startswith("W/")
    assert build_schema(response.text).query_type


async def test_head_tells_what_get_would(client: httpx.AsyncClient) -> None:
    head, get = await client.head(PATH), await client.get(PATH)
    assert head.status_code == 200
    for name in ("etag", "content-type", "content-length", "cache-control"):
        assert head.headers[name] == get.headers[name]


@pytest.mark.parametrize("sent", ["{}", "W/{}", '"other", {}', '"other",W/{}', "*"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_whoever_has_it_is_told_so(client: httpx.AsyncClient, method: str, sent: str) -> None:
    etag = (await client.get(PATH)).headers["etag"]
    response = await client.request(method, PATH, headers={"if-none-match": sent.format(etag)})
    assert (response.status_code, response.content) == (304, b"")
    assert (response.headers["etag"], response.headers["cache-control"]) == (etag, "public, no-cache")


@pytest.mark.parametrize("sent", ['"other"', 'W/"other"', "", '""', "other"])
async def test_whoever_has_another_gets_it(client: httpx.AsyncClient, sent: str) -> None:
    response = await client.get(PATH, headers={"if-none-match": sent})
    assert (response.status_code, response.text) == (200, sdl())


async def test_it_can_only_be_read(client: httpx.AsyncClient) -> None:
    assert (await client.post(PATH)).status_code == 405


@pytest.mark.parametrize(
    ("environment", "introspection"), [(PRODUCTION, None), (PRODUCTION, False), (DEVELOPMENT, False)]
)
async def test_where_the_schema_is_not_told_nobody_learns_it(
    settings: Settings, environment: Environment, introspection: bool | None
) -> None:
    async with served_with(settings, environment=environment, introspection=introspection) as there:
        file = await there.get(PATH, headers={"if-none-match": "*"})
        assert file.status_code == 403
        assert [error["extensions"] for error in errors(file)] == [{"code": "INTROSPECTION_DISABLED"}]
        for query in (
            get_introspection_query(),
            "{ __schema { queryType { name } } }",
            '{ type: __type(name: "User") { fields { name } } }',
            "{ ...Look } fragment Look on Query { ... { a: __schema { types { name } } } }",
        ):
            refused = await there.post("/graphql", json={"query": query})
            assert [error["extensions"] for error in errors(refused)] == [{"code": "INTROSPECTION_DISABLED"}]
            assert "data" not in refused.json()


@pytest.mark.parametrize(("environment", "introspection"), [(PRODUCTION, True), (DEVELOPMENT, None)])
async def test_where_it_is_told_both_ways_are_open(
    settings: Settings, environment: Environment, introspection: bool | None
) -> None:
    async with served_with(settings, environment=environment, introspection=introspection) as there:
        assert (await there.get(PATH)).status_code == 200
        answer = await there.post("/graphql", json={"query": "{ __schema { queryType { name } } }"})
        assert answer.json() == {"data": {"__schema": {"queryType": {"name": "Query"}}}}


async def test_the_name_of_a_type_is_told_everywhere(settings: Settings) -> None:
    async with served_with(settings, introspection=False) as there:
        answer = await there.post("/graphql", json={"query": "{ __typename serverInfo { __typename } }"})
        assert answer.json() == {"data": {"__typename": "Query", "serverInfo": {"__typename": "ServerInfo"}}}
