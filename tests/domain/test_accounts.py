"""Rules about accounts that no single request through the API can show."""

import asyncio
from collections.abc import Awaitable

import asyncpg
import pytest

from db.accounts import take_address
from db.locks import change_people
from db.models import AuditEntry, Credential, Role, Session, User, UserStats, UserStatus
from db.transaction import write
from domain import accounts, passwords, sessions
from domain.audit import Origin
from domain.errors import Conflict, DomainError, NotAllowed
from domain.passwords import Proof
from domain.sessions import may_sign_in
from schema.context import Services
from tests.api.accounts import Rows
from tests.factories import PASSWORD, PASSWORD_HASH, Make, Person
from tests.races import until_waiting

ADA = accounts.Applicant("ada", "ada@example.org", "Ada")
HERE = Origin("test-request", "192.0.2.1", "tests")


@pytest.fixture
async def ada(make: Make) -> Person:
    return await make.user("ada")


@pytest.fixture
async def proof(services: Services, ada: Person) -> Proof:
    """That somebody knew Ada's password a moment ago."""
    return await passwords.prove(services.stores.reads, services.passwords, "ada", PASSWORD, may=may_sign_in)


async def create_admin(services: Services, who: accounts.Applicant = ADA) -> bool:
    async with write(services.stores.sessions) as session:
        return await accounts.create_admin(session, who, password_hash=PASSWORD_HASH)


async def refusal(deed: Awaitable[object]) -> DomainError:
    with pytest.raises(DomainError) as refused:
        await deed
    return refused.value


async def sign_in(services: Services, proof: Proof) -> object:
    async with write(services.stores.sessions) as session:
        return await sessions.sign_in(session, proof, origin=HERE)


async def delete(services: Services, ada: Person, proof: Proof) -> object:
    async with write(services.stores.sessions) as session:
        return await accounts.delete(session, ada.viewer, proof, origin=HERE)


async def cancel(services: Services, proof: Proof) -> object:
    async with write(services.stores.sessions) as session:
        return await accounts.cancel_deletion(session, proof, origin=HERE)


async def change(services: Services, ada: Person, proof: Proof) -> int:
    async with write(services.stores.sessions) as session:
        return await passwords.change(session, ada.viewer, proof, password_hash="another", origin=HERE)


async def test_makes_an_administrator(services: Services, rows: Rows) -> None:
    assert await create_admin(services) is True
    (user,) = await rows(User)
    assert (user.username, user.display_name, user.role) == ("ada", "Ada", Role.ADMIN)
    (credential,) = await rows(Credential)
    assert (credential.email, credential.email_verified_at is None) == ("ada@example.org", False)
    assert [row.user_id for row in await rows(UserStats)] == [user.id]
    assert [(entry.event, entry.subject_id, entry.details) for entry in await rows(AuditEntry)] == [
        ("user_created", user.id, {}),
        ("privilege_permissions_changed", user.id, {"was": "USER", "now": "ADMIN"}),
    ]


async def test_makes_an_administrator_of_an_account_that_keeps_its_password(
    services: Services, make: Make, rows: Rows
) -> None:
    await make.user("Ada", role=Role.MODERATOR)
    same = accounts.Applicant("ada", "ada@example.org", "Somebody")
    async with write(services.stores.sessions) as session:
        assert await accounts.create_admin(session, same, password_hash="another") is False
    (user,) = await rows(User)
    assert (user.username, user.display_name, user.role) == ("Ada", "Ada", Role.ADMIN)
    (credential,) = await rows(Credential)
    assert (credential.email, credential.password_hash) == ("Ada@example.org", PASSWORD_HASH)
    (entry,) = await rows(AuditEntry)
    assert entry.details == {"was": "MODERATOR", "now": "ADMIN"}


async def test_makes_an_administrator_of_who_is_just_proving_their_address(
    services: Services, make: Make, owner: asyncpg.Connection
) -> None:
    """Both take the person first and then the address, so that neither has what the other waits for."""
    ada = await make.user("ada", verified=False)
    async with write(services.stores.sessions) as session:
        await change_people(session, ada.id)
        waiting = asyncio.ensure_future(create_admin(services))
        await until_waiting(owner, waiting)
        assert await take_address(session, ada.id, "ada@example.org")
    assert await waiting is False


async def test_makes_no_administrator_of_a_stranger_who_took_the_name_first(
    services: Services, make: Make, rows: Rows
) -> None:
    await make.user("Plaza_Team")
    operator = accounts.Applicant("plaza_team", "operator@example.org", "Plaza")
    refused = await refusal(create_admin(services, operator))
    assert isinstance(refused, Conflict)
    assert "plaza set-role" in refused.message
    assert [user.role for user in await rows(User)] == [Role.USER]
    assert await rows(AuditEntry) == []


