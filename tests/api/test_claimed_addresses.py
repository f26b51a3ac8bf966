"""An address is whose it has been shown to be: anybody may say that it is theirs, and learns nothing by it."""

import re
from collections.abc import Awaitable
from typing import Any

import asyncpg
import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from db.accounts import Taken, add_account, take_address
from db.models import AuditEntry, Credential, User
from domain import accounts
from domain.audit import Origin
from domain.errors import InvalidInput
from schema.context import Services
from tests.api.accounts import (
    CHANGE_EMAIL,
    LOGIN,
    REGISTER,
    REQUEST_RESET,
    REQUEST_VERIFICATION,
    RESET,
    VERIFY,
    WRONG,
    Rows,
    log_in,
    post,
)
from tests.conftest import Api, Refused
from tests.factories import PASSWORD, PASSWORD_HASH, Make
from tests.letters import Mail, token_of
from tests.races import Deed, in_turn

PERSON = "query ($name: SafeText!) { user(username: $name) { username displayName postCount } }"
SEARCH = "query ($name: SafeText!) { searchUsers(query: $name, first: 5) { edges { node { username } } } }"
OWN = """
{ viewer {
  username email emailVerified hasTotp permissions
  securityEvents(first: 9) { edges { node { kind isYours device address } } }
  sessions { device }
} }
"""
GONE = {"__typename": "Conflict", "message": "This e-mail address has another account by now."}
ALREADY = "You have an account already"
VERIFY_FIRST = "Verify your e-mail address"
CHOSEN = "a quiet engine"
NEW = "a staple of batteries"
HERE = Origin("test-request", "192.0.2.1", "tests")


def applicant(username: str, email: str) -> dict[str, Any]:
    return {"username": username, "email": email, "password": CHOSEN}


async def all_that_can_be_asked(client: httpx.AsyncClient, username: str, email: str) -> list[Any]:
    """What whoever registers so sees of it afterwards, by every way there is."""

    async def ask(document: str, token: str | None = None, **variables: Any) -> Any:
        return await post(client, document, token, **variables)

    by_name = {"usernameOrEmail": username, "password": CHOSEN}
    seen = [
        await ask(REGISTER, input=applicant(username, email)),
        await ask(PERSON, name=username),
        await ask(SEARCH, name=username),
        await ask(REGISTER, input=applicant(username.upper(), "other@example.org")),
        await ask(LOGIN, input={**by_name, "usernameOrEmail": email}),
        signed_in := await ask(LOGIN, input=by_name),
    ]
    token = signed_in["data"]["login"]["session"]["accessToken"]
    asked = [
        await ask(OWN, token),
        await ask(REQUEST_VERIFICATION, token, input={}),
        await ask(CHANGE_EMAIL, token, input={"newEmail": email}),
        await ask(CHANGE_EMAIL, token, input={"newEmail": email.upper()}),
        await ask(REQUEST_RESET, input={"email": email}),
        await ask(OWN, token),
    ]
    return seen + asked


@pytest.mark.parametrize("is_proven", [True, False])
async def test_nothing_tells_whoever_registers_whether_the_address_has_an_account(
    client: httpx.AsyncClient, make: Make, owner: asyncpg.Connection, mail: Mail, is_proven: bool
) -> None:
    """Nor whether one signs in by it that has it from before addresses were proven."""
    await make.user("one", verified=is_proven)
    await owner.execute("UPDATE credentials SET signs_in_unproven = NOT $1", is_proven)
    seen = {}
    for kind in ("one", "two"):
        told = repr(await all_that_can_be_asked(client, f"{kind}_new", f"{kind}@example.org"))
        await mail.deliver()
        told = re.sub(rf"(?i){kind}", "somebody", told)
        seen[kind] = re.sub(r"('\w*(?:Token|ExpiresAt|token)': )'[^']*'", r"\1'...'", told)
    assert seen["one"] == seen["two"]
    assert seen["one"].count("'emailVerified': False") == 2


async def test_its_owner_is_told_and_nothing_of_theirs_changes(
    api: Api, make: Make, rows: Rows, mail: Mail
) -> None:
    bob = await make.user("bob")
    before = (await rows(Credential))[0].password_hash
    await api(REGISTER, input=applicant("eve", "BOB@example.org"))
    (letter,) = await mail.deliver()
    assert (letter["to"], letter["subject"]) == ("bob@example.org", ALREADY)
    assert "bob" in letter["text"]
    assert "The other account cannot use this address." in " ".join(letter["text"].split())
    assert "eve" not in letter["text"] + letter["html"]  # what somebody else chose is not for their eyes
    assert "#token=" not in letter["text"]
    assert (await rows(Credential))[0].password_hash == before
    assert (await log_in(api, "bob@example.org"))["viewer"] == {"username": "bob"}
    traces = {entry.event: entry for entry in await rows(AuditEntry)}
    assert traces["user_created"].subject_id != bob.id
    again = traces["user_registered_again"]
    assert (again.actor_id, again.subject_id, again.details) == (None, bob.id, {})


@pytest.mark.parametrize("is_known_first", [True, False])
async def test_of_two_at_once_with_one_username_the_first_gets_it_whatever_its_address(
    make: Make, owner: asyncpg.Connection, services: Services, rows: Rows, is_known_first: bool
) -> None:
    await make.user("bob")
    known, fresh = registering("bob@example.org"), registering("fresh@example.org")
    first, then = (known, fresh) if is_known_first else (fresh, known)
    _, refused = await in_turn(owner, services.stores.sessions, first, then)
    assert isinstance(refused, InvalidInput)
    assert (refused.field, refused.message) == ("username", "This username is taken.")
    assert [user.username for user in await rows(User)] == ["bob", "ada"]


