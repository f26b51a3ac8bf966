"""Who had an address before any could be proven goes on signing in by it, until somebody proves it."""

import asyncpg
import pytest

from db.accounts import Taken, add_account
from db.models import Credential
from db.transaction import write
from schema.context import Services
from tests.api.accounts import (
    CANCEL_DELETION,
    CHANGE_EMAIL,
    REGISTER,
    REQUEST_RESET,
    REQUEST_VERIFICATION,
    RESET,
    VERIFY,
    WRONG,
    Rows,
    log_in,
)
from tests.conftest import Api
from tests.factories import PASSWORD, Make, Person
from tests.letters import Mail

ADDRESS = "ada@example.org"
CHOSEN = "a quiet engine"
NEW = "a staple of batteries"
KEEP = "UPDATE credentials SET signs_in_unproven = true WHERE user_id = $1"


@pytest.fixture
async def ada(make: Make, owner: asyncpg.Connection) -> Person:
    """Who registered with `ADDRESS` in time."""
    person = await make.user("ada", verified=False)
    await owner.execute(KEEP, person.id)
    return person


async def test_signs_in_and_comes_back_by_it(api: Api, ada: Person, owner: asyncpg.Connection) -> None:
    assert (await log_in(api, "ADA@example.org"))["viewer"] == {"username": "ada"}
    await owner.execute("UPDATE users SET status = 'DELETED', deleted_at = now() WHERE id = $1", ada.id)
    back = await api(CANCEL_DELETION, input={"usernameOrEmail": ADDRESS, "password": PASSWORD})
    assert back["viewer"] == {"username": "ada"}


@pytest.mark.usefixtures("ada")
async def test_whoever_registers_with_it_later_does_not(api: Api) -> None:
    await api(REGISTER, input={"username": "eve", "email": ADDRESS, "password": CHOSEN})
    assert await log_in(api, ADDRESS, CHOSEN) == WRONG
    assert (await log_in(api, ADDRESS))["viewer"] == {"username": "ada"}


@pytest.mark.usefixtures("ada")
async def test_a_forgotten_password_is_theirs_whoever_says_so_later(api: Api, make: Make, mail: Mail) -> None:
    await make.user("eve", verified=False, email=ADDRESS)
    await api(REQUEST_RESET, input={"email": ADDRESS})
    await api(RESET, input={"token": await mail.token(), "newPassword": NEW})
    assert (await log_in(api, ADDRESS, NEW))["viewer"] == {"username": "ada"}
    assert (await log_in(api, "eve"))["viewer"] == {"username": "eve"}


async def test_their_own_proof_changes_nothing(api: Api, ada: Person, mail: Mail) -> None:
    await api(REQUEST_VERIFICATION, viewer=ada, input={})
    await api(VERIFY, input={"token": await mail.token(), "password": PASSWORD})
    assert (await log_in(api, ADDRESS))["viewer"] == {"username": "ada"}


@pytest.mark.usefixtures("ada")
async def test_anothers_proof_ends_it_for_good(api: Api, make: Make, mail: Mail) -> None:
    eve = await make.user("eve", verified=False, email=ADDRESS)
    await api(REQUEST_VERIFICATION, viewer=eve, input={})
    await api(VERIFY, viewer=eve, input={"token": await mail.token()})
    assert (await log_in(api, ADDRESS))["viewer"] == {"username": "eve"}
    await api(CHANGE_EMAIL, viewer=eve, input={"newEmail": "eve@example.org"})
    await api(VERIFY, viewer=eve, input={"token": await mail.token()})
    assert await log_in(api, ADDRESS) == WRONG
    assert (await log_in(api, "ada"))["viewer"] == {"username": "ada"}


@pytest.mark.usefixtures("ada")
async def test_a_proof_by_a_provider_ends_it_where_an_account_comes_of_it(
    api: Api, make: Make, services: Services
) -> None:
    await make.user("bob")
    async with write(services.stores.sessions) as session:
        assert await add_account(session, "bob", ADDRESS, "Bob", None, is_verified=True) is Taken.USERNAME
    assert (await log_in(api, ADDRESS))["viewer"] == {"username": "ada"}
    async with write(services.stores.sessions) as session:
        await add_account(session, "eve", ADDRESS, "Eve", None, is_verified=True)
    assert await log_in(api, ADDRESS) == WRONG


async def test_a_change_of_address_ends_it(api: Api, ada: Person, rows: Rows, mail: Mail) -> None:
    await api(CHANGE_EMAIL, viewer=ada, input={"newEmail": "ada@example.net"})
    await api(VERIFY, viewer=ada, input={"token": await mail.token()})
    assert (await log_in(api, "ada@example.net"))["viewer"] == {"username": "ada"}
    assert [each.signs_in_unproven for each in await rows(Credential)] == [False]
    assert await log_in(api, ADDRESS) == WRONG
