"""Counters: moved by what changed, in the caller's transaction; see `db.locks` for the order."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, column, func, inspect, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.arrays import among, array
from db.models import CommentStats, PostStats, Row, UserStats
from db.queries.posts import POST_COUNTERS


async def count_for_user(session: AsyncSession, user_id: int, **deltas: int) -> None:
    await _move(session, UserStats, user_id, deltas)


async def count_for_users(session: AsyncSession, deltas: Mapping[int, Mapping[str, int]]) -> None:
    """Several people's counters, in the order that keeps two such transactions from waiting on each other."""
    await _move_each(session, UserStats, deltas)


async def count_for_each(session: AsyncSession, user_ids: Sequence[int], **deltas: int) -> None:
    """The same change for every one of several people; hold their counters first (`db.locks.hold_counters`)."""
    moved = {name: getattr(UserStats, name) + delta for name, delta in deltas.items()}
    await session.execute(update(UserStats).where(among(UserStats.user_id, user_ids)).values(**moved))


async def count_for_post(session: AsyncSession, post_id: int, **deltas: int) -> dict[str, Any]:
    """The post's counters as they stand then, by name."""
    moved = {name: getattr(PostStats, name) + delta for name, delta in deltas.items()}
    move = update(PostStats).where(PostStats.post_id == post_id).values(**moved).returning(*POST_COUNTERS)
    return dict((await session.execute(move)).mappings().one())


async def count_for_posts(session: AsyncSession, deltas: Mapping[int, Mapping[str, int]]) -> None:
    await _move_each(session, PostStats, deltas)


async def count_for_comment(session: AsyncSession, comment_id: int, **deltas: int) -> None:
    await _move(session, CommentStats, comment_id, deltas)


async def count_for_comments(session: AsyncSession, deltas: Mapping[int, Mapping[str, int]]) -> None:
    await _move_each(session, CommentStats, deltas)


async def _move(session: AsyncSession, stats: type[Row], row_id: int, deltas: Mapping[str, int]) -> None:
    key = inspect(stats).primary_key[0]
    moved = {name: getattr(stats, name) + delta for name, delta in deltas.items() if delta}
    if moved:
        await session.execute(update(stats).where(key == row_id).values(**moved))


async def _move_each(session: AsyncSession, stats: type[Row], deltas: Mapping[int, Mapping[str, int]]) -> None:
    """Moves that differ from row to row, in two statements."""
    if not deltas:
        return
    key = inspect(stats).primary_key[0]
    # An update takes its rows in no order; these locks come first, in the one that all keep to.
    in_order = select(key).where(among(key, deltas)).order_by(key)
    await session.execute(in_order.with_for_update(key_share=True))
    names = sorted({name for moves in deltas.values() for name in moves})
    moves = (array(moves.get(name, 0) for moves in deltas.values()) for name in names)
    each = func.unnest(array(deltas), *moves).table_valued(*(column(name, BigInteger) for name in ("id", *names)))
    each = each.render_derived(name="each")
    moved = {name: getattr(stats, name) + each.c[name] for name in names}
    await session.execute(
        update(stats).where(key == each.c.id).values(**moved), execution_options={"synchronize_session": False}
    )
