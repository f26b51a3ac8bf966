"""An address is proven for the first time: by whoever made the account, or after somebody else made it."""

from typing import Any

import asyncpg
import pytest

from db.models import AuditEntry, Passkey, Session
from domain import addresses, passwords
from domain.audit import Origin
from domain.errors import Conflict, NotAllowed
from domain.passwords import Proof
from schema.context import Services
from tests.api.accounts import (
    CHANGE_EMAIL,
    REQUEST_RESET,
    REQUEST_VERIFICATION,
    RESET,
    VERIFY,
    WRONG,
    Rows,
    log_in,
)
from tests.api.passkeys import add, sign_in
from tests.api.second_factors import turn_on
from tests.authenticator import Authenticator
from tests.conftest import Api, Refused
from tests.factories import PASSWORD, Make, Person
from tests.letters import Mail

VERIFY_NOW = "UPDATE credentials SET email_verified_at = now()"
UNVERIFY = "UPDATE credentials SET email_verified_at = NULL"
NEW = "a staple of batteries"
KEPT = {"__typename": "VerifyEmailPayload", "email": "ada@example.org", "needsPassword": False}
SHUT_OUT = {**KEPT, "needsPassword": True}
NOT_YOURS = {"__typename": "InvalidInput", "field": "password", "message": "This is not your password."}
ORIGIN = Origin("test-request", "127.0.0.1", "tests")


@pytest.fixture
async def ada(make: Make) -> Person:
    return await make.user("ada", verified=False)


@pytest.fixture
async def token(api: Api, ada: Person, mail: Mail) -> str:
    """What the link in the letter to ada's address carries."""
    await api(REQUEST_VERIFICATION, viewer=ada, input={})
    return await mail.token()


@pytest.fixture
async def proof(services: Services, ada: Person) -> Proof:
    """That somebody knows the password that ada's account has at first."""
    reads = services.stores.reads
    return await passwords.prove(reads, services.passwords, "ada", PASSWORD, may=lambda _: True)


async def verify(api: Api, token: str, password: str | None = None, *, viewer: Person | None = None) -> Any:
    return await api(VERIFY, viewer=viewer, input={"token": token, "password": password})


async def test_whoever_registered_with_anothers_address_is_out_for_good(
    api: Api, ada: Person, token: str, mail: Mail, rows: Rows, owner: asyncpg.Connection
) -> None:
    """The attack: a stranger makes the account, waits for the owner to verify it, and tries to stay."""
    key = Authenticator()
    await owner.execute(VERIFY_NOW)  # from the time when they could still add one
    assert (await add(api, ada, key))["__typename"] == "AddPasskeyPayload"
    await owner.execute(UNVERIFY)
    await mail.deliver()
    assert await verify(api, token) == SHUT_OUT
    assert await log_in(api, "ada") == WRONG  # so they add nothing after the click either
    assert (await sign_in(api, key))["__typename"] == "NotAllowed"
    assert all(session.revoked_at for session in await rows(Session))

    await api(REQUEST_RESET, input={"email": "ada@example.org"})
    await api(RESET, input={"token": await mail.token(), "newPassword": NEW})
    assert (await log_in(api, "ada", NEW))["__typename"] == "LoginPayload"
    assert await log_in(api, "ada") == WRONG
    assert await rows(Passkey) == []


async def test_a_sign_in_that_was_compared_before_the_click_comes_too_late(
    api: Api, services: Services, token: str, proof: Proof
) -> None:
    assert await verify(api, token) == SHUT_OUT
    async with services.stores.sessions.begin() as session:
        with pytest.raises(NotAllowed):
            await passwords.hold(session, proof)


async def test_whoever_knows_the_password_keeps_it_and_their_other_ways_in(
    api: Api, ada: Person, token: str, rows: Rows, owner: asyncpg.Connection
) -> None:
    key = Authenticator(step=1)
    await owner.execute(VERIFY_NOW)
    await add(api, ada, key)
    await turn_on(api, ada)
    await owner.execute(UNVERIFY)
    assert await verify(api, token, PASSWORD) == KEPT
    assert (await log_in(api, "ada"))["__typename"] == "SecondFactorNeeded"
    assert (await sign_in(api, key))["__typename"] == "SignInWithPasskeyPayload"
    assert [bool(session.revoked_at) for session in await rows(Session)] == [True, False]


async def test_through_a_session_of_the_account_no_password_is_asked_for(
    api: Api, ada: Person, token: str
) -> None:
    assert await verify(api, token, viewer=ada) == KEPT
    assert (await log_in(api, "ada"))["__typename"] == "LoginPayload"


async def test_the_session_of_somebody_else_does_not_count(api: Api, make: Make, token: str) -> None:
    bob = await make.user("bob")
    assert await verify(api, token, viewer=bob) == SHUT_OUT
    assert await log_in(api, "ada") == WRONG


async def test_a_wrong_password_changes_nothing_and_leaves_the_link_good(api: Api, token: str, rows: Rows) -> None:
    assert await verify(api, token, "not hers") == NOT_YOURS
    assert [entry.event for entry in await rows(AuditEntry)][-1] == "authn_login_fail"
    assert [session.revoked_at for session in await rows(Session)] == [None]
    assert await verify(api, token, PASSWORD) == KEPT


@pytest.mark.usefixtures("no_time_passes")
async def test_five_wrong_passwords_are_enough(api: Api, token: str) -> None:
    for _ in range(5):
        assert await verify(api, token, "not hers") == NOT_YOURS
    with pytest.raises(Refused) as refusal:
        await verify(api, token, PASSWORD)
    assert refusal.value.code == "RATE_LIMITED"
    assert await verify(api, token) == SHUT_OUT  # who reads the mail is not locked out by anybody's guesses


async def test_a_password_that_was_changed_since_its_proof_shows_nothing(
    api: Api, services: Services, token: str, proof: Proof, owner: asyncpg.Connection
) -> None:
    await owner.execute("UPDATE credentials SET password_changed_at = now() + interval '1 s'")
    with pytest.raises(Conflict):
        async with services.stores.sessions.begin() as session:
            await addresses.verify(session, token, viewer=None, proof=proof, origin=ORIGIN)
    assert await verify(api, token, PASSWORD) == KEPT  # nothing was used up


async def test_what_was_done_is_on_record(api: Api, ada: Person, token: str, rows: Rows) -> None:
    await verify(api, token)
    (entry,) = [entry for entry in await rows(AuditEntry) if entry.event == "authn_password_change"]
    assert (entry.subject_id, entry.details) == (ada.id, {"reason": "email_verified"})


async def test_where_the_address_was_verified_before_the_password_does_not_count(
    api: Api, token: str, owner: asyncpg.Connection
) -> None:
    await owner.execute(VERIFY_NOW)
    assert await verify(api, token, "not hers") == KEPT
    assert (await log_in(api, "ada"))["__typename"] == "LoginPayload"


async def test_nor_does_an_address_that_is_changed_before_any_was_verified(
    api: Api, ada: Person, mail: Mail
) -> None:
    await api(CHANGE_EMAIL, viewer=ada, input={"newEmail": "new@example.org"})
    token = await mail.token()
    assert (await verify(api, token, "not hers"))["__typename"] == "InvalidInput"
    assert await verify(api, token) == {**SHUT_OUT, "email": "new@example.org"}
    assert (await log_in(api, "ada"))["__typename"] == "NotAllowed"
