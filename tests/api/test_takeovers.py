"""Links that a thief asked for while they had a session: whatever the owner does about it ends them."""

from dataclasses import replace
from typing import Any

import asyncpg
import pytest

from db.models import AuditEntry, Credential, Session
from db.transaction import write
from domain import resets
from domain.audit import Origin
from schema.context import Services
from schema.nodes import global_id
from tests.api.accounts import (
    CANCEL_DELETION,
    CHANGE_EMAIL,
    CHANGE_PASSWORD,
    DELETE_ACCOUNT,
    LOGOUT,
    LOGOUT_EVERYWHERE,
    REQUEST_RESET,
    REQUEST_VERIFICATION,
    RESET,
    VERIFY,
    Rows,
    log_in,
    refresh,
)
from tests.api.second_factors import OWN, turn_on
from tests.conftest import Api
from tests.factories import PASSWORD, Person
from tests.letters import Mail

UNVERIFY = "UPDATE credentials SET email_verified_at = NULL"
ORIGIN = Origin("test-request", "127.0.0.1", "tests")
NEW = "a staple of batteries"
STALE = {"__typename": "NotAllowed", "message": "This link is not good any more. Ask for another."}
REVOKE_SESSION = "mutation ($input: RevokeSessionInput!) { revokeSession(input: $input) { __typename } }"

DEFENCES = {
    "changePassword": (CHANGE_PASSWORD, {"currentPassword": PASSWORD, "newPassword": NEW}),
    "logoutEverywhere": (LOGOUT_EVERYWHERE, {"keepThis": True}),
    "logout": (LOGOUT, {}),
    "deleteAccount": (DELETE_ACCOUNT, {"password": PASSWORD}),
}


async def reset(api: Api, token: str) -> Any:
    return await api(RESET, input={"token": token, "newPassword": "the thief's own words"})


async def addresses(rows: Rows) -> list[str]:
    return [each.email for each in await rows(Credential)]


@pytest.mark.parametrize("defence", DEFENCES)
async def test_a_change_of_address_that_a_thief_asked_for_is_off(
    api: Api, ada: Person, mail: Mail, rows: Rows, defence: str
) -> None:
    await api(CHANGE_EMAIL, viewer=ada, input={"newEmail": "evil@example.org"})
    taking_over = await mail.token()
    document, given = DEFENCES[defence]
    assert (await api(document, viewer=ada, input=given))["__typename"].endswith("Payload")
    assert await api(VERIFY, input={"token": taking_over}) == STALE
    assert await addresses(rows) == ["ada@example.org"]


async def test_it_is_off_where_the_session_that_asked_is_revoked(
    api: Api, ada: Person, mail: Mail, rows: Rows
) -> None:
    await log_in(api, "ada")
    owners = max(each.id for each in await rows(Session))
    owner = replace(ada, viewer=replace(ada.viewer, session_id=owners))
    await api(CHANGE_EMAIL, viewer=ada, input={"newEmail": "evil@example.org"})
    taking_over = await mail.token()
    revoked = await api(REVOKE_SESSION, viewer=owner, input={"sessionId": global_id("Session", ada.session_id)})
    assert revoked == {"__typename": "RevokeSessionPayload"}
    assert await api(VERIFY, input={"token": taking_over}) == STALE


async def test_it_is_off_where_the_session_that_asked_ends_because_two_have_its_token(
    api: Api, ada: Person, mail: Mail, rows: Rows
) -> None:
    token = (await log_in(api, "ada"))["session"]["refreshToken"]
    stolen = max(each.id for each in await rows(Session))
    thief = replace(ada, viewer=replace(ada.viewer, session_id=stolen))
    await api(CHANGE_EMAIL, viewer=thief, input={"newEmail": "evil@example.org"})
    taking_over = await mail.token()
    successor = (await refresh(api, token))["session"]["refreshToken"]
    await refresh(api, successor)
    assert (await refresh(api, token))["__typename"] == "NotAllowed"
    assert await api(VERIFY, input={"token": taking_over}) == STALE
    assert await addresses(rows) == ["ada@example.org"]


