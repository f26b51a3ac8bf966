"""Posts, comments and the edges between people removed for good, in slices, with everybody's counters.

Each function removes at most `limit` rows of one kind and says how many; call it again until it says none. One
kind a transaction keeps the order of `db.locks`: no slice comes back to user_stats after post_stats.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, inspect, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from db import counters, threads
from db.arrays import among
from db.models import Block, Comment, Follow, FollowRequest, Like, Mute, Post, User
from db.retired_usernames import retire

_POSTS_AT_ONCE = 50


async def next_account_due(session: AsyncSession, after: int, before: datetime) -> int | None:
    """The next account after that id that was deleted before that moment."""
    due = select(User.id).where(User.deleted_at < before, User.id > after)
    return await session.scalar(due.order_by(User.id).limit(1))


async def hold_account_due(session: AsyncSession, user_id: int, before: datetime) -> bool:
    """Keep such an account from coming back; false when it has, or when another transaction holds it."""
    due = select(User.id).where(User.id == user_id, User.deleted_at < before)
    held = due.with_for_update(key_share=True, skip_locked=True)
    return await session.scalar(held) is not None


async def account(session: AsyncSession, user_id: int) -> None:
    """The account itself with its counters and all that only it owns; its name is nobody's from now on."""
    gone = await session.scalars(delete(User).where(User.id == user_id).returning(User.username))
    await retire(session, gone.one())


async def follows_by(session: AsyncSession, user_id: int, limit: int) -> int:
    gone = await _cut(session, Follow, limit, Follow.follower_id == user_id, give=[Follow.followee_id])
    moves = {followee_id: {"follower_count": -1} for (followee_id,) in gone}
    if gone:
        moves[user_id] = {"following_count": -len(gone)}
    await counters.count_for_users(session, moves)
    return len(gone)


async def follows_of(session: AsyncSession, user_id: int, limit: int) -> int:
    gone = await _cut(session, Follow, limit, Follow.followee_id == user_id, give=[Follow.follower_id])
    moves = {follower_id: {"following_count": -1} for (follower_id,) in gone}
    if gone:
        moves[user_id] = {"follower_count": -len(gone)}
    await counters.count_for_users(session, moves)
    return len(gone)


async def requests_of(session: AsyncSession, user_id: int, limit: int) -> int:
    """Those that the person made and those made of them."""
    either = or_(FollowRequest.requester_id == user_id, FollowRequest.target_id == user_id)
    gone = await _cut(session, FollowRequest, limit, either, give=[FollowRequest.target_id])
    await counters.count_for_users(session, _off("request_count", (target_id for (target_id,) in gone)))
    return len(gone)


async def blocks_and_mutes_of(session: AsyncSession, user_id: int, limit: int) -> int:
    """Both ways; nothing counts them."""
    blocks = or_(Block.blocker_id == user_id, Block.blocked_id == user_id)
    mutes = or_(Mute.muter_id == user_id, Mute.muted_id == user_id)
    gone = await _cut(session, Block, limit, blocks, give=[Block.blocker_id])
    return len(gone) or len(await _cut(session, Mute, limit, mutes, give=[Mute.muter_id]))


async def likes_by(session: AsyncSession, user_id: int, limit: int) -> int:
    return await _likes(session, Like.user_id == user_id, limit)


async def comments_by(session: AsyncSession, user_id: int, limit: int) -> int:
    """A comment that somebody else answered stays as a tombstone without author; any other goes."""
    if gone := await _comments(session, Comment.author_id == user_id, limit):
        return gone
    tombstones = select(Comment.id).where(Comment.author_id == user_id).limit(limit)
    nobody_s = update(Comment).where(Comment.id.in_(tombstones)).values(author_id=None).returning(Comment.id)
    return len((await session.scalars(nobody_s)).all())


async def posts_by(session: AsyncSession, user_id: int, limit: int) -> int:
    """What hangs on the first of a person's posts, and once nothing does, those posts."""
    ids = (await session.scalars(select(Post.id).where(Post.author_id == user_id).limit(_POSTS_AT_ONCE))).all()
    return await _posts(session, ids, limit)


async def posts_deleted_before(session: AsyncSession, moment: datetime, limit: int) -> int:
    """The same for anyone's posts that have been tombstones since before that moment."""
    due = select(Post.id).where(Post.deleted_at < moment).order_by(Post.deleted_at).limit(_POSTS_AT_ONCE)
    ids = (await session.scalars(due.with_for_update(skip_locked=True))).all()
    return await _posts(session, ids, limit)


async def _posts(session: AsyncSession, ids: Sequence[int], limit: int) -> int:
    gone = await _likes(session, among(Like.post_id, ids), limit)
    gone = gone or await _comments(session, among(Comment.post_id, ids), limit)
    if gone or not ids:
        return gone
    standing = select(Post.author_id).where(among(Post.id, ids), Post.deleted_at.is_(None))
    await counters.count_for_users(session, _off("post_count", await session.scalars(standing)))
    await session.execute(delete(Post).where(among(Post.id, ids)))
    return len(ids)


async def _likes(session: AsyncSession, which: ColumnElement[bool], limit: int) -> int:
    gone = await _cut(session, Like, limit, which, give=[Like.user_id, Like.post_id])
    await counters.count_for_users(session, _off("liked_count", (user_id for user_id, _ in gone)))
    await counters.count_for_posts(session, _off("like_count", (post_id for _, post_id in gone)))
    return len(gone)


async def _comments(session: AsyncSession, which: ColumnElement[bool], limit: int) -> int:
    # Answers before what they answer: then few tombstones stand for a slice's time.
    standing = select(Comment.id).where(which, Comment.deleted_at.is_(None))
    ids = (await session.scalars(standing.order_by(Comment.depth.desc()).limit(limit))).all()
    await threads.remove(session, ids)
    return len(ids)


async def _cut(
    session: AsyncSession, edge: Any, limit: int, which: ColumnElement[bool], *, give: Sequence[Any]
) -> Sequence[Any]:
    """Delete at most `limit` of the edges; what was in the columns `give`."""
    key = inspect(edge).primary_key
    some = select(*key).where(which).limit(limit)
    return (await session.execute(delete(edge).where(tuple_(*key).in_(some)).returning(*give))).all()


def _off(counter: str, ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """One less for each time a row's id comes."""
    return {row_id: {counter: -times} for row_id, times in Counter(ids).items()}
