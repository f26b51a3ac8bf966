"""A forgotten password, through the API and the mailbox."""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from db.models import AuditEntry, Credential, MailLink, PersonalToken, Session
from tests.api.accounts import CHANGE_EMAIL, REQUEST_RESET, RESET, VERIFY, Rows, log_in
from tests.conftest import Api, Refused
from tests.factories import PASSWORD, Make
from tests.letters import Mail, token_of

NEW = "a staple of batteries"
STALE = {"__typename": "NotAllowed", "message": "This link is not good any more. Ask for another."}
DONE = {"__typename": "ResetPasswordPayload", "message": "Your new password holds. Sign in with it."}


async def ask(api: Api, email: str = "ada@example.org", **how: Any) -> Any:
    return await api(REQUEST_RESET, input={"email": email}, **how)


async def reset(api: Api, token: str, password: str = NEW, **how: Any) -> Any:
    return await api(RESET, input={"token": token, "newPassword": password}, **how)


async def test_a_link_sets_a_new_password_and_ends_every_session(
    api: Api, make: Make, rows: Rows, mail: Mail
) -> None:
    ada, bob = await make.user("ada", verified=False), await make.user("bob")
    assert (await ask(api, " ADA@Example.org "))["__typename"] == "RequestPasswordResetPayload"
    (letter,) = await mail.deliver()
    assert (letter["to"], letter["subject"]) == ("ada@example.org", "Set a new password")
    assert await reset(api, token_of(letter)) == DONE
    ended = {row.user_id: row.revoked_at is not None for row in await rows(Session)}
    assert ended == {ada.id: True, bob.id: False}
    assert (await log_in(api, "ada"))["__typename"] == "NotAllowed"
    assert (await log_in(api, "ada", NEW))["viewer"] == {"username": "ada"}
    (told,) = await mail.deliver()
    assert (told["to"], told["subject"]) == ("ada@example.org", "Your password was changed")
    credential, _ = await rows(Credential)
    assert credential.email_verified_at is not None


async def test_what_is_done_leaves_a_trace_without_secrets(api: Api, make: Make, rows: Rows, mail: Mail) -> None:
    ada = await make.user("ada")
    await ask(api)
    await reset(api, await mail.token())
    traces = [(entry.event, entry.actor_id, entry.subject_id, entry.details) for entry in await rows(AuditEntry)]
    assert traces == [
        ("authn_password_reset_requested", None, ada.id, {}),
        (
            "authn_token_revoked",
            ada.id,
            ada.id,
            {"reason": "password_reset", "sessions": [ada.session_id], "tokens": []},
        ),
        ("authn_password_change", ada.id, ada.id, {"reason": "reset"}),
    ]


async def test_answers_alike_for_an_address_without_an_account(api: Api, make: Make, mail: Mail) -> None:
    await make.user("ada", verified=False)
    assert await ask(api, "nobody@example.org") == await ask(api)
    assert [letter["to"] for letter in await mail.deliver()] == ["ada@example.org"]


async def test_a_link_is_good_once(api: Api, make: Make, mail: Mail) -> None:
    await make.user("ada", verified=False)
    await ask(api)
    token = await mail.token()
    assert await reset(api, token) == DONE
    assert await reset(api, token, "another staple of batteries") == STALE
    assert (await log_in(api, "ada", NEW))["__typename"] == "LoginPayload"


async def test_of_several_at_once_with_one_link_one_succeeds(api: Api, make: Make, mail: Mail) -> None:
    await make.user("ada", verified=False)
    await ask(api)
    token = await mail.token()
    answers = await asyncio.gather(*(reset(api, token) for _ in range(5)))
    assert sorted(answer["__typename"] for answer in answers) == ["NotAllowed"] * 4 + ["ResetPasswordPayload"]


async def test_the_newest_link_is_the_one_that_is_good(api: Api, make: Make, mail: Mail) -> None:
    await make.user("ada", verified=False)
    await ask(api)
    first = await mail.token()
    await ask(api)
    second = await mail.token()
    assert await reset(api, first) == STALE
    assert await reset(api, second) == DONE


@pytest.mark.parametrize(("age", "is_good"), [(timedelta(minutes=9), True), (timedelta(minutes=10), False)])
async def test_a_link_is_good_for_ten_minutes(
    api: Api, make: Make, mail: Mail, owner: asyncpg.Connection, age: timedelta, is_good: bool
) -> None:
    await make.user("ada", verified=False)
    await ask(api)
    token = await mail.token()
    await owner.execute("UPDATE mail_links SET expires_at = expires_at - $1::interval", age)
    assert await reset(api, token) == (DONE if is_good else STALE)


