"""Purges on a real database: posts and accounts deleted long ago go with all that hangs on them."""

import asyncio
from datetime import UTC, datetime

import asyncpg

from db.models import (
    AuditEntry,
    Block,
    Comment,
    CommentStats,
    Credential,
    Follow,
    FollowRequest,
    Like,
    Mute,
    Post,
    PostStats,
    Session,
    User,
    UserStats,
)
from db.stores import Stores
from domain import purges, tasks
from tests.domain.aging import NOT_OVER, OVER, entomb_post, leave, snapshot
from tests.factories import Make, Person
from tests.invariants import broken
from tests.rows import Rows


class TestPurgePosts:
    async def test_old_tombstones_go_with_all_below_and_everybody_is_counted_anew(
        self, make: Make, rows: Rows, stores: Stores, owner: asyncpg.Connection, small_slices: None
    ) -> None:
        ada, bob, eve = [await make.user() for _ in range(3)]
        posts = [await make.post(ada) for _ in range(5)]
        for post in posts:
            for person in (ada, bob, eve):
                await make.like(person, post)
            comment = await make.comment(bob, post)
            for _ in range(3):
                comment = await make.comment(eve, post, parent=comment)
        for post in posts[:3]:
            await entomb_post(owner, ada, post, OVER)
        await entomb_post(owner, ada, posts[3], NOT_OVER)
        assert await broken(owner) == {}
        await tasks.purge_posts(stores)
        assert [post.id for post in await rows(Post)] == [posts[3].id, posts[4].id]
        assert [len(await rows(model)) for model in (PostStats, Like, Comment, CommentStats)] == [2, 6, 8, 8]
        assert await broken(owner) == {}

    async def test_two_at_once_are_harmless(
        self, make: Make, rows: Rows, stores: Stores, owner: asyncpg.Connection, small_slices: None
    ) -> None:
        ada, bob = await make.user(), await make.user()
        for _ in range(8):
            post = await make.post(ada)
            await make.like(bob, post)
            await entomb_post(owner, ada, post, OVER)
        await asyncio.gather(*(tasks.purge_posts(stores) for _ in range(3)))
        assert await rows(Post) == []
        assert await broken(owner) == {}


