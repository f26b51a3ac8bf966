"""Scripts: what a personal token opens over HTTP, and that it opens nothing else."""

from typing import Any

import asyncpg
import httpx
import pytest
from strawberry.types import get_object_definition
from strawberry.utils.str_converters import to_camel_case

from db.models import PersonalToken, TokenScope
from schema.context import Services
from schema.root import Mutation, Query, schema
from schema.scopes import scopes_of
from server.settings import Settings
from tests.api.accounts import VIEWER, Rows, post
from tests.api.test_personal_tokens import REVOKE, create
from tests.conftest import Api
from tests.factories import Make, Person
from tests.server.test_sdl import served_with

POST = 'mutation { createPost(input: {text: "Rain"}) { __typename } }'
SCOPES = scopes_of(Query, Mutation)
CLOSED = [
    f"{root.__name__.lower()} {{ {name} {{ __typename }} }}"
    for root in (Query, Mutation)
    for field in get_object_definition(root, strict=True).fields
    if (name := to_camel_case(field.name)) not in SCOPES
]
# Whatever else there will be: what proves, changes and ends the ways in.
KEEPS_SAFE = {
    *("register", "login", "refreshSession", "logout", "logoutEverywhere", "cancelDeletion"),
    *("changePassword", "deleteAccount", "confirmIdentity", "revokeSession"),
    *("createPersonalToken", "revokePersonalToken", "setRole", "suspendUser", "restoreUser"),
}
# Of a person, what anybody may see or a reader of their own account may: all else is for the person alone.
READABLE = {
    *("id", "username", "displayName", "bio", "avatarUrl", "isPrivate", "createdAt"),
    *("postCount", "followerCount", "followingCount"),
    *("viewerFollows", "viewerHasRequestedFollow", "followsViewer", "viewerBlocks", "viewerMutes"),
    *("posts", "followers", "following", "likedPosts", "followRequests"),
    *("role", "permissions", "suspension"),
}


@pytest.fixture
async def ada(make: Make) -> Person:
    return await make.user("ada")


def code(answer: Any) -> str:
    return str(answer["errors"][0]["extensions"]["code"])


async def token(api: Api, person: Person, *scopes: TokenScope) -> str:
    made: str = (await create(api, person, scopes=[*scopes]))["token"]
    return made


def test_a_root_field_is_closed_unless_it_says_otherwise() -> None:
    assert SCOPES.keys().isdisjoint(KEEPS_SAFE)
    assert {document.split()[2] for document in CLOSED} >= KEEPS_SAFE


async def test_a_token_does_what_its_scopes_say_and_nothing_else(
    api: Api, client: httpx.AsyncClient, ada: Person
) -> None:
    reader = await token(api, ada, TokenScope.READ)
    writer = await token(api, ada, TokenScope.POST)
    assert await post(client, VIEWER, reader) == {"data": {"viewer": {"username": "ada"}}}
    assert code(await post(client, POST, reader)) == "FORBIDDEN"
    assert (await post(client, POST, writer))["data"]["createPost"]["__typename"] == "CreatePostPayload"
    assert code(await post(client, VIEWER, writer)) == "FORBIDDEN"
    assert (await post(client, "{ __typename }", writer)) == {"data": {"__typename": "Query"}}


async def test_a_fragment_or_an_alias_opens_nothing_more(api: Api, client: httpx.AsyncClient, ada: Person) -> None:
    reader = await token(api, ada, TokenScope.READ)
    sneaky = f"mutation {{ ... on Mutation {{ viewer: {POST.partition('{')[2]} }}"
    assert code(await post(client, sneaky, reader)) == "FORBIDDEN"


async def test_no_token_opens_what_is_closed(api: Api, client: httpx.AsyncClient, ada: Person) -> None:
    everything = await token(api, ada, *TokenScope)
    answers = {document: code(await post(client, document, everything)) for document in CLOSED}
    assert answers == dict.fromkeys(CLOSED, "FORBIDDEN")


async def test_a_token_is_shown_nothing_that_keeps_its_owner_safe(
    api: Api, client: httpx.AsyncClient, ada: Person
) -> None:
    everything = await token(api, ada, *TokenScope)
    user: Any = schema._schema.type_map["User"]
    own = sorted(user.fields.keys() - READABLE)
    assert {"sessions", "personalTokens"} <= {*own}
    for name in own:
        field = user.fields[name]
        is_leaf = not hasattr(getattr(field.type, "of_type", field.type), "fields") and not str(
            field.type
        ).startswith("[")
        chosen = name if is_leaf else f"{name} {{ __typename }}"
        assert await post(client, f"{{ viewer {{ {chosen} }} }}", everything) == {"data": {"viewer": {name: None}}}


@pytest.mark.parametrize("over", ["revoked_at = now()", "expires_at = now()"])
async def test_a_token_that_ended_is_refused_like_one_that_never_was(
    api: Api, client: httpx.AsyncClient, ada: Person, owner: asyncpg.Connection, over: str
) -> None:
    ended = await token(api, ada, TokenScope.READ)
    await owner.execute(f"UPDATE personal_tokens SET {over}")
    answers = [await post(client, VIEWER, sent) for sent in (ended, "plaza_" + "A" * 43, "plaza_", "plaza_x")]
    assert [code(answer) for answer in answers] == ["UNAUTHENTICATED"] * 4
    assert answers.count(answers[0]) == 4


async def test_a_token_ends_at_once_when_it_is_revoked(api: Api, client: httpx.AsyncClient, ada: Person) -> None:
    made = await create(api, ada)
    assert "errors" not in await post(client, VIEWER, made["token"])
    answer = await api(REVOKE, viewer=ada, input={"tokenId": made["personalToken"]["id"]})
    assert answer["__typename"] == "RevokePersonalTokenPayload"
    assert code(await post(client, VIEWER, made["token"])) == "UNAUTHENTICATED"


async def test_a_use_is_written_down_every_five_minutes(
    api: Api, client: httpx.AsyncClient, ada: Person, rows: Rows, owner: asyncpg.Connection
) -> None:
    async def last() -> Any:
        return (await rows(PersonalToken))[0].last_used_at

    sent = await token(api, ada, TokenScope.READ)
    await post(client, VIEWER, sent)
    first = await last()
    assert first is not None
    await owner.execute("UPDATE personal_tokens SET last_used_at = last_used_at - interval '4 minutes'")
    await post(client, VIEWER, sent)
    assert await last() < first
    await owner.execute("UPDATE personal_tokens SET last_used_at = last_used_at - interval '2 minutes'")
    await post(client, VIEWER, sent)
    assert await last() > first


@pytest.mark.usefixtures("no_time_passes")
async def test_who_tries_many_tokens_is_refused_without_a_look(services: Services, settings: Settings) -> None:
    guesses = [f"plaza_{number:042}A" for number in range(302)]
    async with served_with(settings) as client:
        answers = [code(await post(client, VIEWER, guess)) for guess in guesses]
        assert answers == ["UNAUTHENTICATED"] * 300 + ["RATE_LIMITED"] * 2
