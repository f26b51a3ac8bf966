"""Browsers keep their refresh token in a cookie: set, used, replaced, taken away, and for no foreign page."""

import re
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from server.settings import Environment, Settings
from tests.api.accounts import DELETE_ACCOUNT, LOGIN, LOGOUT, OVER, REFRESH, VIEWER
from tests.factories import PASSWORD, Make, Person
from tests.server.test_sdl import served_with

BY_COOKIE = {"session-mode": "cookie"}
ADA = {"usernameOrEmail": "ada", "password": PASSWORD}
SET = re.compile(
    r"__Host-refresh=([A-Za-z0-9_-]{43}); Path=/; Max-Age=(2591\d{3}|2592000); Secure; HttpOnly; SameSite=Strict"
)
GONE = "__Host-refresh=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Strict"


@pytest.fixture
async def ada(make: Make) -> Person:
    return await make.user("ada")


async def ask(
    client: httpx.AsyncClient,
    document: str,
    cookie: str | None = None,
    given: dict[str, Any] | None = None,
    **headers: str,
) -> tuple[Any, str | None]:
    """The value of the one root field, and what the answer sets as a cookie."""
    sent = {**BY_COOKIE, **headers, **({"cookie": f"__Host-refresh={cookie}"} if cookie else {})}
    body = {"query": document, "variables": {"input": given or {}} if "$input" in document else {}}
    response = await client.post("/graphql", json=body, headers=sent)
    return next(iter(response.json()["data"].values())), response.headers.get("set-cookie")


async def sign_in(client: httpx.AsyncClient) -> tuple[str, str]:
    """The refresh token in the cookie, and the access token in the body."""
    answer, cookie = await ask(client, LOGIN, given=ADA)
    assert cookie is not None
    found = SET.fullmatch(cookie)
    assert found, cookie
    assert answer["session"]["refreshToken"] == ""
    return found[1], answer["session"]["accessToken"]


async def test_a_session_begins_goes_on_and_ends_by_the_cookie(client: httpx.AsyncClient, ada: Person) -> None:
    first, access = await sign_in(client)
    answer, cookie = await ask(client, REFRESH, first)
    found = SET.fullmatch(cookie or "")
    assert found
    assert found[1] != first
    assert answer["session"]["refreshToken"] == ""
    answer, cookie = await ask(client, LOGOUT, found[1])
    assert (answer["endedSessionCount"], cookie) == (1, GONE)
    viewer = await client.post("/graphql", json={"query": VIEWER}, headers={"authorization": f"Bearer {access}"})
    assert viewer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_two_tabs_that_refresh_at_once_get_the_same_cookie(client: httpx.AsyncClient, ada: Person) -> None:
    first, _ = await sign_in(client)
    (_, one), (_, other) = await ask(client, REFRESH, first), await ask(client, REFRESH, first)
    assert (one or "")[:60] == (other or "")[:60]


@pytest.mark.parametrize("cookie", [None, "", "x", "A" * 43])
async def test_without_a_good_cookie_nobody_is_signed_in_and_it_is_taken_away(
    client: httpx.AsyncClient, ada: Person, cookie: str | None
) -> None:
    assert await ask(client, REFRESH, cookie) == (OVER, GONE)


async def test_whoever_is_signed_out_by_something_else_loses_the_cookie(
    client: httpx.AsyncClient, ada: Person
) -> None:
    kept, access = await sign_in(client)
    deleted = await ask(client, DELETE_ACCOUNT, kept, {"password": PASSWORD}, authorization=f"Bearer {access}")
    assert deleted[1] == GONE


async def test_without_the_header_no_cookie_is_set_or_looked_at(client: httpx.AsyncClient, ada: Person) -> None:
    kept, _ = await sign_in(client)
    body = {"query": LOGIN, "variables": {"input": ADA}}
    by_bearer = await client.post("/graphql", json=body)
    assert "set-cookie" not in by_bearer.headers
    assert len(by_bearer.json()["data"]["login"]["session"]["refreshToken"]) == 43
    for mode in ({}, {"session-mode": "bearer"}):
        body = {"query": REFRESH, "variables": {"input": {}}}
        answer = await client.post("/graphql", json=body, headers={"cookie": f"__Host-refresh={kept}", **mode})
        assert answer.json()["data"]["refreshSession"] == OVER


async def test_a_cookie_that_came_twice_is_nobodys(client: httpx.AsyncClient, ada: Person) -> None:
    kept, _ = await sign_in(client)
    assert await ask(client, REFRESH, f"{kept}; __Host-refresh={kept}") == (OVER, GONE)
    assert (await ask(client, REFRESH, kept))[0]["__typename"] == "RefreshSessionPayload"


async def test_a_page_of_another_origin_neither_uses_nor_gets_a_cookie(
    settings: Settings, services: object, ada: Person
) -> None:
    ours, eves = "https://app.example.org", "https://eve.example"
    async with served_with(
        settings,
        environment=Environment.PRODUCTION,
        cors_origins=(ours,),
        redis_url=SecretStr(settings.redis_url.get_secret_value()),
    ) as there:
        kept, _ = await sign_in(there)
        assert await ask(there, REFRESH, kept, origin=eves) == (OVER, None)
        assert (await ask(there, LOGIN, given=ADA, origin=eves))[1] is None
        assert (await ask(there, REFRESH, kept, origin=ours))[0]["__typename"] == "RefreshSessionPayload"
        for origin, is_let in ((ours, True), (eves, False), ("null", False)):
            preflight = await there.options(
                "/graphql",
                headers={
                    "origin": origin,
                    "access-control-request-method": "POST",
                    "access-control-request-headers": "content-type,session-mode",
                },
            )
            assert (preflight.headers.get("access-control-allow-origin") == origin) is is_let
            assert preflight.headers.get("access-control-allow-origin") in (origin if is_let else None, None)
        assert preflight.status_code == 400
