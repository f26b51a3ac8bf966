"""Refreshing a session through the API."""

import asyncio

import asyncpg
import httpx
import pytest

from db.models import AuditEntry, RefreshToken, Session
from domain.letters import SEND
from schema.context import Services
from tests import jobs
from tests.api.accounts import OVER, REFRESH, VIEWER, Rows, log_in, post, refresh, stored
from tests.conftest import Api, Refused
from tests.factories import Make

GARBAGE = "A" * 43


@pytest.fixture
async def token(api: Api, make: Make) -> str:
    """Ada's refresh token."""
    await make.user("ada")
    first: str = (await log_in(api, "ada"))["session"]["refreshToken"]
    return first


async def age(owner: asyncpg.Connection, seconds: int) -> None:
    """Let everything that was used have been used earlier."""
    await owner.execute("UPDATE refresh_tokens SET used_at = used_at - make_interval(secs => $1)", seconds)


async def events(rows: Rows) -> list[str]:
    """What happened since Ada signed in."""
    return [entry.event for entry in (await rows(AuditEntry))[2:]]


async def test_exchanges_the_token_for_new_ones(api: Api, token: str, rows: Rows, services: Services) -> None:
    answer = (await refresh(api, token))["session"]
    _, begun = await rows(Session)
    used, head = sorted(await rows(RefreshToken), key=lambda row: row.used_at is None)
    assert (used.hash, head.hash) == (stored(token), stored(answer["refreshToken"]))
    assert (head.session_id, head.used_at) == (begun.id, None)
    assert round((head.expires_at - head.created_at).total_seconds() / 86400) == 30
    assert services.tokens.read(answer["accessToken"]).session_id == begun.id
    assert await events(rows) == []


async def test_no_token_is_stored_as_it_is(token: str, owner: asyncpg.Connection) -> None:
    for table in ("sessions", "refresh_tokens", "audit_log", "credentials"):
        text = await owner.fetchval(f"SELECT coalesce(string_agg({table}::text, ' '), '') FROM {table}")
        assert token not in text


async def test_asked_again_within_the_grace_it_answers_the_same(
    api: Api, token: str, rows: Rows, owner: asyncpg.Connection
) -> None:
    first = await refresh(api, token)
    await age(owner, 9)
    again = await refresh(api, token)
    for name in ("refreshToken", "refreshTokenExpiresAt"):
        assert again["session"][name] == first["session"][name]
    assert len(await rows(RefreshToken)) == 2


async def test_a_token_used_again_after_the_grace_ends_the_session(
    api: Api, token: str, rows: Rows, owner: asyncpg.Connection
) -> None:
    head = (await refresh(api, token))["session"]["refreshToken"]
    await age(owner, 11)
    assert await refresh(api, token) == OVER
    _, begun = await rows(Session)
    assert begun.revoked_at is not None
    (entry,) = (await rows(AuditEntry))[2:]
    assert (entry.event, entry.actor_id, entry.subject_id) == ("authn_token_reuse", None, begun.user_id)
    assert entry.details == {"session_id": begun.id}
    assert await refresh(api, head) == OVER
    assert await refresh(api, token) == OVER
    assert await events(rows) == ["authn_token_reuse"]
    assert await jobs.waiting(owner, SEND) == [{"kind": "SESSION_STOLEN", "user_id": begun.user_id, "what": ""}]


async def test_a_token_used_again_after_its_successor_ends_the_session_even_in_the_grace(
    api: Api, token: str, rows: Rows
) -> None:
    head = (await refresh(api, token))["session"]["refreshToken"]
    newest = (await refresh(api, head))["session"]["refreshToken"]
    assert await refresh(api, token) == OVER
    assert await refresh(api, newest) == OVER
    assert await events(rows) == ["authn_token_reuse"]


@pytest.mark.parametrize("what", ["refresh_tokens", "sessions"])
async def test_a_session_that_ran_out_is_over(
    api: Api, token: str, rows: Rows, owner: asyncpg.Connection, what: str
) -> None:
    await owner.execute(f"UPDATE {what} SET expires_at = now() - interval '1 s'")
    assert await refresh(api, token) == OVER
    assert await refresh(api, token) == OVER
    assert await events(rows) == ["session_expired"]
    assert len(await rows(RefreshToken)) == 1


async def test_no_refresh_outlives_the_session(
    api: Api, token: str, owner: asyncpg.Connection, rows: Rows
) -> None:
    await owner.execute("UPDATE sessions SET expires_at = now() + interval '2 days'")
    ends_at = (await rows(Session))[1].expires_at.isoformat().replace("+00:00", "Z")
    assert (await refresh(api, token))["session"]["refreshTokenExpiresAt"] == ends_at


@pytest.mark.parametrize("bad", ["", "x", GARBAGE, GARBAGE + "A", "\u0000" * 43, "é" * 43, "\ud800", "x" * 9000])
async def test_what_is_no_token_is_refused_in_one_sentence(api: Api, token: str, rows: Rows, bad: str) -> None:
    assert await refresh(api, bad) == OVER
    assert await events(rows) == []


async def test_fifty_at_once_get_one_successor(api: Api, token: str, rows: Rows) -> None:
    async def ask() -> dict[str, dict[str, str]]:
        while True:
            try:
                answer: dict[str, dict[str, str]] = await refresh(api, token)
                return answer
            except Refused as refused:
                # What a client is told on a machine too slow for all fifty: try again.
                if refused.code != "UNAVAILABLE":
                    raise

    answers = await asyncio.gather(*(ask() for _ in range(50)))
    (successor,) = {answer["session"]["refreshToken"] for answer in answers}
    used, head = sorted(await rows(RefreshToken), key=lambda row: row.used_at is None)
    assert (used.hash, head.hash) == (stored(token), stored(successor))
    assert (await rows(Session))[1].revoked_at is None
    assert await events(rows) == []


@pytest.mark.usefixtures("no_time_passes")
async def test_a_session_may_be_refreshed_thirty_times(api: Api, token: str, rows: Rows) -> None:
    for _ in range(30):
        before, token = token, (await refresh(api, token))["session"]["refreshToken"]
    with pytest.raises(Refused) as refused:
        await refresh(api, token)
    assert refused.value.code == "RATE_LIMITED"
    assert refused.value.extensions["retryAfter"] == 10
    # Refused before it was used: asking again for the last one still gives it, and costs nothing.
    assert len(await rows(RefreshToken)) == 31
    assert (await refresh(api, before))["session"]["refreshToken"] == token


async def test_refreshes_over_http_with_an_access_token_that_is_no_good(
    client: httpx.AsyncClient, token: str
) -> None:
    answer = await post(client, REFRESH, "garbage", input={"refreshToken": token})
    access = answer["data"]["refreshSession"]["session"]["accessToken"]
    assert await post(client, VIEWER, access) == {"data": {"viewer": {"username": "ada"}}}


async def test_a_reused_token_closes_the_access_tokens_at_once(
    client: httpx.AsyncClient, api: Api, token: str, owner: asyncpg.Connection
) -> None:
    access = (await refresh(api, token))["session"]["accessToken"]
    assert "errors" not in await post(client, VIEWER, access)
    await age(owner, 11)
    await refresh(api, token)
    assert (await post(client, VIEWER, access))["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
