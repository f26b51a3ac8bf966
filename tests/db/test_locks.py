"""Locks between people: who waits for whom, and in what order."""

import asyncio

import asyncpg
import pytest
from sqlalchemy import text

from db.locks import change_people, hold_people
from db.transaction import Collision, Sessions, write
from schema.context import Services
from tests.factories import Make
from tests.races import WAITING


@pytest.fixture
def sessions(services: Services) -> Sessions:
    return services.stores.sessions


async def test_those_who_hold_a_person_do_not_wait_for_one_another(sessions: Sessions, make: Make) -> None:
    ada, bob, eve = await make.user(), await make.user(), await make.user()
    async with write(sessions) as one, write(sessions) as other:
        await hold_people(one, bob.id, ada.id)
        await hold_people(other, eve.id, ada.id)


async def test_nobody_holds_a_person_who_is_being_changed(sessions: Sessions, make: Make) -> None:
    ada, bob = await make.user(), await make.user()

    async def hold() -> None:
        async with write(sessions) as holding:
            await holding.execute(text("SET LOCAL lock_timeout = '50ms'"))
            await hold_people(holding, bob.id, ada.id)

    async with write(sessions) as changing:
        await change_people(changing, ada.id)
        with pytest.raises(Collision):
            await hold()


async def test_whoever_waits_to_change_a_person_is_not_passed_by(
    sessions: Sessions, make: Make, owner: asyncpg.Connection
) -> None:
    ada, bob, eve = await make.user(), await make.user(), await make.user()
    done: list[str] = []

    async def change() -> None:
        async with write(sessions) as session:
            await change_people(session, ada.id)
            done.append("changed")

    async def hold() -> None:
        async with write(sessions) as session:
            await hold_people(session, eve.id, ada.id)
            done.append("held")

    async with asyncio.TaskGroup() as tasks, write(sessions) as session:
        await hold_people(session, bob.id, ada.id)
        tasks.create_task(change())
        await _waiting(owner, 1)
        tasks.create_task(hold())
        await _waiting(owner, 2)
    assert done == ["changed", "held"]


async def test_people_are_locked_in_the_order_of_their_ids(
    sessions: Sessions, make: Make, owner: asyncpg.Connection
) -> None:
    people = [(await make.user()).id for _ in range(4)]

    async def change(*ids: int) -> None:
        async with write(sessions) as session:
            await change_people(session, *ids)

    async with asyncio.TaskGroup() as tasks, write(sessions) as session:
        await hold_people(session, people[0])
        for _ in range(3):
            tasks.create_task(change(*people))
            tasks.create_task(change(*reversed(people)))
        await _waiting(owner, 6)
        # All of them wait for the first and none has any other.
        free = "SELECT id FROM users WHERE id <> $1 FOR NO KEY UPDATE SKIP LOCKED"
        assert len(await owner.fetch(free, people[0])) == 3


async def _waiting(owner: asyncpg.Connection, count: int) -> None:
    async with asyncio.timeout(60):
        while await owner.fetchval(WAITING) != count:
            pass