async def test_makes_no_administrator_of_whoever_registered_with_the_operators_address(
    services: Services, make: Make, rows: Rows
) -> None:
    await make.user("ada", verified=False)
    refused = await refusal(create_admin(services))
    assert (type(refused), refused.message) == (Conflict, accounts.UNPROVEN)
    assert [user.role for user in await rows(User)] == [Role.USER]
    assert await rows(AuditEntry) == []


async def test_to_make_an_administrator_twice_is_harmless(services: Services, rows: Rows) -> None:
    assert [await create_admin(services) for _ in range(2)] == [True, False]
    assert len(await rows(AuditEntry)) == 2


async def test_makes_no_administrator_with_an_address_of_somebody_else(
    services: Services, make: Make, rows: Rows
) -> None:
    await make.user("bob")
    who = accounts.Applicant("ada", "bob@example.org", "Ada")
    assert isinstance(await refusal(create_admin(services, who)), Conflict)
    assert [(user.username, user.role) for user in await rows(User)] == [("bob", Role.USER)]
    assert await rows(AuditEntry) == []


@pytest.mark.parametrize("status", ["SUSPENDED", "DELETED"])
async def test_makes_no_administrator_of_the_suspended_or_deleted(
    services: Services, ada: Person, owner: asyncpg.Connection, rows: Rows, status: str
) -> None:
    await owner.execute(
        "UPDATE users SET status = $1, deleted_at = CASE WHEN $1 = 'DELETED' THEN now() END", status
    )
    assert isinstance(await refusal(create_admin(services)), Conflict)
    assert [user.role for user in await rows(User)] == [Role.USER]


async def test_a_proof_is_worth_nothing_once_the_password_is_another(
    services: Services, ada: Person, proof: Proof, rows: Rows
) -> None:
    await change(services, ada, proof)
    for deed in (sign_in(services, proof), cancel(services, proof)):
        refused = await refusal(deed)
        assert isinstance(refused, NotAllowed)
        assert refused.message == "Wrong name or password."
    for other in (delete(services, ada, proof), change(services, ada, proof)):
        assert isinstance(await refusal(other), Conflict)
    assert [user.status for user in await rows(User)] == [UserStatus.ACTIVE]
    assert [entry.event for entry in await rows(AuditEntry)] == ["authn_password_change"]


async def test_a_proof_signs_nobody_in_once_the_account_is_deleted(
    services: Services, ada: Person, proof: Proof, rows: Rows
) -> None:
    await delete(services, ada, proof)
    refused = await refusal(sign_in(services, proof))
    assert (type(refused), refused.message) == (NotAllowed, "Wrong name or password.")
    assert [row.revoked_at is not None for row in await rows(Session)] == [True]


async def test_a_proof_takes_nothing_back_once_it_is_too_late(
    services: Services, ada: Person, proof: Proof, owner: asyncpg.Connection
) -> None:
    await delete(services, ada, proof)
    await owner.execute("UPDATE users SET deleted_at = now() - interval '30 days'")
    refused = await refusal(cancel(services, proof))
    assert (type(refused), refused.message) == (NotAllowed, "Wrong name or password.")


async def test_a_proof_is_worth_nothing_once_the_account_is_purged(
    services: Services, proof: Proof, owner: asyncpg.Connection
) -> None:
    await owner.execute("DELETE FROM users")
    assert isinstance(await refusal(sign_in(services, proof)), NotAllowed)


async def test_no_session_begun_with_the_old_password_outlives_its_change(
    services: Services, ada: Person, make: Make, rows: Rows, owner: asyncpg.Connection
) -> None:
    reads, hashes = services.stores.reads, services.passwords
    for _ in range(20):
        proof = await passwords.prove(reads, hashes, "ada", PASSWORD, may=may_sign_in)
        deeds = [sign_in(services, proof) for _ in range(4)]
        await asyncio.gather(*deeds[:2], change(services, ada, proof), *deeds[2:], return_exceptions=True)
        living = [row.id for row in await rows(Session) if row.revoked_at is None]
        assert living == [ada.viewer.session_id]
        await owner.execute("UPDATE credentials SET password_hash = $1", PASSWORD_HASH)


async def test_no_session_is_begun_beside_a_deletion(
    services: Services, ada: Person, proof: Proof, rows: Rows
) -> None:
    for _ in range(20):
        deeds = [sign_in(services, proof) for _ in range(4)]
        await asyncio.gather(*deeds[:2], delete(services, ada, proof), *deeds[2:], return_exceptions=True)
        assert [row.id for row in await rows(Session) if row.revoked_at is None] == []
        await cancel(services, proof)
