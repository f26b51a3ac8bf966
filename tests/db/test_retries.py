"""Writes that lose a tie: tried again, at most three times, and nothing else is."""

import asyncio

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from db import transaction
from db.models import User
from db.transaction import Collision, OutcomeUnknown, after_commit, retried, write
from schema.context import Services
from tests.db.writes import add, fail_with, names, note
from tests.factories import Make


@pytest.mark.parametrize("state", ["40001", "40P01", "55P03"])
async def test_a_broken_tie_is_a_collision(services: Services, state: str) -> None:
    async def lose() -> None:
        async with write(services.stores.sessions) as session:
            add(session, "ada")
            await session.flush()
            await fail_with(session, state)

    with pytest.raises(Collision):
        await lose()
    assert await names(services) == []


async def test_a_real_deadlock_costs_one_side_a_retry_and_both_deeds_are_done(
    services: Services, make: Make
) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    tries: list[str] = []
    both_hold = asyncio.Barrier(2)

    async def rename(first: int, second: int, bio: str) -> None:
        tries.append(bio)
        async with write(services.stores.sessions) as session:
            # Longer than PostgreSQL takes to find a deadlock; the role's own second would break both sides.
            await session.execute(text("SET LOCAL lock_timeout = '3s'"))
            await _set_bio(session, first, bio)
            if len(tries) <= 2:
                await both_hold.wait()
            await _set_bio(session, second, bio)

    await asyncio.gather(
        retried(lambda: rename(ada.id, bob.id, "one")), retried(lambda: rename(bob.id, ada.id, "two"))
    )
    assert len(tries) == 3
    async with services.stores.sessions() as session:
        assert set(await session.scalars(select(User.bio))) == {tries[2]}


@pytest.mark.parametrize(("failures", "answer"), [(0, "done"), (1, "done"), (3, "done"), (4, None)])
async def test_a_collision_is_tried_again_at_most_three_times(
    monkeypatch: pytest.MonkeyPatch, failures: int, answer: str | None
) -> None:
    monkeypatch.setattr(transaction, "_PAUSES", (0.0, 0.0, 0.0))
    tries = 0

    async def attempt() -> str:
        nonlocal tries
        tries += 1
        if tries <= failures:
            raise Collision
        return "done"

    if answer is None:
        with pytest.raises(Collision):
            await retried(attempt)
    else:
        assert await retried(attempt) == answer
    assert tries == min(failures + 1, 4)


async def test_nothing_but_a_collision_is_tried_again() -> None:
    tries = 0

    async def attempt() -> None:
        nonlocal tries
        tries += 1
        raise OutcomeUnknown

    with pytest.raises(OutcomeUnknown):
        await retried(attempt)
    assert tries == 1


async def test_effects_of_a_try_that_collided_run_once_for_the_try_that_stood(services: Services) -> None:
    ran: list[str] = []

    async def attempt() -> None:
        async with write(services.stores.sessions) as session:
            after_commit(session, lambda: note(ran, "effect"))
            if not tries:
                tries.append(1)
                await fail_with(session, "40001")

    tries: list[int] = []
    await retried(attempt)
    assert ran == ["effect"]


async def _set_bio(session: AsyncSession, user_id: int, bio: str) -> None:
    await session.execute(text("UPDATE users SET bio = :bio WHERE id = :id"), {"bio": bio, "id": user_id})