async def test_no_letter_goes_out_for_a_change_whose_session_has_ended(api: Api, ada: Person, mail: Mail) -> None:
    await api(CHANGE_EMAIL, viewer=ada, input={"newEmail": "evil@example.org"})
    await api(LOGOUT, viewer=ada, input={})
    assert [letter["to"] for letter in await mail.deliver()] == ["ada@example.org"]


async def test_signing_out_elsewhere_leaves_a_change_alone(api: Api, ada: Person, mail: Mail, rows: Rows) -> None:
    token = (await log_in(api, "ada"))["session"]["refreshToken"]
    await api(CHANGE_EMAIL, viewer=ada, input={"newEmail": "new@example.org"})
    await api(LOGOUT, input={"refreshToken": token})
    assert (await api(VERIFY, viewer=ada, input={"token": await mail.token()}))["email"] == "new@example.org"


async def test_a_link_to_reset_the_password_does_not_outlive_its_change(api: Api, ada: Person, mail: Mail) -> None:
    await api(REQUEST_RESET, input={"email": "ada@example.org"})
    in_hand = await mail.token()
    await api(CHANGE_PASSWORD, viewer=ada, input={"currentPassword": PASSWORD, "newPassword": NEW})
    assert await reset(api, in_hand) == STALE
    assert (await log_in(api, "ada", NEW))["__typename"] == "LoginPayload"


async def test_no_link_of_before_brings_a_deleted_account_back(api: Api, ada: Person, mail: Mail) -> None:
    await api(REQUEST_RESET, input={"email": "ada@example.org"})
    in_hand = await mail.token()
    await api(DELETE_ACCOUNT, viewer=ada, input={"password": PASSWORD})
    assert await reset(api, in_hand) == STALE


async def test_who_deleted_their_account_and_forgot_the_password_comes_back_by_a_new_link(
    api: Api, ada: Person, mail: Mail
) -> None:
    await api(DELETE_ACCOUNT, viewer=ada, input={"password": PASSWORD})
    await api(REQUEST_RESET, input={"email": "ada@example.org"})
    assert (await reset(api, await mail.token()))["__typename"] == "ResetPasswordPayload"
    back = {"usernameOrEmail": "ada", "password": "the thief's own words"}
    assert (await api(CANCEL_DELETION, input=back))["__typename"] == "CancelDeletionPayload"


async def test_a_reset_that_was_asked_for_while_the_address_changed_is_not_the_old_mailboxs(
    api: Api, ada: Person, mail: Mail, services: Services
) -> None:
    await api(CHANGE_EMAIL, viewer=ada, input={"newEmail": "new@example.org"})
    changing = await mail.token()
    async with write(services.stores.sessions) as session:
        await resets.ask(session, "ada@example.org", origin=ORIGIN)
        assert (await api(VERIFY, viewer=ada, input={"token": changing}))["email"] == "new@example.org"
    assert await reset(api, await mail.token()) == STALE


@pytest.mark.parametrize("signed_in", [True, False])
async def test_a_first_proof_through_no_session_of_the_account_removes_second_factors(
    api: Api, ada: Person, mail: Mail, owner: asyncpg.Connection, signed_in: bool
) -> None:
    """From the time when whoever registered with somebody's address could still add an app of their own."""
    await turn_on(api, ada)
    await owner.execute(UNVERIFY)
    await mail.deliver()
    await api(REQUEST_VERIFICATION, viewer=ada, input={})
    await api(VERIFY, viewer=ada if signed_in else None, input={"token": await mail.token()})
    assert (await api(OWN, viewer=ada))["hasTotp"] is signed_in


async def test_so_does_the_first_reset(
    api: Api, ada: Person, mail: Mail, rows: Rows, owner: asyncpg.Connection
) -> None:
    await turn_on(api, ada)
    await owner.execute(UNVERIFY)
    await mail.deliver()
    await api(REQUEST_RESET, input={"email": "ada@example.org"})
    await reset(api, await mail.token())
    assert (await log_in(api, "ada", "the thief's own words"))["__typename"] == "LoginPayload"
    (removed,) = [entry.details for entry in await rows(AuditEntry) if entry.event == "ways_in_removed"]
    assert removed == {"reason": "password_reset", "removed": 11}  # the app and ten recovery codes