async def test_only_a_hash_of_the_secret_is_kept(api: Api, make: Make, rows: Rows, mail: Mail) -> None:
    await make.user("ada", verified=False)
    await ask(api)
    (link,) = await rows(MailLink)
    assert link.hash is None  # and nothing opens it, until there is a letter
    token = await mail.token()
    (link,) = await rows(MailLink)
    assert link.hash is not None
    for tried in (link.hash.hex(), token[:-1], token + "=", "", "\u0000", "x" * 1000):
        assert await reset(api, tried) == STALE
    assert await reset(api, token) == DONE


async def test_a_link_of_another_purpose_sets_no_password(api: Api, make: Make, mail: Mail) -> None:
    ada = await make.user("ada", verified=False)
    await api(CHANGE_EMAIL, viewer=ada, input={"newEmail": "new@example.org"})
    token = await mail.token()
    assert await reset(api, token) == STALE
    await ask(api)
    assert await api(VERIFY, input={"token": await mail.token()}) == STALE


async def test_a_reset_stops_a_change_of_address(api: Api, make: Make, rows: Rows, mail: Mail) -> None:
    ada = await make.user("ada", verified=False)
    await api(CHANGE_EMAIL, viewer=ada, input={"newEmail": "eve@example.org"})
    taking_over = await mail.token()
    await ask(api)
    assert await reset(api, await mail.token()) == DONE
    assert await api(VERIFY, input={"token": taking_over}) == STALE
    (credential,) = await rows(Credential)
    assert credential.email == "ada@example.org"


async def test_a_change_of_address_that_was_not_sent_yet_is_stopped_too(api: Api, make: Make, mail: Mail) -> None:
    ada = await make.user("ada", verified=False)
    await ask(api)
    token = await mail.token()
    await api(CHANGE_EMAIL, viewer=ada, input={"newEmail": "eve@example.org"})
    assert await reset(api, token) == DONE
    assert "eve@example.org" not in [letter["to"] for letter in await mail.deliver()]


async def test_a_session_that_has_ended_changes_no_address_afterwards(api: Api, make: Make, mail: Mail) -> None:
    """A request may be on its way when the reset ends its session."""
    ada = await make.user("ada", verified=False)
    await ask(api)
    await reset(api, await mail.token())
    late = await api(CHANGE_EMAIL, viewer=ada, input={"newEmail": "eve@example.org"})
    assert late["__typename"] == "NotAllowed"


async def test_tokens_for_scripts_end_too(
    api: Api, make: Make, rows: Rows, mail: Mail, owner: asyncpg.Connection
) -> None:
    ada = await make.user("ada", verified=False)
    await owner.execute(
        "INSERT INTO personal_tokens (user_id, hash, name, scopes, expires_at) "
        "VALUES ($1, decode(repeat('00', 32), 'hex'), 'script', '{}', now() + interval '1 day')",
        ada.id,
    )
    await ask(api)
    await reset(api, await mail.token())
    assert [token.revoked_at is not None for token in await rows(PersonalToken)] == [True]


@pytest.mark.parametrize(("password", "words"), [("short", "at least 8"), ("ada-1990-1990", "your name")])
async def test_refuses_a_password_that_is_too_weak_and_leaves_the_link_good(
    api: Api, make: Make, mail: Mail, password: str, words: str
) -> None:
    await make.user("ada", verified=False)
    await ask(api)
    token = await mail.token()
    refused = await reset(api, token, password)
    assert (refused["__typename"], refused["field"]) == ("InvalidInput", "newPassword")
    assert words in refused["message"]
    assert (await log_in(api, "ada", PASSWORD))["__typename"] == "LoginPayload"
    assert await reset(api, token) == DONE


async def test_refuses_what_is_no_address(api: Api) -> None:
    refused = await ask(api, "ada")
    assert (refused["__typename"], refused["field"]) == ("InvalidInput", "email")


@pytest.mark.usefixtures("no_time_passes")
@pytest.mark.parametrize("email", ["ada@example.org", "nobody@example.org"])
async def test_an_address_gets_three_letters_an_hour_whoever_asks(api: Api, make: Make, email: str) -> None:
    await make.user("ada", verified=False)
    for number in range(3):
        assert "errors" not in await api.raw(REQUEST_RESET, ip=f"192.0.2.{number}", input={"email": email})
    answer = await api.raw(REQUEST_RESET, ip="192.0.2.9", input={"email": email.upper()})
    assert answer["errors"][0]["extensions"] == {"code": "RATE_LIMITED", "retryAfter": 1200}


@pytest.mark.usefixtures("no_time_passes")
async def test_a_client_asks_ten_times_an_hour(api: Api) -> None:
    for number in range(10):
        await ask(api, f"person{number}@example.org")
    with pytest.raises(Refused) as refused:
        await ask(api, "person11@example.org")
    assert refused.value.code == "RATE_LIMITED"
