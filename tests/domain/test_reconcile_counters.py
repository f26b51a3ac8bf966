"""Reconciliation on a real database: drift is repaired, whoever else is counting."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from db.models import PostStats, UserStats
from db.stores import Stores
from domain import tasks
from tests.domain.aging import snapshot
from tests.factories import Make, Person, Thing
from tests.invariants import broken
from tests.races import WAITING
from tests.rows import Rows
from tests.servers import Addresses

LIKE = "INSERT INTO likes (post_id, user_id) VALUES ($1, $2)"


@pytest.fixture
async def other(addresses: Addresses, database: str) -> AsyncIterator[asyncpg.Connection]:
    """Somebody else's connection, for a transaction that stays open."""
    connection = await asyncpg.connect(addresses.app.format(database=database))
    yield connection
    await connection.close()


async def count_like(connection: asyncpg.Connection, post: Thing, person: Person) -> None:
    await connection.execute("UPDATE user_stats SET liked_count = liked_count + 1 WHERE user_id = $1", person.id)
    await connection.execute("UPDATE post_stats SET like_count = like_count + 1 WHERE post_id = $1", post.id)


async def until_somebody_waits(owner: asyncpg.Connection) -> None:
    async with asyncio.timeout(60):
        # Only the server knows who waits.
        while not await owner.fetchval(WAITING):  # noqa: ASYNC110
            await asyncio.sleep(0)


class TestReconcileCounters:
    async def network(self, make: Make) -> tuple[Person, Person, Thing, Thing]:
        ada, bob, eve = [await make.user(name, private=name == "ada") for name in ("ada", "bob", "eve")]
        await make.follow(bob, ada)
        await make.follow_request(eve, ada)
        post = await make.post(ada)
        await make.like(bob, post)
        comment = await make.comment(bob, post)
        await make.comment(ada, post, parent=comment)
        await make.post(bob)
        return ada, bob, post, comment

    async def test_planted_drift_is_repaired(
        self, make: Make, rows: Rows, stores: Stores, owner: asyncpg.Connection, small_slices: None
    ) -> None:
        await self.network(make)
        right = await snapshot(rows)
        await owner.execute(
            "UPDATE user_stats SET post_count = 9, follower_count = 9, following_count = 9, request_count = 9,"
            " liked_count = 9"
        )
        await owner.execute("UPDATE post_stats SET like_count = 0, comment_count = 9, thread_count = 0")
        await owner.execute("UPDATE comment_stats SET reply_count = reply_count + 3")
        await tasks.reconcile_counters(stores)
        assert await snapshot(rows) == right
        assert await broken(owner) == {}

    async def test_rows_that_are_right_are_not_written(
        self, make: Make, stores: Stores, owner: asyncpg.Connection
    ) -> None:
        ada, *_ = await self.network(make)
        await owner.execute("UPDATE user_stats SET liked_count = 5 WHERE user_id = $1", ada.id)
        before = await owner.fetch("SELECT user_id, xmin FROM user_stats WHERE user_id <> $1", ada.id)
        await tasks.reconcile_counters(stores)
        assert await owner.fetch("SELECT user_id, xmin FROM user_stats WHERE user_id <> $1", ada.id) == before
        assert await broken(owner) == {}

    async def test_a_tombstone_counts_nowhere(
        self, make: Make, stores: Stores, owner: asyncpg.Connection, rows: Rows
    ) -> None:
        ada, _, post, comment = await self.network(make)
        await owner.execute("UPDATE posts SET deleted_at = now() WHERE id = $1", post.id)
        await owner.execute("UPDATE comments SET deleted_at = now(), text = '' WHERE id = $1", comment.id)
        await tasks.reconcile_counters(stores)
        counts = {stats.user_id: stats.post_count for stats in await rows(UserStats)}
        assert counts[ada.id] == 0
        of_post = next(stats for stats in await rows(PostStats) if stats.post_id == post.id)
        assert (of_post.like_count, of_post.comment_count, of_post.thread_count) == (1, 1, 0)

    async def test_a_like_whose_counter_is_about_to_move_is_not_counted_twice(
        self, make: Make, stores: Stores, owner: asyncpg.Connection, other: asyncpg.Connection
    ) -> None:
        ada, _, post, _ = await self.network(make)
        await owner.execute("UPDATE post_stats SET like_count = 7 WHERE post_id = $1", post.id)
        async with other.transaction():
            await other.execute(LIKE, post.id, ada.id)
            await tasks.reconcile_counters(stores)
            assert await owner.fetchval("SELECT like_count FROM post_stats WHERE post_id = $1", post.id) == 1
            await count_like(other, post, ada)
        assert await broken(owner) == {}

    async def test_a_like_whose_counter_has_moved_is_waited_for_and_not_lost(
        self, make: Make, stores: Stores, owner: asyncpg.Connection, other: asyncpg.Connection
    ) -> None:
        ada, _, post, _ = await self.network(make)
        await owner.execute("UPDATE post_stats SET like_count = 7 WHERE post_id = $1", post.id)
        async with other.transaction():
            await other.execute(LIKE, post.id, ada.id)
            await count_like(other, post, ada)
            reconciling = asyncio.create_task(tasks.reconcile_counters(stores))
            await until_somebody_waits(owner)
        await reconciling
        assert await owner.fetchval("SELECT like_count FROM post_stats WHERE post_id = $1", post.id) == 2
        assert await broken(owner) == {}

    async def test_two_at_once_are_harmless(
        self, make: Make, stores: Stores, owner: asyncpg.Connection, small_slices: None
    ) -> None:
        await self.network(make)
        await owner.execute("UPDATE user_stats SET follower_count = 9")
        await owner.execute("UPDATE post_stats SET like_count = 9")
        await asyncio.gather(tasks.reconcile_counters(stores), tasks.reconcile_counters(stores))
        assert await broken(owner) == {}
