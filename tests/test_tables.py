"""What empties the database leaves no row and no trace for the planner, and what a test changed is put back."""

import asyncio
from typing import Any

import pytest

from db.models import Post
from db.transaction import write
from schema.context import Services
from tests.factories import Make
from tests.races import until_waiting
from tests.saved import Saved
from tests.tables import TABLES, Tables
from tests.worlds import build

_ROWS = f"SELECT {' + '.join(f'(SELECT count(*) FROM {table})' for table in TABLES)}"
_FIGURES = "SELECT relpages, reltuples, pg_relation_filenode(oid) FROM pg_class WHERE oid = $1::text::regclass"


@pytest.mark.parametrize("size", [5, 300])
async def test_a_network_of_any_size_is_gone(services: Services, tables: Tables, size: int) -> None:
    await build(services.stores, size)
    assert await tables.connection.fetchval(_ROWS) > 100
    await tables.empty()
    assert await tables.connection.fetchval(_ROWS) == 0


async def test_a_few_rows_leave_a_table_its_file(make: Make, tables: Tables) -> None:
    await tables.connection.execute("TRUNCATE users CASCADE")
    await make.user("ada")
    before = await tables.connection.fetchrow(_FIGURES, "users")
    await tables.empty()
    assert await tables.connection.fetchrow(_FIGURES, "users") == before


@pytest.mark.parametrize("size", [0, 300])
async def test_the_planner_knows_nothing_of_what_was_analyzed(
    services: Services, owner: Any, tables: Tables, size: int
) -> None:
    if size:
        await build(services.stores, size)
    await owner.execute("ANALYZE users")
    await tables.empty()
    assert tuple(await owner.fetchrow(_FIGURES, "users"))[:2] == (0, -1)
    assert await owner.fetchval("SELECT pg_relation_size('users')") == 0


async def test_what_a_transaction_still_writes_is_waited_for(
    services: Services, owner: Any, make: Make, tables: Tables
) -> None:
    ada = await make.user("ada")
    async with write(services.stores.sessions) as session:
        session.add(Post(author_id=ada.id, text="Late"))
        await session.flush()
        emptying = asyncio.ensure_future(tables.empty())
        await until_waiting(owner, emptying)
    await emptying
    assert await owner.fetchval(_ROWS) == 0


@pytest.mark.parametrize(
    ("deed", "changed"),
    [
        ("INSERT INTO blocks (blocker_id, blocked_id) SELECT max(id), min(id) FROM users", "blocks"),
        ("UPDATE posts SET text = 'Other' WHERE id = (SELECT min(id) FROM posts)", "posts"),
        ("DELETE FROM likes WHERE post_id = (SELECT min(post_id) FROM likes)", "likes"),
    ],
)
async def test_rows_new_other_and_gone_are_told_and_put_back(
    services: Services, owner: Any, tables: Tables, deed: str, changed: str
) -> None:
    await build(services.stores, 5)
    saved = Saved(tables)
    await saved.save()
    try:
        assert await saved.changed() == []
        await owner.execute(deed)
        assert await saved.changed() == [changed]
        await saved.restore()
        assert await saved.changed() == []
    finally:
        await saved.drop()
