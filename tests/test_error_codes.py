"""Errors as `docs/errors.md` has them: all codes and refusals that there are, no other, with their statuses."""

import ast
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import TypeAlias

import httpx
import pytest
from graphql import GraphQLInterfaceType, build_schema

from db.models import TokenScope
from db.queries import users
from engine.codes import ErrorCode
from engine.endpoint import Bounds, Endpoint
from engine.lookup import Lookup, Mode
from engine.trusted import Trusted
from schema.context import Services
from schema.root import schema, sdl
from server import graphql
from server.requests import EveryRequest
from server.settings import Environment, Settings
from tests.conftest import Api
from tests.factories import Make
from tests.guides import ROOT, rows
from tests.server.persisted import automatic
from tests.server.test_scripts import POST, token
from tests.server.test_sdl import served_with

ERRORS = ROOT / "docs/errors.md"
FLOORS = ("auth", "db", "domain", "engine", "resolvers", "schema", "server")
COMMENTS = "comments(first: 100) { edges { node { id } } }"
DEEP = f"{{ publicFeed(first: 100) {{ edges {{ node {{ {COMMENTS} }} }} }} }}"
SEARCHES = " ".join(f'a{n}: searchPosts(query: "x", first: 1) {{ totalCount }}' for n in range(16))
NULL = "query ($first: Int!) { publicFeed(first: $first) { totalCount } }"
MEDIA_TYPES = ("application/json", "application/graphql-response+json")
USER = '{ user(username: "ada") { username } }'
TWO = "query A { viewer { id } } query B { viewer { id } }"
UNHEARD = "{ viewer { username } } # sent by nobody"
Break: TypeAlias = Callable[[object, str, Exception], None]


def sources() -> Iterator[tuple[str, ast.AST]]:
    for floor in FLOORS:
        for file in (ROOT / floor).rglob("*.py"):
            if file.name != "codes.py":
                yield file.relative_to(ROOT).as_posix(), ast.parse(file.read_text())


def test_every_code_has_a_row_and_every_row_a_code() -> None:
    codes = {name for name, cells in rows(ERRORS).items() if len(cells) == 3}
    assert codes == set(ErrorCode)


def test_every_code_can_be_emitted_and_none_is_written_by_hand() -> None:
    used, by_hand = set(), []
    for name, tree in sources():
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id == "ErrorCode"
            ):
                used.add(node.attr)
            elif isinstance(node, ast.Constant) and node.value in set(ErrorCode):
                by_hand.append(f"{name}:{node.lineno} {node.value}")
    assert used == set(ErrorCode)
    assert by_hand == []


def test_every_refusal_has_a_row() -> None:
    printed = build_schema(sdl())
    interface = printed.type_map["UserError"]
    assert isinstance(interface, GraphQLInterfaceType)
    refusals = {each.name for each in printed.get_implementations(interface).objects}
    assert {name for name, cells in rows(ERRORS).items() if len(cells) == 2} == refusals


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Break:
    """Lets the look for a user, or for who asks, fail."""

    def fail(where: object, name: str, error: Exception) -> None:
        async def failing(*_: object, **__: object) -> None:
            raise error

        monkeypatch.setattr(where, name, failing)

    return fail


@asynccontextmanager
async def bounded(services: Services, settings: Settings, bounds: Bounds) -> AsyncIterator[httpx.AsyncClient]:
    """The endpoint alone, with other bounds."""
    lookup = Lookup(schema.documents, Trusted(schema.documents))
    endpoint = EveryRequest(Endpoint(schema, graphql.PlazaHost(services, settings), lookup, bounds=bounds))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(endpoint), base_url="http://plaza.test") as there:
        yield there


async def provoked(
    client: httpx.AsyncClient, services: Services, settings: Settings, broken: Break
) -> AsyncIterator[httpx.Response]:
    """Answers with each code, and each status that there is for it."""

    async def ask(query: str) -> httpx.Response:
        return await client.post("/graphql", json={"query": query})

    yield await client.get("/nothing")
    yield await client.put("/graphql", json={})
    yield await client.post("/graphql", content=b"{", headers={"content-type": "application/json"})
    yield await client.post("/graphql", content=b"{}", headers={"content-type": "text/plain"})
    yield await client.post("/graphql", json={}, headers={"accept": "text/html"})
    yield await client.get("/graphql", headers={"sec-fetch-site": "cross-site"})
    yield await client.get("/graphql", params={"query": "#" * 17_000})
    yield await ask("{ viewer { id } }" + " " * 131_072)
    for accept in MEDIA_TYPES:
        client.headers["accept"] = accept
        searches = [f"{{ {SEARCHES} }}"] * 2
        for query in (TWO, "{ viewer {", "{ nothing }", DEEP, NULL, *searches):
            yield await ask(query)
        yield await client.post(
            "/graphql", json={"query": "{ viewer { id } }"}, headers={"authorization": "Bearer no.such.token"}
        )
    yield await ask("{ publicFeed(first: 0) { totalCount } }")
    async with served_with(settings, introspection=False) as secretive:
        yield await secretive.get("/schema.graphql")
        yield await secretive.post("/graphql", json={"query": "{ __schema { types { name } } }"})
    async for answer in provoked_by_id(settings):
        yield answer
    for bounds in (Bounds(query=0), Bounds(response=10)):
        async with bounded(services, settings, bounds) as hurried:
            for accept in MEDIA_TYPES:
                yield await hurried.post("/graphql", json={"query": USER}, headers={"accept": accept})
    for error in (ConnectionRefusedError(), KeyError()):
        broken(users, "by_username", error)
        yield await ask(USER)
    for error in (ConnectionRefusedError(), KeyError()):
        broken(graphql, "authenticate", error)
        yield await ask(USER)


async def provoked_by_id(settings: Settings) -> AsyncIterator[httpx.Response]:
    async with served_with(settings) as open_to_all:
        for members in (
            {"documentId": "nothing"},
            {"documentId": "nothing", "query": TWO},
            automatic(UNHEARD),
            {**automatic(TWO), "query": USER},
        ):
            yield await open_to_all.post("/graphql", json=members)
    async with served_with(settings, trusted_documents=Mode.ENFORCE, environment=Environment.PRODUCTION) as strict:
        yield await strict.post("/graphql", json=automatic(UNHEARD))
        yield await strict.post("/graphql", json={"query": USER})
        yield await strict.get("/graphql", params={"query": USER})


async def test_the_statuses_of_the_codes_are_those_of_the_server(
    client: httpx.AsyncClient, services: Services, settings: Settings, broken: Break, api: Api, make: Make
) -> None:
    seen: dict[str, set[str]] = {}
    reader = await token(api, await make.user(), TokenScope.READ)
    answers = [await beyond_its_scope(client, reader, accept) for accept in MEDIA_TYPES]
    answers += [answer async for answer in provoked(client, services, settings, broken)]
    for answer in answers:
        for error in answer.json().get("errors", ()):
            seen.setdefault(error["extensions"]["code"], set()).add(str(answer.status_code))
    told = {name: set(cells[0].split(", ")) for name, cells in rows(ERRORS).items() if len(cells) == 3}
    assert seen == told


async def beyond_its_scope(client: httpx.AsyncClient, reader: str, accept: str) -> httpx.Response:
    headers = {"authorization": f"Bearer {reader}", "accept": accept}
    return await client.post("/graphql", json={"query": POST}, headers=headers)
