"""The e-mail address of an account: shown to its owner alone, and verified by a link."""

from dataclasses import replace

import asyncpg
import pytest

from db.models import AuditEntry, Credential, Session
from tests.api.accounts import CHANGE_EMAIL, REGISTER, REQUEST_VERIFICATION, VERIFY, Rows, log_in
from tests.conftest import Api, Refused
from tests.factories import Make
from tests.letters import Mail, token_of

ADA = {"username": "ada", "email": "ada@example.org", "password": "a quiet engine"}
OWN = "{ viewer { email emailVerified } }"
STALE = {"__typename": "NotAllowed", "message": "This link is not good any more. Ask for another."}


async def test_registering_sends_a_link_that_verifies_the_address(api: Api, rows: Rows, mail: Mail) -> None:
    await api(REGISTER, input=ADA)
    (letter,) = await mail.deliver()
    assert (letter["to"], letter["subject"]) == ("ada@example.org", "Verify your e-mail address")
    (credential,) = await rows(Credential)
    assert credential.email_verified_at is None
    verified = await api(VERIFY, input={"token": token_of(letter), "password": ADA["password"]})
    assert verified == {"__typename": "VerifyEmailPayload", "email": "ada@example.org", "needsPassword": False}
    (credential,) = await rows(Credential)
    assert credential.email_verified_at is not None
    assert await api(VERIFY, input={"token": token_of(letter)}) == STALE
    events = [entry.event for entry in await rows(AuditEntry)]
    assert events == ["user_created", "email_verified"]


async def test_nobody_sees_the_address_of_another(api: Api, make: Make) -> None:
    ada, bob = await make.user("ada", verified=False), await make.user("bob")
    assert await api(OWN, viewer=ada) == {"email": "ada@example.org", "emailVerified": False}
    document = '{ ada: user(username: "ada") { email emailVerified } bob: user(username: "bob") { email } }'
    assert await api(document, viewer=bob) == {
        "ada": {"email": None, "emailVerified": None},
        "bob": {"email": "bob@example.org"},
    }
    assert (await api(document))["ada"] == {"email": None, "emailVerified": None}


async def test_the_first_proof_ends_every_session_but_the_one_it_comes_through(
    api: Api, make: Make, rows: Rows, mail: Mail
) -> None:
    ada = await make.user("ada", verified=False)
    await log_in(api, "ada")
    await api(REQUEST_VERIFICATION, viewer=ada, input={})
    await api(VERIFY, viewer=ada, input={"token": await mail.token()})
    assert [(each.id == ada.session_id, each.revoked_at is None) for each in await rows(Session)] == [
        (True, True),
        (False, False),
    ]


async def test_through_nobodys_session_it_ends_all_of_them(api: Api, make: Make, rows: Rows, mail: Mail) -> None:
    """Somebody registered with the owner's address and keeps a session for later."""
    ada, bob = await make.user("ada", verified=False), await make.user("bob")
    await api(REQUEST_VERIFICATION, viewer=ada, input={})
    await api(VERIFY, viewer=bob, input={"token": await mail.token()})
    ended = {each.user_id: each.revoked_at is not None for each in await rows(Session)}
    assert ended == {ada.id: True, bob.id: False}


async def test_the_first_proof_stops_a_change_of_address(api: Api, make: Make, rows: Rows, mail: Mail) -> None:
    """Somebody registered with the owner's address and keeps a change to their own in hand."""
    ada = await make.user("ada", verified=False)
    await api(CHANGE_EMAIL, viewer=ada, input={"newEmail": "eve@example.org"})
    in_hand = await mail.token()
    await api(REQUEST_VERIFICATION, viewer=ada, input={})
    await api(VERIFY, input={"token": await mail.token()})
    assert await api(VERIFY, input={"token": in_hand}) == STALE
    (credential,) = await rows(Credential)
    assert credential.email == "ada@example.org"


async def test_a_later_proof_ends_no_session(
    api: Api, make: Make, rows: Rows, mail: Mail, owner: asyncpg.Connection
) -> None:
    ada = await make.user("ada", verified=False)
    await owner.execute("UPDATE credentials SET email_verified_at = now()")
    await api(CHANGE_EMAIL, viewer=ada, input={"newEmail": "new@example.org"})
    await api(VERIFY, input={"token": await mail.token()})
    assert [each.revoked_at for each in await rows(Session)] == [None]


async def test_a_verified_address_needs_no_other_link(
    api: Api, make: Make, mail: Mail, owner: asyncpg.Connection
) -> None:
    ada = await make.user("ada", verified=False)
    await owner.execute("UPDATE credentials SET email_verified_at = now()")
    refused = await api(REQUEST_VERIFICATION, viewer=ada, input={})
    assert refused == {"__typename": "Conflict", "message": "Your e-mail address is verified already."}
    assert await mail.deliver() == []


async def test_another_link_takes_the_place_of_the_one_before(api: Api, make: Make, mail: Mail) -> None:
    ada = await make.user("ada", verified=False)
    await api(REQUEST_VERIFICATION, viewer=ada, input={})
    first = await mail.token()
    await api(REQUEST_VERIFICATION, viewer=ada, input={})
    assert await api(VERIFY, input={"token": first}) == STALE
    assert (await api(VERIFY, input={"token": await mail.token()}))["__typename"] == "VerifyEmailPayload"


async def test_an_address_that_is_not_ones_own_is_not_verified(api: Api, make: Make, mail: Mail) -> None:
    ada = await make.user("ada", verified=False)
    await make.user("bob")
    refused = await api(REQUEST_VERIFICATION, viewer=ada, input={"email": "bob@example.org"})
    assert (refused["__typename"], refused["field"]) == ("InvalidInput", "email")
    assert await mail.deliver() == []
    asked = await api(REQUEST_VERIFICATION, viewer=ada, input={"email": "ADA@example.org"})
    assert asked == {"__typename": "RequestEmailVerificationPayload", "email": "ada@example.org"}


@pytest.mark.usefixtures("no_time_passes")
async def test_three_letters_an_hour_are_enough(api: Api, make: Make) -> None:
    ada = await make.user("ada", verified=False)
    for _ in range(3):
        await api(REQUEST_VERIFICATION, viewer=ada, input={})
    with pytest.raises(Refused) as refused:
        await api(REQUEST_VERIFICATION, viewer=ada, input={})
    assert refused.value.code == "RATE_LIMITED"


async def test_a_viewer_without_a_session_of_theirs_is_told_to_sign_in(api: Api, make: Make) -> None:
    ada = await make.user("ada", verified=False)
    gone = replace(ada, viewer=replace(ada.viewer, session_id=1))
    assert (await api(REQUEST_VERIFICATION, viewer=gone, input={}))["__typename"] == "NotAllowed"
