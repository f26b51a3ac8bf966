"""Deleting one's account and taking that back, through the API."""

import asyncio
from datetime import datetime, timedelta

import asyncpg
import httpx
import pytest

from db.models import AuditEntry, Role, Session, User, UserStatus
from tests.api.accounts import (
    CANCEL_DELETION,
    DELETE_ACCOUNT,
    LOGIN,
    OVER,
    VIEWER,
    WRONG,
    Rows,
    log_in,
    post,
    refresh,
)
from tests.conftest import Api, Refused
from tests.factories import PASSWORD, Make, Person

ME = {"usernameOrEmail": "ada", "password": PASSWORD}
PROFILE = '{ user(username: "ada") { username } }'


async def delete(api: Api, person: Person) -> datetime:
    answer = await api(DELETE_ACCOUNT, viewer=person, input={"password": PASSWORD})
    return datetime.fromisoformat(answer["purgeOn"])


async def test_hides_the_account_at_once_and_tells_when_it_is_purged(
    api: Api, ada: Person, make: Make, rows: Rows
) -> None:
    bob = await make.user("bob")
    token = (await log_in(api, "ada"))["session"]["refreshToken"]
    purge_on = await delete(api, ada)
    (row, _) = await rows(User)
    assert (row.status, row.returns_as) == (UserStatus.DELETED, UserStatus.ACTIVE)
    assert row.deleted_at == purge_on - timedelta(days=30)
    assert await api(PROFILE, viewer=bob) is None
    mine = [each for each in await rows(Session) if each.user_id == ada.id]
    assert [each.revoked_at is not None for each in mine] == [True, True]
    assert await refresh(api, token) == OVER
    deleted, revoked = (await rows(AuditEntry))[2:4]
    assert (deleted.event, deleted.actor_id, deleted.subject_id) == ("user_deleted", ada.id, ada.id)
    assert revoked.event == "authn_token_revoked"
    assert revoked.details == {"reason": "user_deleted", "sessions": [each.id for each in mine], "tokens": []}


