"""What people without a password do where others show theirs, through the API."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from auth.viewer import FRESH
from db.models import AuditEntry, Credential, User, UserStatus
from db.transaction import write
from domain import accounts, passwords
from domain.errors import Conflict
from schema.context import Services
from tests.api.accounts import (
    CANCEL_DELETION,
    CHANGE_PASSWORD,
    DELETE_ACCOUNT,
    REQUEST_RESET,
    RESET,
    WRONG,
    Rows,
    log_in,
)
from tests.conftest import Api
from tests.domain.test_accounts import HERE
from tests.factories import PASSWORD, Make, Person
from tests.letters import Mail, token_of

FIRST = "a quiet engine"
DEEDS = [(CHANGE_PASSWORD, "currentPassword", {"newPassword": FIRST}), (DELETE_ACCOUNT, "password", {})]
deeds = pytest.mark.parametrize(("document", "field", "input"), DEEDS, ids=["change", "delete"])


@pytest.fixture
async def ada(make: Make, owner: asyncpg.Connection) -> Person:
    """Somebody who came by a provider."""
    ada = await make.user("ada")
    await owner.execute("UPDATE credentials SET password_hash = NULL")
    return ada


def stale(person: Person) -> Person:
    return replace(
        person, viewer=replace(person.viewer, proven_at=datetime.now(UTC) - FRESH - timedelta(minutes=1))
    )


async def untouched(rows: Rows) -> bool:
    """Whether nothing came of a try: neither the account has changed nor its history."""
    return [user.status for user in await rows(User)] == [UserStatus.ACTIVE] and await rows(AuditEntry) == []


async def test_sets_a_first_password(api: Api, ada: Person) -> None:
    assert await log_in(api, "ada", FIRST) == WRONG
    answer = await api(CHANGE_PASSWORD, viewer=ada, input={"newPassword": FIRST})
    assert answer["viewer"] == {"username": "ada"}
    assert (await log_in(api, "ada", FIRST))["viewer"] == {"username": "ada"}


async def test_a_first_password_must_be_good_too(api: Api, ada: Person, rows: Rows) -> None:
    answer = await api(CHANGE_PASSWORD, viewer=ada, input={"newPassword": "ada@example.org"})
    assert (answer["__typename"], answer["field"]) == ("InvalidInput", "newPassword")
    assert [row.password_hash for row in await rows(Credential)] == [None]


async def test_deletes_the_account(api: Api, ada: Person, rows: Rows) -> None:
    assert (await api(DELETE_ACCOUNT, viewer=ada, input={}))["__typename"] == "DeleteAccountPayload"
    assert [user.status for user in await rows(User)] == [UserStatus.DELETED]


async def test_who_left_comes_back_by_a_letter(api: Api, ada: Person, rows: Rows, mail: Mail) -> None:
    await api(DELETE_ACCOUNT, viewer=ada, input={})
    await api(REQUEST_RESET, input={"email": "ada@example.org"})
    (letter,) = await mail.deliver()
    await api(RESET, input={"token": token_of(letter), "newPassword": FIRST})
    assert await log_in(api, "ada", FIRST) == WRONG
    answer = await api(CANCEL_DELETION, input={"usernameOrEmail": "ada", "password": FIRST})
    assert answer["viewer"] == {"username": "ada"}
    assert [user.status for user in await rows(User)] == [UserStatus.ACTIVE]


@deeds
async def test_asks_who_showed_themselves_long_ago_to_confirm(
    api: Api, ada: Person, rows: Rows, document: str, field: str, input: dict[str, Any]
) -> None:
    answer = await api(document, viewer=stale(ada), input=input)
    assert answer == {"__typename": "ConfirmationNeeded", "message": "Confirm first that it is you."}
    assert [row.password_hash for row in await rows(Credential)] == [None]
    assert await untouched(rows)


@deeds
async def test_who_has_a_password_must_give_it_however_fresh(
    api: Api, make: Make, rows: Rows, document: str, field: str, input: dict[str, Any]
) -> None:
    for given in ({}, {field: None}):
        answer = await api(document, viewer=await make.user(), input={**input, **given})
        assert (answer["__typename"], answer["field"]) == ("InvalidInput", field)
    assert await rows(AuditEntry) == []
    assert {user.status for user in await rows(User)} == {UserStatus.ACTIVE}


@deeds
async def test_no_password_is_the_right_one_where_there_is_none(
    api: Api, ada: Person, document: str, field: str, input: dict[str, Any]
) -> None:
    for wrong in (PASSWORD, ""):
        answer = await api(document, viewer=ada, input={**input, field: wrong})
        assert (answer["__typename"], answer["field"]) == ("InvalidInput", field)


async def test_to_have_none_counts_for_nothing_once_there_is_one(
    api: Api, services: Services, ada: Person, rows: Rows
) -> None:
    proof = await passwords.prove_none(services.stores.reads, ada.viewer, "password")
    await api(CHANGE_PASSWORD, viewer=ada, input={"newPassword": FIRST})
    with pytest.raises(Conflict):
        async with write(services.stores.sessions) as session:
            await accounts.delete(session, ada.viewer, proof, origin=HERE)
    with pytest.raises(Conflict):
        async with write(services.stores.sessions) as session:
            await passwords.change(session, ada.viewer, proof, password_hash="another", origin=HERE)
    assert [user.status for user in await rows(User)] == [UserStatus.ACTIVE]
