"""Writes: all or nothing, bounded in time, with effects that follow the commit."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from structlog.testing import capture_logs

from db.transaction import after_commit, constraint_of, sqlstate_of, write
from schema.context import Services
from tests.db.writes import Undone, add, names, note


async def test_commits_when_the_block_ends_even_what_was_only_pending(services: Services) -> None:
    async with write(services.stores.sessions) as session:
        add(session, "ada")
        assert await names(services) == []
    assert await names(services) == ["ada"]


async def test_leaves_nothing_when_the_block_raises(services: Services) -> None:
    async def fail() -> None:
        async with write(services.stores.sessions) as session:
            add(session, "ada")
            await session.flush()
            raise Undone

    with pytest.raises(Undone):
        await fail()
    assert await names(services) == []


async def test_any_other_refusal_of_the_database_is_itself_with_its_state_and_constraint(
    services: Services,
) -> None:
    async def add_twice() -> None:
        async with write(services.stores.sessions) as session:
            add(session, "ada")
            add(session, "ADA")

    with pytest.raises(IntegrityError) as refused:
        await add_twice()
    assert (sqlstate_of(refused.value), constraint_of(refused.value)) == ("23505", "uq_users_lower_username")


async def test_effects_run_in_order_after_the_commit_and_not_before(services: Services) -> None:
    seen: list[tuple[str, list[str]]] = []

    async def look(label: str) -> None:
        seen.append((label, await names(services)))

    async with write(services.stores.sessions) as session:
        after_commit(session, lambda: look("first"))
        after_commit(session, lambda: look("second"))
        add(session, "ada")
        await session.flush()
        assert seen == []
    assert seen == [("first", ["ada"]), ("second", ["ada"])]


async def test_effects_of_what_was_rolled_back_never_run(services: Services) -> None:
    ran: list[str] = []

    async def fail() -> None:
        async with write(services.stores.sessions) as session:
            after_commit(session, lambda: note(ran, "effect"))
            raise Undone

    with pytest.raises(Undone):
        await fail()
    assert ran == []


async def test_an_effect_that_fails_is_logged_and_harms_neither_the_write_nor_the_next_effect(
    services: Services,
) -> None:
    ran: list[str] = []

    async def fail() -> None:
        raise Undone

    with capture_logs() as logs:
        async with write(services.stores.sessions) as session:
            after_commit(session, fail)
            after_commit(session, lambda: note(ran, "next"))
            add(session, "ada")
    assert (ran, await names(services)) == (["next"], ["ada"])
    assert [entry["event"] for entry in logs] == ["after_commit_failed"]


async def test_a_deadline_bounds_every_statement_of_the_transaction_and_of_no_other(services: Services) -> None:
    async def sleep() -> None:
        async with write(services.stores.sessions, deadline=0.05) as session:
            await session.execute(text("SELECT pg_sleep(5)"))

    with pytest.raises(DBAPIError) as stopped:
        await sleep()
    assert sqlstate_of(stopped.value) == "57014"
    async with write(services.stores.sessions, deadline=1.25) as session:
        assert await session.scalar(text("SHOW statement_timeout")) == "1250ms"
    async with services.stores.sessions() as session:
        assert await session.scalar(text("SHOW statement_timeout")) != "1250ms"


async def test_the_transaction_is_open_before_the_blocks_first_statement(services: Services) -> None:
    async with write(services.stores.sessions) as session:
        assert session.in_transaction()
        raw = await (await session.connection()).get_raw_connection()
        assert raw.driver_connection is not None
        assert raw.driver_connection.is_in_transaction()
