"""Signing in with a second factor, through the API."""

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from db.models import AuditEntry, Challenge, Session, User, UserStatus
from tests.api.accounts import CANCEL_DELETION, WRONG, Rows, log_in, stored
from tests.api.second_factors import COMPLETE, App, turn_on
from tests.conftest import Api, Refused
from tests.factories import PASSWORD, Person

OVER = {"__typename": "NotAllowed", "message": "This took too long, or too many tries. Sign in again."}


@pytest.fixture
async def app(api: Api, ada: Person) -> App:
    return await turn_on(api, ada)


@pytest.fixture
async def challenge(api: Api, app: App) -> str:
    challenge: str = (await log_in(api, "ada"))["challenge"]
    return challenge


async def test_a_password_alone_begins_nothing(api: Api, app: App, rows: Rows) -> None:
    answer = await log_in(api, "ada")
    assert answer["__typename"] == "SecondFactorNeeded"
    assert answer["message"] == "Show your second factor to finish signing in."
    assert answer["methods"] == ["TOTP", "RECOVERY_CODE"]
    left = datetime.fromisoformat(answer["expiresAt"]) - datetime.now(UTC)
    assert timedelta(minutes=4) < left <= timedelta(minutes=5)
    assert len(await rows(Session)) == 1  # the one that Ada began with
    (kept,) = await rows(Challenge)
    assert kept.hash == stored(answer["challenge"])


async def test_a_wrong_password_is_answered_as_ever(api: Api, app: App, rows: Rows) -> None:
    assert await log_in(api, "ada", "wrong") == WRONG
    assert await rows(Challenge) == []


@pytest.mark.parametrize("kind", ["totpCode", "recoveryCode"])
async def test_the_second_factor_begins_the_session(
    api: Api, app: App, challenge: str, rows: Rows, kind: str
) -> None:
    code = app.next_code if kind == "totpCode" else app.recovery_codes[0]
    answer = await api(COMPLETE, input={"challenge": challenge, kind: code})
    assert answer["viewer"] == {"username": "ada", "hasTotp": True}
    assert answer["session"]["accessToken"]
    assert len(await rows(Session)) == 2
    assert await rows(Challenge) == []
    success, created = (await rows(AuditEntry))[-2:]
    assert (success.event, success.details) == ("authn_login_success", {"method": "PASSWORD"})
    assert created.event == "session_created"


async def test_a_challenge_is_good_once(api: Api, app: App, challenge: str, rows: Rows) -> None:
    await api(COMPLETE, input={"challenge": challenge, "totpCode": app.next_code})
    answer = await api(COMPLETE, input={"challenge": challenge, "recoveryCode": app.recovery_codes[0]})
    assert answer == OVER
    assert len(await rows(Session)) == 2


async def test_of_two_right_answers_at_once_one_begins_a_session_and_the_other_uses_nothing_up(
    api: Api, app: App, challenge: str, rows: Rows, owner: asyncpg.Connection
) -> None:
    answers = await asyncio.gather(
        *(api(COMPLETE, input={"challenge": challenge, "recoveryCode": code}) for code in app.recovery_codes[:2])
    )
    assert sorted(answer["__typename"] for answer in answers) == ["CompleteSignInPayload", "NotAllowed"]
    assert len(await rows(Session)) == 2
    assert await owner.fetchval("SELECT count(*) FROM recovery_codes WHERE used_at IS NOT NULL") == 1


async def test_a_challenge_takes_five_tries(api: Api, app: App, challenge: str, owner: asyncpg.Connection) -> None:
    await owner.execute("UPDATE challenges SET tries = 4")
    answer = await api(COMPLETE, input={"challenge": challenge, "totpCode": "000000"})
    assert (answer["__typename"], answer["field"]) == ("InvalidInput", "totpCode")
    assert await api(COMPLETE, input={"challenge": challenge, "totpCode": app.next_code}) == OVER


async def test_a_challenge_ends_by_itself(api: Api, app: App, challenge: str, owner: asyncpg.Connection) -> None:
    await owner.execute("UPDATE challenges SET expires_at = now()")
    assert await api(COMPLETE, input={"challenge": challenge, "totpCode": app.next_code}) == OVER


async def test_a_challenge_that_never_was_is_refused_in_the_same_words(api: Api, app: App) -> None:
    assert await api(COMPLETE, input={"challenge": "made up", "totpCode": app.next_code}) == OVER


@pytest.mark.parametrize("change", ["password_changed_at = now()", "password_changed_at = now() + '1 s'"])
async def test_a_password_that_was_changed_meanwhile_takes_its_sign_ins_with_it(
    api: Api, app: App, challenge: str, owner: asyncpg.Connection, rows: Rows, change: str
) -> None:
    await owner.execute(f"UPDATE credentials SET {change}")
    assert await api(COMPLETE, input={"challenge": challenge, "totpCode": app.next_code}) == OVER
    assert len(await rows(Session)) == 1


async def test_an_account_that_was_deleted_meanwhile_stays_deleted(
    api: Api, app: App, challenge: str, owner: asyncpg.Connection, rows: Rows
) -> None:
    await owner.execute("UPDATE users SET status = 'DELETED', deleted_at = now()")
    assert await api(COMPLETE, input={"challenge": challenge, "totpCode": app.next_code}) == OVER
    assert (await rows(User))[0].status is UserStatus.DELETED


async def test_a_deletion_is_taken_back_by_both_factors_and_not_by_one(
    api: Api, app: App, owner: asyncpg.Connection, rows: Rows
) -> None:
    await owner.execute("UPDATE users SET status = 'DELETED', deleted_at = now(), returns_as = 'SUSPENDED'")
    half = await api(CANCEL_DELETION, input={"usernameOrEmail": "ada", "password": PASSWORD})
    assert half["__typename"] == "SecondFactorNeeded"
    assert (await rows(User))[0].status is UserStatus.DELETED
    answer = await api(COMPLETE, input={"challenge": half["challenge"], "totpCode": app.next_code})
    assert answer["viewer"]["username"] == "ada"
    assert (await rows(User))[0].status is UserStatus.SUSPENDED
    assert "user_deletion_cancelled" in [entry.event for entry in await rows(AuditEntry)]


@pytest.mark.usefixtures("no_time_passes")
async def test_new_challenges_give_no_more_tries(api: Api, app: App) -> None:
    for _ in range(5):
        half = await log_in(api, "ada")
        await api(COMPLETE, input={"challenge": half["challenge"], "totpCode": "000000"})
    half = await log_in(api, "ada")
    with pytest.raises(Refused) as refused:
        await api(COMPLETE, input={"challenge": half["challenge"], "totpCode": app.next_code})
    assert refused.value.code == "RATE_LIMITED"
