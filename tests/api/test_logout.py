"""Signing out through the API."""

import asyncio

import httpx
import pytest

from db.models import AuditEntry, Session
from tests.api.accounts import LOGOUT, LOGOUT_EVERYWHERE, OVER, VIEWER, Rows, log_in, post, refresh
from tests.conftest import Api, Refused
from tests.factories import Make, Person


async def test_ends_this_session_only(api: Api, ada: Person, rows: Rows) -> None:
    other = (await log_in(api, "ada"))["session"]["refreshToken"]
    assert await api(LOGOUT, viewer=ada, input={}) == {"__typename": "LogoutPayload", "endedSessionCount": 1}
    assert [row.revoked_at is not None for row in await rows(Session)] == [True, False]
    entry = (await rows(AuditEntry))[-1]
    assert (entry.event, entry.actor_id) == ("session_expired", ada.id)
    assert entry.details == {"reason": "logout", "session_id": ada.viewer.session_id}
    assert (await refresh(api, other))["__typename"] == "RefreshSessionPayload"


async def test_ends_the_session_of_a_refresh_token_without_an_access_token(
    client: httpx.AsyncClient, api: Api, ada: Person, rows: Rows
) -> None:
    token = (await log_in(api, "ada"))["session"]["refreshToken"]
    answer = await post(client, LOGOUT, "garbage", input={"refreshToken": token})
    assert answer["data"]["logout"]["endedSessionCount"] == 1
    assert [row.revoked_at is not None for row in await rows(Session)] == [False, True]
    assert (await rows(AuditEntry))[-1].actor_id == ada.id
    assert await refresh(api, token) == OVER
    again = await post(client, LOGOUT, input={"refreshToken": token})
    assert again["data"]["logout"]["endedSessionCount"] == 0


@pytest.mark.parametrize("token", ["garbage", "A" * 43])
async def test_a_token_of_no_session_ends_none(api: Api, ada: Person, rows: Rows, token: str) -> None:
    answer = await api(LOGOUT, viewer=ada, input={"refreshToken": token})
    assert answer["endedSessionCount"] == 0
    assert [row.revoked_at for row in await rows(Session)] == [None]


async def test_of_two_at_once_one_ends_it(api: Api, ada: Person, rows: Rows) -> None:
    answers = await asyncio.gather(api(LOGOUT, viewer=ada, input={}), api(LOGOUT, viewer=ada, input={}))
    assert sorted(answer["endedSessionCount"] for answer in answers) == [0, 1]
    assert [entry.event for entry in await rows(AuditEntry)] == ["session_expired"]


async def test_ends_all_sessions_everywhere(api: Api, ada: Person, make: Make, rows: Rows) -> None:
    bob = await make.user("bob")
    token = (await log_in(api, "ada"))["session"]["refreshToken"]
    answer = await api(LOGOUT_EVERYWHERE, viewer=ada, input={})
    assert answer == {"__typename": "LogoutEverywherePayload", "endedSessionCount": 2}
    mine = [row for row in await rows(Session) if row.user_id == ada.id]
    theirs = [row for row in await rows(Session) if row.user_id == bob.id]
    assert [row.revoked_at is not None for row in mine] == [True, True]
    assert [row.revoked_at for row in theirs] == [None]
    entry = (await rows(AuditEntry))[-1]
    assert entry.event == "authn_token_revoked"
    assert entry.details == {"reason": "logout_everywhere", "sessions": [row.id for row in mine]}
    assert await refresh(api, token) == OVER


async def test_keeps_this_session_where_asked(api: Api, ada: Person, rows: Rows) -> None:
    await log_in(api, "ada")
    answer = await api(LOGOUT_EVERYWHERE, viewer=ada, input={"keepThis": True})
    assert answer["endedSessionCount"] == 1
    assert [row.revoked_at is not None for row in await rows(Session)] == [False, True]


async def test_everywhere_twice_is_harmless(api: Api, ada: Person, rows: Rows) -> None:
    answers = await asyncio.gather(*(api(LOGOUT_EVERYWHERE, viewer=ada, input={}) for _ in range(4)))
    assert sorted(answer["endedSessionCount"] for answer in answers) == [0, 0, 0, 1]
    assert [entry.event for entry in await rows(AuditEntry)] == ["authn_token_revoked"]


@pytest.mark.parametrize("document", [LOGOUT, LOGOUT_EVERYWHERE])
async def test_the_very_next_request_is_refused(
    client: httpx.AsyncClient, api: Api, ada: Person, document: str
) -> None:
    token = (await log_in(api, "ada"))["session"]["accessToken"]
    assert await post(client, VIEWER, token) == {"data": {"viewer": {"username": "ada"}}}
    assert "errors" not in await post(client, document, token, input={})
    refused = await post(client, VIEWER, token)
    assert "data" not in refused
    assert refused["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_what_follows_in_the_operation_is_refused(api: Api, ada: Person) -> None:
    document = 'mutation { logout(input: {}) { __typename } createPost(input: {text: "Hi"}) { __typename } }'
    answer = await api.raw(document, viewer=ada)
    assert answer["data"] == {"logout": {"__typename": "LogoutPayload"}, "createPost": None}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["UNAUTHENTICATED"]


@pytest.mark.parametrize("document", [LOGOUT, LOGOUT_EVERYWHERE])
async def test_refuses_the_anonymous(api: Api, document: str) -> None:
    with pytest.raises(Refused) as refused:
        await api(document, input={})
    assert refused.value.code == "UNAUTHENTICATED"