class TestPurgeAccounts:
    async def entangle(self, make: Make, gone: Person, others: list[Person]) -> None:
        """Every kind of edge in both directions, answered and unanswered comments, posts that others touched."""
        mine = [await make.post(gone, f"mine {n}") for n in range(3)]
        for other in others:
            theirs = await make.post(other)
            await make.follow(gone, other)
            await make.follow(other, gone)
            await make.like(gone, theirs)
            await make.mute(gone, other)
            await make.mute(other, gone)
            for post in mine:
                await make.like(other, post)
                await make.comment(gone, post, parent=await make.comment(other, post))
            root = await make.comment(gone, theirs, "answered")
            await make.comment(other, theirs, parent=await make.comment(gone, theirs, parent=root))
            alone = await make.comment(gone, theirs, "answered by oneself alone")
            await make.comment(gone, theirs, parent=alone)
            await make.comment(gone, theirs, parent=await make.comment(other, theirs))
        asked, asking, blocked, blocker = [await make.user(private=True) for _ in range(4)]
        await make.follow_request(gone, asked)
        await make.follow_request(asking, gone)
        await make.block(gone, blocked)
        await make.block(blocker, gone)

    async def test_an_account_goes_with_every_edge_and_every_counter_equals_its_rows(
        self, make: Make, rows: Rows, stores: Stores, owner: asyncpg.Connection, small_slices: None
    ) -> None:
        gone, *others = [await make.user() for _ in range(4)]
        await self.entangle(make, gone, others)
        await entomb_post(owner, gone, await make.post(gone), NOT_OVER)
        await leave(owner, gone, OVER)
        assert await broken(owner) == {}
        await tasks.purge_accounts(stores)

        assert await broken(owner) == {}
        assert len(await rows(User)) == len(await rows(UserStats)) == len(await rows(Credential)) == 7
        for model in (Follow, FollowRequest, Block, Mute, Like):
            assert await rows(model) == []
        assert [post.author_id for post in await rows(Post)] == [other.id for other in others]
        comments = await rows(Comment)
        assert len(comments) == 3 * 4  # of each thread: two tombstones, the answer, and one comment of another
        tombstones = [comment for comment in comments if comment.deleted_at]
        assert [(each.author_id, each.text) for each in tombstones] == [(None, "")] * 6
        assert {comment.author_id for comment in comments if not comment.deleted_at} == {
            each.id for each in others
        }
        assert [session.user_id for session in await rows(Session) if session.user_id == gone.id] == []
        (entry,) = await rows(AuditEntry)
        assert (entry.event, entry.actor_id, entry.subject_id) == ("user_purged", None, None)

    async def test_an_own_tombstone_that_was_answered_stays_and_loses_its_author(
        self, make: Make, rows: Rows, stores: Stores, owner: asyncpg.Connection
    ) -> None:
        gone, ada = await make.user(), await make.user()
        post = await make.post(ada)
        comment = await make.comment(gone, post)
        await make.comment(ada, post, parent=comment)
        await owner.execute(
            "UPDATE comments SET deleted_at = '2026-02-01T00:00:00Z', text = '' WHERE id = $1", comment.id
        )
        await tasks.reconcile_counters(stores)
        await leave(owner, gone, OVER)
        await tasks.purge_accounts(stores)
        tombstone, _ = await rows(Comment)
        assert (tombstone.author_id, tombstone.deleted_at) == (None, datetime(2026, 2, 1, tzinfo=UTC))
        assert await broken(owner) == {}

    async def test_running_again_changes_nothing(
        self, make: Make, rows: Rows, stores: Stores, owner: asyncpg.Connection
    ) -> None:
        gone, *others = [await make.user() for _ in range(3)]
        await self.entangle(make, gone, others)
        await leave(owner, gone, OVER)
        await tasks.purge_accounts(stores)
        once = await snapshot(rows)
        await tasks.purge_accounts(stores)
        assert await snapshot(rows) == once
        assert len(await rows(AuditEntry)) == 1

    async def test_accounts_that_may_come_back_or_never_left_stay_whole(
        self, make: Make, rows: Rows, stores: Stores, owner: asyncpg.Connection
    ) -> None:
        lately, ada = await make.user(), await make.user()
        await self.entangle(make, lately, [ada])
        await leave(owner, lately, NOT_OVER)
        before = await snapshot(rows)
        await tasks.purge_accounts(stores)
        assert await snapshot(rows) == before

    async def test_two_at_once_and_two_who_knew_each_other_are_harmless(
        self, make: Make, rows: Rows, stores: Stores, owner: asyncpg.Connection, small_slices: None
    ) -> None:
        one, other, ada = [await make.user() for _ in range(3)]
        await self.entangle(make, one, [other, ada])
        await self.entangle(make, other, [ada])
        for person in (one, other):
            await leave(owner, person, OVER)
        await asyncio.gather(*(tasks.purge_accounts(stores) for _ in range(3)))
        assert {user.id for user in await rows(User)} & {one.id, other.id} == set()
        assert await broken(owner) == {}
        assert [entry.event for entry in await rows(AuditEntry)] == ["user_purged"] * 2

    async def test_a_slice_that_stands_alone_leaves_every_counter_equal_to_its_rows(
        self, make: Make, stores: Stores, owner: asyncpg.Connection, small_slices: None
    ) -> None:
        gone, *others = [await make.user() for _ in range(3)]
        await self.entangle(make, gone, others)
        await leave(owner, gone, OVER)
        before = datetime.now(UTC) - purges.DELETION_GRACE
        slices = 1
        while await purges._purge_slice(stores.sessions, gone.id, before) is None:
            slices += 1
            assert await broken(owner) == {}
        assert slices > 20

    async def test_an_account_that_another_transaction_holds_waits_for_the_next_time(
        self, make: Make, rows: Rows, stores: Stores, owner: asyncpg.Connection
    ) -> None:
        gone = await make.user()
        await leave(owner, gone, OVER)
        async with owner.transaction():
            await owner.execute("SELECT FROM users WHERE id = $1 FOR NO KEY UPDATE", gone.id)
            await tasks.purge_accounts(stores)
        assert [user.id for user in await rows(User)] == [gone.id]