def registering(email: str) -> Deed:
    who = accounts.Applicant("ada", email, "Ada")
    return lambda session: accounts.register(session, who, password_hash=PASSWORD_HASH, origin=HERE)


async def test_an_account_signs_in_by_its_address_once_that_is_proven(api: Api, mail: Mail) -> None:
    await api(REGISTER, input=applicant("ada", "ada@example.org"))
    assert await log_in(api, "ada@example.org", CHOSEN) == WRONG
    assert (await log_in(api, "ada", CHOSEN))["viewer"] == {"username": "ada"}
    await api(VERIFY, input={"token": await mail.token(), "password": CHOSEN})
    assert (await log_in(api, "ADA@example.org", CHOSEN))["viewer"] == {"username": "ada"}


async def test_of_several_who_say_that_an_address_is_theirs_the_first_proof_counts(
    api: Api, rows: Rows, mail: Mail
) -> None:
    tokens = []
    for name in ("eve", "ada"):
        await api(REGISTER, input=applicant(name, "ada@example.org"))
        (letter,) = await mail.deliver()
        assert (letter["subject"], name in letter["text"]) == (VERIFY_FIRST, True)
        tokens.append(token_of(letter))
    assert (await api(VERIFY, input={"token": tokens[1], "password": CHOSEN}))["needsPassword"] is False
    assert await api(VERIFY, input={"token": tokens[0], "password": CHOSEN}) == GONE
    assert [bool(each.email_verified_at) for each in await rows(Credential)] == [False, True]
    assert (await log_in(api, "ada@example.org", CHOSEN))["viewer"] == {"username": "ada"}


async def test_of_two_who_prove_it_at_once_the_second_finds_it_taken(
    make: Make, owner: asyncpg.Connection, services: Services, rows: Rows
) -> None:
    """By a provider's word and by a link: neither meets the error of an index, which PostgreSQL would log."""
    eve = await make.user("eve", verified=False, email="ada@example.org")

    def joining(session: AsyncSession) -> Awaitable[Any]:
        return add_account(session, "ada", "Ada@example.org", "Ada", None, is_verified=True)

    def verifying(session: AsyncSession) -> Awaitable[Any]:
        return take_address(session, eve.id, "ada@example.org")

    assert (await in_turn(owner, services.stores.sessions, joining, verifying))[1] is False
    await owner.execute("DELETE FROM users WHERE username = 'ada'")
    assert await in_turn(owner, services.stores.sessions, verifying, joining) == [True, Taken.EMAIL]
    assert [user.username for user in await rows(User)] == ["eve"]


async def test_a_forgotten_password_is_the_owners_whoever_says_so_later(api: Api, make: Make, mail: Mail) -> None:
    await make.user("ada")
    await make.user("eve", verified=False, email="ada@example.org")
    await api(REQUEST_RESET, input={"email": "ada@example.org"})
    await api(RESET, input={"token": await mail.token(), "newPassword": NEW})
    assert (await log_in(api, "ada", NEW))["viewer"] == {"username": "ada"}
    assert (await log_in(api, "eve"))["viewer"] == {"username": "eve"}


async def test_while_nobody_is_its_owner_it_is_the_newest_accounts(api: Api, make: Make, mail: Mail) -> None:
    await make.user("eve", verified=False, email="ada@example.org")
    await make.user("ada", verified=False)
    await api(REQUEST_RESET, input={"email": "ada@example.org"})
    await api(RESET, input={"token": await mail.token(), "newPassword": NEW})
    assert (await log_in(api, "ada@example.org", NEW))["viewer"] == {"username": "ada"}


async def test_a_reset_comes_too_late_where_another_account_was_faster(
    api: Api, make: Make, rows: Rows, mail: Mail
) -> None:
    bob = await make.user("bob", verified=False, email="ada@example.org")
    await api(REQUEST_VERIFICATION, viewer=bob, input={})
    verifying = await mail.token()
    await make.user("ada", verified=False)
    await api(REQUEST_RESET, input={"email": "ada@example.org"})
    resetting = await mail.token()
    await api(VERIFY, input={"token": verifying, "password": PASSWORD})
    assert await api(RESET, input={"token": resetting, "newPassword": NEW}) == GONE
    assert (await log_in(api, "ada"))["viewer"] == {"username": "ada"}
    assert [bool(each.email_verified_at) for each in await rows(Credential)] == [True, False]


async def test_the_owner_hears_nothing_of_what_another_account_does(api: Api, make: Make, mail: Mail) -> None:
    await make.user("ada")
    eve = await make.user("eve", verified=False, email="ada@example.org")
    await api(CHANGE_EMAIL, viewer=eve, input={"newEmail": "eve@example.org"})
    assert [(each["to"], each["subject"]) for each in await mail.deliver()] == [
        ("eve@example.org", "Verify your new e-mail address")
    ]


@pytest.mark.usefixtures("no_time_passes")
async def test_an_address_gets_three_letters_an_hour_whoever_says_that_it_is_theirs(
    api: Api, make: Make, mail: Mail
) -> None:
    for name in ("ada", "bob", "eve"):
        person = await make.user(name, verified=False, email="ada@example.org")
        await api(REQUEST_VERIFICATION, viewer=person, input={})
    assert len(await mail.deliver()) == 3
    with pytest.raises(Refused) as refused:
        await api(REQUEST_VERIFICATION, viewer=person, input={})
    assert refused.value.code == "RATE_LIMITED"
