"""Whoever misspells a name is told which they may have meant, where the schema is told."""

import json

import httpx
import pytest

from server.settings import Environment, Settings
from tests.server.test_http import errors
from tests.server.test_sdl import served_with

DEVELOPMENT, PRODUCTION = Environment.DEVELOPMENT, Environment.PRODUCTION

# Each with what it should have been.
MISSPELT = {
    "{ serverInf { version } }": "serverInfo",
    "{ viewer { usernam } }": "username",
    '{ user(usernme: "ada") { id } }': "username",
    '{ user(username: "ada") { ...F } } fragment F on Usr { id }': "User",
    "query ($a: Audienc) { viewer { id @include(if: $a) } }": "Audience",
    'mutation { createPost(input: {text: "a", audience: PUBLC}) { __typename } }': "PUBLIC",
    'mutation { createPost(input: {text: "a", audienc: PUBLIC}) { __typename } }': "audience",
}
VARIABLES = "mutation ($input: CreatePostInput!) { createPost(input: $input) { __typename } }"


async def messages(client: httpx.AsyncClient, query: str, **variables: object) -> list[str]:
    answer = await client.post("/graphql", json={"query": query, "variables": variables})
    return [error["message"] for error in errors(answer)]


@pytest.mark.parametrize(("environment", "introspection"), [(DEVELOPMENT, None), (PRODUCTION, True)])
async def test_where_the_schema_is_told_the_name_is_too(
    settings: Settings, environment: Environment, introspection: bool | None
) -> None:
    async with served_with(settings, environment=environment, introspection=introspection) as there:
        for query, name in MISSPELT.items():
            told = " ".join(await messages(there, query))
            assert "Did you mean" in told
            assert f"'{name}'" in told.partition("Did you mean")[2]


@pytest.mark.parametrize(("environment", "introspection"), [(PRODUCTION, None), (DEVELOPMENT, False)])
async def test_where_it_is_not_told_no_name_is(
    settings: Settings, client: httpx.AsyncClient, environment: Environment, introspection: bool | None
) -> None:
    async with served_with(settings, environment=environment, introspection=introspection) as there:
        for query, name in MISSPELT.items():
            assert "Did you mean" in " ".join(await messages(client, query))  # the same document, to others
            told = " ".join(await messages(there, query))
            assert told
            assert "did you mean" not in told.lower()
            assert f"'{name}'" not in told
        for value in ({"text": "a", "audience": "PUBLC"}, {"text": "a", "audienc": "PUBLIC"}):
            told = " ".join(await messages(there, VARIABLES, input=value))
            assert told
            assert "did you mean" not in told.lower()


async def test_a_suggestion_repeats_no_value(client: httpx.AsyncClient) -> None:
    (query,) = [query for query, name in MISSPELT.items() if name == "PUBLIC"]
    told = json.dumps(await messages(client, query))
    assert "'PUBLIC'" in told
    assert "PUBLC" not in told
