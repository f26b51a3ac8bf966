"""What a sign-in without the passkey is worth to people who have one."""

from dataclasses import replace
from typing import Any

import asyncpg
import pytest

from db.models import Session, User, UserStatus
from tests.api.accounts import (
    CHANGE_PASSWORD,
    CONFIRM_IDENTITY,
    DELETE_ACCOUNT,
    REQUEST_RESET,
    RESET,
    Rows,
    log_in,
)
from tests.api.passkeys import START, show, sign_in
from tests.api.second_factors import COMPLETE, START_TOTP, turn_on
from tests.authenticator import Authenticator
from tests.conftest import Api
from tests.factories import PASSWORD, Person
from tests.letters import Mail

NEW = "a staple of batteries"
NEEDED = {"__typename": "ConfirmationNeeded", "message": "Confirm first that it is you."}
DEEDS = {
    "changePassword": (CHANGE_PASSWORD, {"currentPassword": PASSWORD, "newPassword": NEW}),
    "deleteAccount": (DELETE_ACCOUNT, {"password": PASSWORD}),
}


async def newest(ada: Person, rows: Rows) -> Person:
    """Ada as she asks through the session that she began last."""
    session = (await rows(Session))[-1]
    return replace(ada, viewer=replace(ada.viewer, session_id=session.id, proven_at=session.proven_at))


async def reset(api: Api, mail: Mail) -> None:
    await mail.deliver()
    await api(REQUEST_RESET, input={"email": "ada@example.org"})
    await api(RESET, input={"token": await mail.token(), "newPassword": NEW})


async def test_a_password_signs_in_and_does_nothing_dangerous_until_the_passkey_is_shown(
    api: Api, ada: Person, key: Authenticator, rows: Rows
) -> None:
    assert (await log_in(api, "ada"))["viewer"] == {"username": "ada"}
    for document in (START, START_TOTP):
        assert await api(document, viewer=await newest(ada, rows)) == NEEDED
    await api(CONFIRM_IDENTITY, viewer=await newest(ada, rows), input={"passkey": await show(api, key)})
    assert (await api(START, viewer=await newest(ada, rows)))["__typename"] == "StartPasskeyPayload"


async def test_a_passkey_is_enough(api: Api, ada: Person, key: Authenticator, rows: Rows) -> None:
    await sign_in(api, key)
    assert (await newest(ada, rows)).viewer.is_fresh


async def test_so_is_a_password_with_an_apps_code(api: Api, ada: Person, key: Authenticator, rows: Rows) -> None:
    app = await turn_on(api, ada)
    half = await log_in(api, "ada")
    await api(COMPLETE, input={"challenge": half["challenge"], "totpCode": app.next_code})
    assert (await newest(ada, rows)).viewer.is_fresh


async def test_who_has_no_passkey_needs_none(api: Api, ada: Person, rows: Rows) -> None:
    await log_in(api, "ada")
    assert (await newest(ada, rows)).viewer.is_fresh


@pytest.mark.parametrize(("minutes", "is_enough"), [(9, True), (10, False)])
async def test_whoever_lost_it_shows_that_they_read_the_accounts_mail(
    api: Api,
    ada: Person,
    key: Authenticator,
    rows: Rows,
    mail: Mail,
    owner: asyncpg.Connection,
    minutes: int,
    is_enough: bool,
) -> None:
    await reset(api, mail)
    await owner.execute(f"UPDATE credentials SET reset_at = now() - interval '{minutes} minutes'")
    await log_in(api, "ada", NEW)
    assert (await newest(ada, rows)).viewer.is_fresh is is_enough


@pytest.mark.parametrize("deed", DEEDS)
async def test_a_password_alone_changes_no_password_and_deletes_no_account(
    api: Api, ada: Person, key: Authenticator, rows: Rows, deed: str
) -> None:
    document, given = DEEDS[deed]
    await log_in(api, "ada")
    assert await api(document, viewer=await newest(ada, rows), input=given) == NEEDED
    assert [each.status for each in await rows(User)] == [UserStatus.ACTIVE]
    assert (await log_in(api, "ada"))["__typename"] == "LoginPayload"
    done: Any = await api(document, viewer=ada, input=given)  # she showed it a moment ago
    assert done["__typename"].endswith("Payload")
