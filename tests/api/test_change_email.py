"""A change of address: the new one proves itself, and the old one is told."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from db.models import AuditEntry, Credential
from tests.api.accounts import CHANGE_EMAIL, VERIFY, Rows, log_in
from tests.conftest import Api, Refused
from tests.factories import Make, Person
from tests.letters import Mail

GONE = {"__typename": "Conflict", "message": "This e-mail address has another account by now."}


async def change(api: Api, person: Person, email: str = "new@example.org") -> Any:
    return await api(CHANGE_EMAIL, viewer=person, input={"newEmail": email})


async def test_the_new_address_is_the_accounts_once_its_link_is_opened(
    api: Api, make: Make, rows: Rows, mail: Mail, owner: asyncpg.Connection
) -> None:
    ada = await make.user("ada")
    await owner.execute("UPDATE credentials SET email_verified_at = now()")
    assert await change(api, ada, " New@Example.ORG ") == {
        "__typename": "ChangeEmailPayload",
        "newEmail": "New@example.org",
    }
    (credential,) = await rows(Credential)
    assert credential.email == "ada@example.org"
    token = await mail.token()
    assert await api(VERIFY, input={"token": token}) == {
        "__typename": "VerifyEmailPayload",
        "needsPassword": False,
        "email": "New@example.org",
    }
    (credential,) = await rows(Credential)
    assert (credential.email, credential.email_verified_at is None) == ("New@example.org", False)
    assert (await log_in(api, "new@example.org"))["__typename"] == "LoginPayload"
    assert (await log_in(api, "ada@example.org"))["__typename"] == "NotAllowed"


async def test_the_old_address_is_told_of_the_wish_and_of_the_change(api: Api, make: Make, mail: Mail) -> None:
    await change(api, await make.user("ada"))
    letters = await mail.deliver()
    assert [(each["to"], each["subject"]) for each in letters] == [
        ("new@example.org", "Verify your new e-mail address"),
        ("ada@example.org", "Your e-mail address is about to change"),
    ]
    assert "new@example.org" not in letters[1]["text"]
    await api(VERIFY, input={"token": letters[0]["text"].partition("#token=")[2][:43]})
    (told,) = await mail.deliver()
    assert (told["to"], told["subject"]) == ("ada@example.org", "Your e-mail address was changed")


async def test_asks_for_a_fresh_proof_of_who_one_is(api: Api, make: Make, mail: Mail) -> None:
    ada = await make.user("ada")
    long_ago = datetime.now(UTC) - timedelta(minutes=11)
    stale = replace(ada, viewer=replace(ada.viewer, proven_at=long_ago))
    assert (await change(api, stale))["__typename"] == "ConfirmationNeeded"
    assert await mail.deliver() == []


async def test_answers_alike_where_somebody_has_the_address_and_tells_them(
    api: Api, make: Make, rows: Rows, mail: Mail
) -> None:
    ada = await make.user("ada")
    await make.user("bob")
    assert await change(api, ada, "BOB@example.org") == {
        "__typename": "ChangeEmailPayload",
        "newEmail": "BOB@example.org",
    }
    letters = await mail.deliver()
    assert [(each["to"], each["subject"]) for each in letters] == [
        ("bob@example.org", "You have an account already"),
        ("ada@example.org", "Your e-mail address is about to change"),
    ]
    assert [each.email for each in await rows(Credential)] == ["ada@example.org", "bob@example.org"]


async def test_of_two_who_wait_for_the_same_address_the_first_gets_it(
    api: Api, make: Make, rows: Rows, mail: Mail
) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    tokens = []
    for person in (ada, bob):
        await change(api, person)
        tokens.append(await mail.token())
    assert (await api(VERIFY, input={"token": tokens[0]}))["__typename"] == "VerifyEmailPayload"
    assert await api(VERIFY, input={"token": tokens[1]}) == GONE
    assert [each.email for each in await rows(Credential)] == ["new@example.org", "bob@example.org"]


async def test_of_two_at_once_one_gets_it(api: Api, make: Make, rows: Rows, mail: Mail) -> None:
    tokens = []
    for name in ("ada", "bob"):
        await change(api, await make.user(name))
        tokens.append(await mail.token())
    answers = await asyncio.gather(*(api(VERIFY, input={"token": token}) for token in tokens))
    assert sorted(answer["__typename"] for answer in answers) == ["Conflict", "VerifyEmailPayload"]


async def test_the_newest_wish_counts(api: Api, make: Make, mail: Mail) -> None:
    ada = await make.user("ada")
    await change(api, ada, "first@example.org")
    first = await mail.token()
    await change(api, ada, "second@example.org")
    assert (await api(VERIFY, input={"token": first}))["__typename"] == "NotAllowed"
    assert (await api(VERIFY, input={"token": await mail.token()}))["email"] == "second@example.org"


async def test_capitals_of_ones_own_address_may_change(api: Api, make: Make, mail: Mail) -> None:
    ada = await make.user("ada")
    await change(api, ada, "Ada@example.org")
    assert (await api(VERIFY, input={"token": await mail.token()}))["email"] == "Ada@example.org"


@pytest.mark.parametrize(("email", "words"), [("nowhere", "such as"), ("ada@example.org", "already")])
async def test_refuses_what_is_no_other_address(api: Api, make: Make, email: str, words: str) -> None:
    refused = await change(api, await make.user("ada"), email)
    assert (refused["__typename"], refused["field"]) == ("InvalidInput", "newEmail")
    assert words in refused["message"]


async def test_leaves_a_trace_without_addresses(api: Api, make: Make, rows: Rows, mail: Mail) -> None:
    ada = await make.user("ada", verified=False)
    await change(api, ada)
    await api(VERIFY, input={"token": await mail.token()})
    traces = {entry.event: (entry.subject_id, entry.details) for entry in await rows(AuditEntry)}
    assert traces == {
        "email_change_requested": (ada.id, {}),
        "email_changed": (ada.id, {}),
        "email_verified": (ada.id, {}),
        "authn_password_change": (ada.id, {"reason": "email_verified"}),
        "authn_token_revoked": (ada.id, {"reason": "email_verified", "sessions": [ada.session_id], "tokens": []}),
    }


@pytest.mark.usefixtures("no_time_passes")
async def test_an_address_gets_three_letters_an_hour_whoever_asks(api: Api, make: Make) -> None:
    for name in ("ada", "bob", "eve"):
        await change(api, await make.user(name))
    with pytest.raises(Refused) as refused:
        await change(api, await make.user("zoe"))
    assert refused.value.code == "RATE_LIMITED"
