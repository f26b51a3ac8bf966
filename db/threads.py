"""Comments taken out of their threads: a tombstone where replies hang below, nothing where none do.

A tombstone stands only while there are comments below it, so whatever goes takes along the tombstones above it
that it leaves bare.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, TypeAlias

from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from db.arrays import among
from db.counters import count_for_comments, count_for_posts
from db.models import Comment, Post

# Id, post, parent, and when it was deleted. Plain columns: the session may remember a model from before the lock.
_Place: TypeAlias = Row[int, int, int | None, datetime | None]

# No model of these rows is in use, so none has to follow.
_AS_ROWS: Final = {"synchronize_session": False}


async def remove(session: AsyncSession, comment_ids: Sequence[int]) -> set[int]:
    """Take these comments away, counters and all; the ids of those that stood until now.

    At most ten statements, however many comments there are.
    """
    wanted = set(comment_ids)
    line = await _locked(session, comment_ids)
    dead = [place for place in line if place.deleted_at is not None or place.id in wanted]
    going = [place for place in dead if place.deleted_at is None]
    if not going:
        return set()
    bare = _bare(dead, await _reply_counts(session, [place.id for place in dead]))
    await _uncount(session, going)
    await _bury(session, [place.id for place in going if place.id not in bare])
    await _erase(session, bare)
    return {place.id for place in going}


async def remove_all_by(session: AsyncSession, author_id: int, *, on_posts_of: int) -> None:
    """Take away all that one person said on another's posts, deleted posts too."""
    said = (
        select(Comment.id)
        .join(Post, Post.id == Comment.post_id)
        .where(Comment.author_id == author_id, Comment.deleted_at.is_(None), Post.author_id == on_posts_of)
    )
    await remove(session, (await session.scalars(said)).all())


async def _locked(session: AsyncSession, comment_ids: Sequence[int]) -> Sequence[_Place]:
    """The comments and all above them, the deepest first, as they are now that nobody else can change them."""
    line = select(Comment.id, Comment.parent_id).where(among(Comment.id, comment_ids)).cte("line", recursive=True)
    above = aliased(Comment)
    line = line.union(select(above.id, above.parent_id).join(line, above.id == line.c.parent_id))
    ids = (await session.scalars(select(line.c.id))).all()
    # Leaves before roots, so that two removals in one thread never wait for each other. The lock excludes the
    # one that a reply takes on its parent: what is read next counts every reply there will be.
    places = select(Comment.id, Comment.post_id, Comment.parent_id, Comment.deleted_at)
    in_order = places.where(among(Comment.id, ids)).order_by(Comment.depth.desc(), Comment.id)
    return (await session.execute(in_order.with_for_update())).all()


async def _reply_counts(session: AsyncSession, comment_ids: Sequence[int]) -> Counter[int]:
    """How many rows hang directly on each comment, tombstones too."""
    counts = select(Comment.parent_id, func.count()).where(among(Comment.parent_id, comment_ids))
    found = await session.execute(counts.group_by(Comment.parent_id))
    return Counter({parent_id: count for parent_id, count in found if parent_id is not None})


def _bare(dead: Iterable[_Place], replies: Counter[int]) -> list[int]:
    """Those of the dead, given deepest first, that have nothing below them once the others are gone."""
    bare = []
    for place in dead:
        if replies[place.id] == 0:
            bare.append(place.id)
            if place.parent_id is not None:
                replies[place.parent_id] -= 1
    return bare


async def _uncount(session: AsyncSession, going: Sequence[_Place]) -> None:
    everywhere = Counter(place.post_id for place in going)
    threads = Counter(place.post_id for place in going if place.parent_id is None)
    replies = Counter(place.parent_id for place in going if place.parent_id is not None)
    await count_for_posts(
        session,
        {post_id: {"comment_count": -n, "thread_count": -threads[post_id]} for post_id, n in everywhere.items()},
    )
    await count_for_comments(session, {parent_id: {"reply_count": -n} for parent_id, n in replies.items()})


async def _bury(session: AsyncSession, comment_ids: Sequence[int]) -> None:
    if comment_ids:
        tombstone = update(Comment).where(among(Comment.id, comment_ids)).values(text="", deleted_at=func.now())
        await session.execute(tombstone, execution_options=_AS_ROWS)


async def _erase(session: AsyncSession, comment_ids: Sequence[int]) -> None:
    if comment_ids:
        await session.execute(delete(Comment).where(among(Comment.id, comment_ids)), execution_options=_AS_ROWS)
