"""Whoever deleted their account comes back by the provider they sign in with."""

import asyncpg

from db.models import AuditEntry, Session, User, UserStatus
from tests.api.accounts import DELETE_ACCOUNT, Rows
from tests.api.second_factors import COMPLETE, turn_on
from tests.factories import Person
from tests.oauth.journey import Journey
from tests.oauth.test_linking import person_of

OFFERED = {
    "__typename": "InvalidInput",
    "field": "cancelDeletion",
    "message": "This account is deleted. Say that its deletion is off to have it back.",
}
GONE = {"__typename": "NotAllowed", "message": "This account is deleted."}


async def ada_of(rows: Rows) -> Person:
    (user,) = await rows(User)
    return person_of(user, (await rows(Session))[-1])


async def left(journey: Journey, rows: Rows) -> str:
    """Ada came by Google, has no password and deletes her account; the code of her next way there and back."""
    await journey.sign_in("google", username="ada")
    await journey.api(DELETE_ACCOUNT, viewer=await ada_of(rows), input={})
    return (await journey.go("google"))["code"]


async def test_is_asked_first_and_comes_back_by_the_same_code(journey: Journey, rows: Rows) -> None:
    code = await left(journey, rows)
    for _ in range(2):
        assert await journey.exchange(code) == OFFERED
    assert [user.status for user in await rows(User)] == [UserStatus.DELETED]
    assert (await journey.exchange(code, cancelDeletion=True))["viewer"] == {"username": "ada"}
    assert [user.status for user in await rows(User)] == [UserStatus.ACTIVE]
    assert "user_deletion_cancelled" in [entry.event for entry in await rows(AuditEntry)]
    assert (await journey.exchange(code, cancelDeletion=True))["__typename"] == "NotAllowed"


async def test_who_was_suspended_still_is(journey: Journey, rows: Rows, owner: asyncpg.Connection) -> None:
    code = await left(journey, rows)
    await owner.execute("UPDATE users SET returns_as = 'SUSPENDED'")
    assert (await journey.exchange(code, cancelDeletion=True))["viewer"] == {"username": "ada"}
    assert [user.status for user in await rows(User)] == [UserStatus.SUSPENDED]


async def test_a_second_factor_is_asked_for_before_anything_comes_back(journey: Journey, rows: Rows) -> None:
    await journey.sign_in("google", username="ada")
    app = await turn_on(journey.api, await ada_of(rows))
    await journey.api(DELETE_ACCOUNT, viewer=await ada_of(rows), input={})
    half = await journey.sign_in("google", cancelDeletion=True)
    assert [user.status for user in await rows(User)] == [UserStatus.DELETED]
    answer = await journey.api(
        COMPLETE, input={"challenge": half["challenge"], "recoveryCode": app.recovery_codes[0]}
    )
    assert answer["viewer"]["username"] == "ada"
    assert [user.status for user in await rows(User)] == [UserStatus.ACTIVE]


async def test_when_it_is_too_late_nothing_is_offered(
    journey: Journey, rows: Rows, owner: asyncpg.Connection
) -> None:
    code = await left(journey, rows)
    await owner.execute("UPDATE users SET deleted_at = now() - interval '30 days'")
    assert await journey.exchange(code) == GONE
    assert await journey.exchange(code, cancelDeletion=True) == GONE
    assert [user.status for user in await rows(User)] == [UserStatus.DELETED]


async def test_to_say_so_without_need_is_harmless(journey: Journey) -> None:
    await journey.sign_in("google", username="ada")
    assert (await journey.sign_in("google", cancelDeletion=True))["viewer"] == {"username": "ada"}
