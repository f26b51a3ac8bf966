"""Rules about roles and suspensions that no single request through the API can show."""

import asyncio
from dataclasses import replace

import asyncpg
import pytest

from db.models import AuditEntry, Role, Suspension, User, UserStatus
from db.stores import Stores
from db.transaction import write
from domain import moderation, tasks
from domain.audit import Origin
from domain.errors import Conflict, DomainError, NotFound
from domain.letters import SEND, Notice
from tests import jobs
from tests.factories import Make, Person
from tests.rows import Rows

HERE = Origin("test-request", "192.0.2.1", "tests")


async def appoint(stores: Stores, who: str, role: Role) -> DomainError | None:
    try:
        async with write(stores.sessions) as session:
            await moderation.appoint(session, who, role)
    except DomainError as refused:
        return refused
    return None


async def suspend(stores: Stores, moderator: Person, person: Person, owner: asyncpg.Connection, ago: str) -> None:
    """Until a moment that lies so far back."""
    async with write(stores.sessions) as session:
        await moderation.suspend(session, moderator.viewer, person.id, reason="Insults.", until=None, origin=HERE)
    await owner.execute(f"UPDATE suspensions SET until = now() - interval '{ago}' WHERE user_id = $1", person.id)


async def test_the_operator_unmakes_every_administrator_but_the_last(
    stores: Stores, make: Make, rows: Rows
) -> None:
    await make.user("ada", role=Role.ADMIN)
    await make.user("bob", role=Role.ADMIN)
    await make.user("eve", role=Role.ADMIN, status=UserStatus.SUSPENDED)
    assert await appoint(stores, "ada", Role.MODERATOR) is None
    assert isinstance(await appoint(stores, "bob", Role.USER), Conflict)
    assert [user.role for user in await rows(User)] == [Role.MODERATOR, Role.ADMIN, Role.ADMIN]
    (entry,) = await rows(AuditEntry)
    assert (entry.actor_id, entry.details) == (None, {"was": "ADMIN", "now": "MODERATOR"})


async def test_of_two_operators_at_once_one_leaves_the_last_administrator(
    stores: Stores, make: Make, rows: Rows
) -> None:
    for name in ("ada", "bob"):
        await make.user(name, role=Role.ADMIN)
    refused = await asyncio.gather(*(appoint(stores, name, Role.USER) for name in ("ada", "bob")))
    assert [type(each) for each in refused if each] == [Conflict]
    assert sorted(user.role for user in await rows(User)) == [Role.ADMIN, Role.USER]


async def test_the_operator_appoints_nobody_who_is_not_there(stores: Stores, make: Make) -> None:
    await make.user("gone", status=UserStatus.DELETED)
    for name in ("gone", "nobody_ever"):
        assert isinstance(await appoint(stores, name, Role.MODERATOR), NotFound)


async def test_a_suspension_ends_when_its_time_is_over(
    stores: Stores, make: Make, rows: Rows, owner: asyncpg.Connection, small_slices: None
) -> None:
    moderator = await make.user(role=Role.MODERATOR)
    over = [await make.user() for _ in range(3)]
    still = await make.user()
    for person in over:
        await suspend(stores, moderator, person, owner, "1 second")
    await suspend(stores, moderator, still, owner, "-1 hour")
    await asyncio.gather(tasks.end_suspensions(stores), tasks.end_suspensions(stores))
    assert [user.status for user in await rows(User)] == [UserStatus.ACTIVE] * 4 + [UserStatus.SUSPENDED]
    assert [each.user_id for each in await rows(Suspension)] == [still.id]
    told = [letter["user_id"] for letter in await jobs.waiting(owner, SEND) if letter["kind"] == Notice.RESTORED]
    assert sorted(told) == [each.id for each in over]
    restored = [entry for entry in await rows(AuditEntry) if entry.event == "user_restored"]
    assert sorted((entry.subject_id, entry.actor_id) for entry in restored) == [(each.id, None) for each in over]


async def test_an_account_whose_suspension_ended_while_it_was_deleted_returns_unsuspended(
    stores: Stores, make: Make, rows: Rows, owner: asyncpg.Connection
) -> None:
    moderator, eve = await make.user(role=Role.MODERATOR), await make.user()
    await suspend(stores, moderator, eve, owner, "1 second")
    await owner.execute(
        "UPDATE users SET status = 'DELETED', deleted_at = now(), returns_as = 'SUSPENDED' WHERE id = $1", eve.id
    )
    await tasks.end_suspensions(stores)
    user = next(user for user in await rows(User) if user.id == eve.id)
    assert (user.status, user.returns_as) == (UserStatus.DELETED, UserStatus.ACTIVE)
    assert [letter["kind"] for letter in await jobs.waiting(owner, SEND)] == [Notice.SUSPENDED]


@pytest.mark.parametrize("role", list(Role))
async def test_two_equals_never_act_on_each_other_at_once(
    stores: Stores, make: Make, rows: Rows, role: Role
) -> None:
    one, other = await make.user(role=role), await make.user(role=role)

    async def act(by: Person, to: Person) -> None:
        async with write(stores.sessions) as session:
            await moderation.suspend(session, by.viewer, to.id, reason="Before they do", until=None, origin=HERE)

    refused = await asyncio.gather(act(one, other), act(other, one), return_exceptions=True)
    assert [isinstance(each, DomainError) for each in refused] == [True, True]
    assert await rows(Suspension) == []


async def test_of_an_administrator_and_the_moderator_they_unmake_the_administrator_wins(
    stores: Stores, make: Make, rows: Rows
) -> None:
    admin, moderator, eve = (
        await make.user(role=Role.ADMIN),
        await make.user(role=Role.MODERATOR),
        await make.user(),
    )
    async with write(stores.sessions) as session:
        await moderation.set_role(session, admin.viewer, moderator.id, Role.USER, origin=HERE)
        acting = asyncio.create_task(_suspended_by(stores, moderator, eve))
        await asyncio.sleep(0.05)
        assert not acting.done()
    assert isinstance(await acting, DomainError)
    assert await rows(Suspension) == []


async def _suspended_by(stores: Stores, moderator: Person, person: Person) -> DomainError | None:
    try:
        async with write(stores.sessions) as session:
            await moderation.suspend(
                session, replace(moderator.viewer), person.id, reason="Insults.", until=None, origin=HERE
            )
    except DomainError as refused:
        return refused
    return None