async def test_the_very_next_request_is_refused(client: httpx.AsyncClient, ada: Person) -> None:
    token = (await post(client, LOGIN, input=ME))["data"]["login"]["session"]["accessToken"]
    deleted = await post(client, DELETE_ACCOUNT, token, input={"password": PASSWORD})
    assert deleted["data"]["deleteAccount"]["__typename"] == "DeleteAccountPayload"
    assert (await post(client, VIEWER, token))["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    restored = await post(client, CANCEL_DELETION, token, input=ME)
    token = restored["data"]["cancelDeletion"]["session"]["accessToken"]
    assert await post(client, VIEWER, token) == {"data": {"viewer": {"username": "ada"}}}


async def test_refuses_without_the_password(api: Api, ada: Person, rows: Rows) -> None:
    answer = await api(DELETE_ACCOUNT, viewer=ada, input={"password": "wrong"})
    assert answer == {
        "__typename": "InvalidInput",
        "field": "password",
        "message": "This is not your password.",
    }
    assert [user.status for user in await rows(User)] == [UserStatus.ACTIVE]
    assert [(entry.event, entry.subject_id) for entry in await rows(AuditEntry)] == [("user_deleted_fail", ada.id)]


@pytest.mark.usefixtures("no_time_passes")
async def test_failures_are_limited(api: Api, ada: Person) -> None:
    for _ in range(5):
        await api(DELETE_ACCOUNT, viewer=ada, input={"password": "wrong"})
    with pytest.raises(Refused) as refused:
        await api(DELETE_ACCOUNT, viewer=ada, input={"password": PASSWORD})
    assert refused.value.code == "RATE_LIMITED"


async def test_two_at_once_tell_the_same_date(api: Api, ada: Person, rows: Rows) -> None:
    one, other = await asyncio.gather(delete(api, ada), delete(api, ada))
    assert one == other
    events = [entry.event for entry in await rows(AuditEntry)]
    assert events == ["user_deleted", "authn_token_revoked"]


@pytest.mark.usefixtures("no_time_passes")
async def test_a_deleted_account_is_refused_like_a_wrong_password(api: Api, ada: Person, rows: Rows) -> None:
    await delete(api, ada)
    for _ in range(5):
        assert await log_in(api, "ada") == WRONG
    with pytest.raises(Refused) as refused:
        await log_in(api, "ada")
    assert refused.value.code == "RATE_LIMITED"
    events = [entry.event for entry in (await rows(AuditEntry))[2:]]
    assert events == [*["authn_login_fail"] * 5, "excess_rate_limit_exceeded"]


async def test_taken_back_the_account_is_there_again_and_signed_in(api: Api, ada: Person, rows: Rows) -> None:
    await delete(api, ada)
    answer = await api(CANCEL_DELETION, input=ME)
    assert answer["viewer"] == {"username": "ada"}
    assert (await refresh(api, answer["session"]["refreshToken"]))["__typename"] == "RefreshSessionPayload"
    (row,) = await rows(User)
    assert (row.status, row.returns_as, row.deleted_at) == (UserStatus.ACTIVE, None, None)
    assert await api(PROFILE) == {"username": "ada"}
    assert [entry.event for entry in (await rows(AuditEntry))[2:]] == [
        "user_deletion_cancelled",
        "authn_login_success",
        "session_created",
    ]


async def test_to_take_it_back_twice_is_to_sign_in(api: Api, ada: Person, rows: Rows) -> None:
    await delete(api, ada)
    for _ in range(2):
        assert (await api(CANCEL_DELETION, input=ME))["viewer"] == {"username": "ada"}
    events = [entry.event for entry in await rows(AuditEntry)]
    assert events.count("user_deletion_cancelled") == 1


async def test_needs_the_password_to_take_it_back(api: Api, ada: Person, rows: Rows) -> None:
    await delete(api, ada)
    assert await api(CANCEL_DELETION, input={**ME, "password": "wrong"}) == WRONG
    assert [user.status for user in await rows(User)] == [UserStatus.DELETED]


@pytest.mark.usefixtures("no_time_passes")
async def test_tries_to_take_it_back_count_with_tries_to_sign_in(api: Api, ada: Person) -> None:
    for _ in range(3):
        assert await log_in(api, "ada", "wrong") == WRONG
    for _ in range(2):
        assert await api(CANCEL_DELETION, input={**ME, "password": "wrong"}) == WRONG
    with pytest.raises(Refused) as refused:
        await api(CANCEL_DELETION, input=ME)
    assert refused.value.code == "RATE_LIMITED"


@pytest.mark.parametrize(("days", "kind"), [(29, "CancelDeletionPayload"), (30, "NotAllowed")])
async def test_can_be_taken_back_for_thirty_days(
    api: Api, ada: Person, owner: asyncpg.Connection, days: int, kind: str
) -> None:
    await delete(api, ada)
    await owner.execute("UPDATE users SET deleted_at = deleted_at - make_interval(days => $1)", days)
    assert (await api(CANCEL_DELETION, input=ME))["__typename"] == kind


async def test_a_suspension_does_not_end_that_way(api: Api, make: Make, rows: Rows) -> None:
    ada = await make.user("ada", status=UserStatus.SUSPENDED)
    await delete(api, ada)
    assert (await api(CANCEL_DELETION, input=ME))["viewer"] == {"username": "ada"}
    assert [user.status for user in await rows(User)] == [UserStatus.SUSPENDED]


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.ADMIN])
async def test_the_trusted_leave_and_return_alike(api: Api, make: Make, rows: Rows, role: Role) -> None:
    ada = await make.user("ada", role=role)
    await delete(api, ada)
    assert (await api(CANCEL_DELETION, input=ME))["viewer"] == {"username": "ada"}
    assert [(user.role, user.status) for user in await rows(User)] == [(role, UserStatus.ACTIVE)]


async def test_refuses_the_anonymous(api: Api) -> None:
    with pytest.raises(Refused) as refused:
        await api(DELETE_ACCOUNT, input={"password": PASSWORD})
    assert refused.value.code == "UNAUTHENTICATED"
