"""The audit log changes by two functions of its owner, after a month, and each change is in it."""

from typing import Any

import asyncpg
import pytest

from db.models import AuditEntry, UserStatus
from db.stores import Stores
from domain import tasks
from tests.domain.aging import NOT_OVER, OVER, leave
from tests.factories import Make
from tests.rows import Rows
from tests.servers import Addresses


@pytest.fixture
async def app(addresses: Addresses, database: str) -> Any:
    connection = await asyncpg.connect(addresses.app.format(database=database))
    yield connection
    await connection.close()


async def enter(owner: asyncpg.Connection, days: int, **columns: Any) -> None:
    names = ", ".join(["event", "created_at", *columns])
    values = ", ".join(f"${place}" for place in range(1, len(columns) + 1))
    await owner.execute(
        f"INSERT INTO audit_log ({names}) VALUES ('seen', now() - interval '{days} days', {values})",
        *columns.values(),
    )


class TestShorten:
    async def test_leaves_the_network_of_old_addresses_and_says_so(
        self, stores: Stores, owner: asyncpg.Connection, small_slices: None
    ) -> None:
        for ip in ("192.0.2.77", "2001:db8:1:2:3::4", "198.51.100.9"):
            await enter(owner, 31, ip=ip)
        await enter(owner, 29, ip="192.0.2.77")
        await enter(owner, 31, ip=None)
        await tasks.shorten_addresses(stores)
        await tasks.shorten_addresses(stores)
        found = await owner.fetch("SELECT abbrev(ip) FROM audit_log WHERE event = 'seen' ORDER BY id")
        assert [row[0] for row in found] == [
            "192.0.2.0/24",
            "2001:db8:1::/48",
            "198.51.100.0/24",
            "192.0.2.77",
            None,
        ]
        told = await owner.fetch(
            "SELECT details FROM audit_log WHERE event = 'audit_addresses_shortened' ORDER BY id"
        )
        assert ['"entries": 2' in row[0] for row in told] == [True, False]

    async def test_not_before_a_month_is_over_whoever_asks(self, app: asyncpg.Connection) -> None:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await app.fetch("SELECT audit_shorten_addresses(now() - interval '1 day', 100)")


class TestErase:
    async def test_takes_who_has_left_for_good_out_and_says_so(
        self, make: Make, rows: Rows, owner: asyncpg.Connection, app: asyncpg.Connection
    ) -> None:
        gone, ada = await make.user(status=UserStatus.DELETED), await make.user()
        await leave(owner, gone, OVER)
        about: dict[str, Any] = {"request_id": "a-request", "ip": "192.0.2.7", "device": "Firefox on Linux"}
        await enter(owner, 40, actor_id=gone.id, subject_id=ada.id, details='{"post_id": 1}', **about)
        await enter(owner, 40, actor_id=ada.id, subject_id=gone.id, details='{"reason": "a"}', **about)
        await enter(owner, 40, actor_id=ada.id, subject_id=ada.id, details='{"reason": "a"}', **about)
        assert await app.fetchval("SELECT audit_erase_person($1, 100)", gone.id) == 2
        assert await app.fetchval("SELECT audit_erase_person($1, 100)", gone.id) == 0
        *seen, told = await rows(AuditEntry)
        assert [(each.actor_id, each.subject_id, each.ip and str(each.ip), each.details) for each in seen] == [
            (None, ada.id, None, {}),
            (ada.id, None, None, {}),
            (ada.id, ada.id, "192.0.2.7", {"reason": "a"}),
        ]
        assert [each.device for each in seen] == [None, None, "Firefox on Linux"]
        assert (told.event, told.actor_id, told.details) == ("audit_person_erased", None, {"entries": 2})

    async def test_nobody_who_is_there_or_may_come_back(
        self, make: Make, owner: asyncpg.Connection, app: asyncpg.Connection
    ) -> None:
        ada, lately = await make.user(), await make.user()
        await leave(owner, lately, NOT_OVER - (OVER - NOT_OVER))
        for person in (ada, lately):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await app.fetch("SELECT audit_erase_person($1, 100)", person.id)


@pytest.mark.parametrize(
    "function", ["audit_erase_person(bigint, bigint)", "audit_shorten_addresses(timestamptz, bigint)"]
)
async def test_a_function_is_its_owners_and_the_applications_alone(
    owner: asyncpg.Connection, function: str
) -> None:
    row = await owner.fetchrow(
        "SELECT proowner::regrole::text AS owner, prosecdef, proconfig, proacl::text FROM pg_proc "
        "WHERE oid = $1::regprocedure",
        function,
    )
    assert row is not None
    assert (row["owner"], row["prosecdef"]) == ("plaza_owner", True)
    assert row["proconfig"] == ["search_path=pg_catalog, public, pg_temp"]
    assert row["proacl"] == "{plaza_owner=X/plaza_owner,plaza_app=X/plaza_owner}"
