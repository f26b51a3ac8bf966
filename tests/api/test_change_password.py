"""Changing one's password through the API."""

import asyncio

import pytest

from db.models import AuditEntry, Credential, Session, UserStatus
from tests.api.accounts import CHANGE_PASSWORD, OVER, WRONG, Rows, log_in, refresh
from tests.conftest import Api, Refused
from tests.factories import PASSWORD, PASSWORD_HASH, Make, Person

NEW = "a quiet engine"
CHANGE = {"currentPassword": PASSWORD, "newPassword": NEW}


async def test_changes_it_and_ends_the_other_sessions(api: Api, ada: Person, rows: Rows) -> None:
    token = (await log_in(api, "ada"))["session"]["refreshToken"]
    answer = await api(CHANGE_PASSWORD, viewer=ada, input=CHANGE)
    assert (answer["viewer"], answer["endedSessionCount"]) == ({"username": "ada"}, 1)
    assert await log_in(api, "ada", PASSWORD) == WRONG
    assert await refresh(api, token) == OVER
    assert (await log_in(api, "ada", NEW))["viewer"] == {"username": "ada"}
    mine, other, newest = await rows(Session)
    assert (mine.id, mine.revoked_at, newest.revoked_at) == (ada.viewer.session_id, None, None)
    assert other.revoked_at is not None
    changed, revoked = (await rows(AuditEntry))[2:4]
    assert (changed.event, changed.actor_id, changed.details) == ("authn_password_change", ada.id, {})
    assert (revoked.event, revoked.details) == (
        "authn_token_revoked",
        {"reason": "password_change", "sessions": [other.id], "tokens": []},
    )


async def test_says_nothing_of_sessions_when_there_are_no_others(api: Api, ada: Person, rows: Rows) -> None:
    assert (await api(CHANGE_PASSWORD, viewer=ada, input=CHANGE))["endedSessionCount"] == 0
    assert [entry.event for entry in await rows(AuditEntry)] == ["authn_password_change"]


async def test_the_suspended_may_too(api: Api, make: Make) -> None:
    eve = await make.user("eve", status=UserStatus.SUSPENDED)
    answer = await api(CHANGE_PASSWORD, viewer=eve, input=CHANGE)
    assert answer["viewer"] == {"username": "eve"}


async def test_refuses_without_the_present_one(api: Api, ada: Person, rows: Rows) -> None:
    answer = await api(CHANGE_PASSWORD, viewer=ada, input={**CHANGE, "currentPassword": "wrong"})
    assert answer == {
        "__typename": "InvalidInput",
        "field": "currentPassword",
        "message": "This is not your password.",
    }
    assert (await rows(Credential))[0].password_hash == PASSWORD_HASH
    (entry,) = await rows(AuditEntry)
    assert (entry.event, entry.subject_id) == ("authn_password_change_fail", ada.id)


@pytest.mark.parametrize("new", ["short", "password1", "ada-1990-1990", "ada@example.org", "x" * 1025])
async def test_refuses_a_new_one_that_is_no_good(api: Api, ada: Person, rows: Rows, new: str) -> None:
    answer = await api(CHANGE_PASSWORD, viewer=ada, input={**CHANGE, "newPassword": new})
    assert (answer["__typename"], answer["field"]) == ("InvalidInput", "newPassword")
    assert (await rows(Credential))[0].password_hash == PASSWORD_HASH
    assert await rows(AuditEntry) == []


async def test_of_two_at_once_one_succeeds(api: Api, ada: Person, rows: Rows) -> None:
    answers = await asyncio.gather(
        *(
            api(CHANGE_PASSWORD, viewer=ada, input={**CHANGE, "newPassword": new})
            for new in (NEW, "another engine")
        )
    )
    assert sorted(answer["__typename"] for answer in answers) == ["ChangePasswordPayload", "Conflict"]
    assert [entry.event for entry in await rows(AuditEntry)] == ["authn_password_change"]


@pytest.mark.usefixtures("no_time_passes")
async def test_failures_are_limited(api: Api, ada: Person) -> None:
    for _ in range(5):
        answer = await api(CHANGE_PASSWORD, viewer=ada, input={**CHANGE, "currentPassword": "wrong"})
        assert answer["__typename"] == "InvalidInput"
    with pytest.raises(Refused) as refused:
        await api(CHANGE_PASSWORD, viewer=ada, input=CHANGE)
    assert refused.value.code == "RATE_LIMITED"
    assert refused.value.extensions["retryAfter"] == 180


async def test_refuses_the_anonymous(api: Api) -> None:
    with pytest.raises(Refused) as refused:
        await api(CHANGE_PASSWORD, input=CHANGE)
    assert refused.value.code == "UNAUTHENTICATED"
