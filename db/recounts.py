"""Counters compared with the rows they count, and set right where they differ."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, ScalarSelect, func, inspect, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.arrays import among
from db.models import Comment, CommentStats, Follow, FollowRequest, Like, Post, PostStats, Row, UserStats

Count = ScalarSelect[int]


def _count(stats: type[Row], *clauses: ColumnElement[bool]) -> Count:
    return select(func.count()).where(*clauses).correlate(stats).scalar_subquery()


_standing = Comment.deleted_at.is_(None)
_COUNTS: Final[dict[type[Row], dict[str, Count]]] = {
    UserStats: {
        "post_count": _count(UserStats, Post.author_id == UserStats.user_id, Post.deleted_at.is_(None)),
        "follower_count": _count(UserStats, Follow.followee_id == UserStats.user_id),
        "following_count": _count(UserStats, Follow.follower_id == UserStats.user_id),
        "request_count": _count(UserStats, FollowRequest.target_id == UserStats.user_id),
        "liked_count": _count(UserStats, Like.user_id == UserStats.user_id),
    },
    PostStats: {
        "like_count": _count(PostStats, Like.post_id == PostStats.post_id),
        "comment_count": _count(PostStats, Comment.post_id == PostStats.post_id, _standing),
        "thread_count": _count(
            PostStats, Comment.post_id == PostStats.post_id, Comment.parent_id.is_(None), _standing
        ),
    },
    CommentStats: {
        "reply_count": _count(CommentStats, Comment.parent_id == CommentStats.comment_id, _standing),
    },
}
COUNTED: Final = tuple(_COUNTS)
"""The tables of counters."""


async def keys_after(session: AsyncSession, stats: type[Row], after: int, limit: int) -> Sequence[int]:
    """The next keys of a walk through the table, in order."""
    key = _key(stats)
    return (await session.scalars(select(key).where(key > after).order_by(key).limit(limit))).all()


async def correct(session: AsyncSession, stats: type[Row], keys: Sequence[int]) -> int:
    """Set right those of the rows that are wrong; how many there were.

    Looking costs no lock: a deed changes its edge and its counter in one transaction, so that one snapshot
    shows both or neither. Where they differ the row is locked before it is counted again, by a statement whose
    snapshot is younger than the lock: whoever moved the counter since has committed, edge and all, and whoever
    is about to waits.
    """
    wrong = (await session.scalars(_wrong(stats, keys))).all()
    if not wrong:
        return 0
    key = _key(stats)
    locked = select(key).where(among(key, wrong)).order_by(key)
    await session.execute(locked.with_for_update(key_share=True))
    counts: Any = _COUNTS[stats]
    still_wrong = key.in_(_wrong(stats, wrong))
    corrected = update(stats).where(still_wrong).values(counts).returning(key)
    return len((await session.scalars(corrected)).all())


def _wrong(stats: type[Row], keys: Sequence[int]) -> Any:
    key = _key(stats)
    differs = or_(*(getattr(stats, name) != count for name, count in _COUNTS[stats].items()))
    return select(key).where(among(key, keys), differs)


def _key(stats: type[Row]) -> Any:
    return inspect(stats).primary_key[0]
