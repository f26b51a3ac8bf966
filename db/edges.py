"""Edges made once and unmade once: a counter may move only when a row really did."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, delete, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.arrays import among
from db.limits import FOLLOWING
from db.models import Follow, FollowRequest, Like, Post, Row, UserStats


async def connect(session: AsyncSession, edge: type[Row], **ends: Any) -> Row | None:
    """Insert the edge; `None` when it stood already."""
    made = await session.scalars(insert(edge).values(**ends).on_conflict_do_nothing().returning(edge))
    return made.one_or_none()


async def disconnect(session: AsyncSession, edge: type[Row], **ends: Any) -> bool:
    """Delete the edge; false when there was none."""
    first_end = next(iter(ends))
    gone = await session.scalars(delete(edge).filter_by(**ends).returning(getattr(edge, first_end)))
    return gone.one_or_none() is not None


async def put(session: AsyncSession, edge: type[Row], ends: Mapping[str, Any], **values: Any) -> None:
    """Insert the edge, whose ends are its primary key, or give the one that stands these values."""
    row = insert(edge).values(**ends, **values)
    await session.execute(row.on_conflict_do_update(index_elements=list(ends), set_=values))


async def disconnect_likes(session: AsyncSession, *, by: int, on_posts_of: int) -> list[int]:
    """Delete every like of one person on another's posts, deleted ones too; the posts' ids."""
    theirs = delete(Like).where(Like.user_id == by, Like.post_id == Post.id, Post.author_id == on_posts_of)
    return list(await session.scalars(theirs.returning(Like.post_id)))


async def disconnect_requests(session: AsyncSession, target_id: int) -> list[int]:
    """Delete every request to follow somebody; the ids of those who had asked."""
    gone = delete(FollowRequest).where(FollowRequest.target_id == target_id)
    return list(await session.scalars(gone.returning(FollowRequest.requester_id)))


async def connect_followers(session: AsyncSession, follower_ids: Sequence[int], followee_id: int) -> list[int]:
    """Have them follow somebody who do not yet and may follow one more; the ids of those.

    Hold their counters first.
    """
    may = select(UserStats.user_id, literal(followee_id, BigInteger)).where(
        among(UserStats.user_id, follower_ids),
        UserStats.following_count < FOLLOWING,
    )
    follows = insert(Follow).from_select(["follower_id", "followee_id"], may).on_conflict_do_nothing()
    return list(await session.scalars(follows.returning(Follow.follower_id)))
