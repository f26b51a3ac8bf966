"""Locks that keep rules true against rules running beside them, always taken in the same order.

The order of every transaction: people by id, an e-mail address that somebody proves, sessions by id, comments from
the deepest up, then user_stats by id, post_stats by id, comment_stats by id.

What a person signs in with (identities, codes, challenges, passkeys, apps, links in letters) is used up and taken
away with the person held from before, so that it needs no order of its own. Where it has to be looked at first to
know whose it is, that look locks nothing.
"""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.arrays import among
from db.models import User, UserStats

# For a row about to change: FOR NO KEY UPDATE, which lets foreign keys be checked against it meanwhile.
KEEPING_KEYS: Final = {"key_share": True}
# For a row that must stay as it is: FOR SHARE, which others may take as well.
SHARED: Final = {"read": True}


async def hold_people(session: AsyncSession, *user_ids: int) -> None:
    """Nobody can come between these people (block, suspend, delete) until the transaction ends.

    For deeds that rest on how they stand to each other; such deeds do not wait for one another.
    """
    await _lock(session, user_ids, shared=True)


async def change_people(session: AsyncSession, *user_ids: int) -> None:
    """Change how these people stand: waits for every deed that rests on it, and they for this."""
    await _lock(session, user_ids, shared=False)


async def hold_counters(session: AsyncSession, user_ids: Sequence[int]) -> None:
    """These people's counters, in the order that keeps two such transactions from waiting on each other."""
    in_order = select(UserStats.user_id).where(among(UserStats.user_id, user_ids)).order_by(UserStats.user_id)
    await session.execute(in_order.with_for_update(key_share=True))


async def _lock(session: AsyncSession, user_ids: tuple[int, ...], *, shared: bool) -> None:
    # A row lock alone is not fair: those who share it pass by whoever waits to change the row, for as long as
    # they keep coming. The queue before an advisory lock is; it is joined row by row, in the order of the ids.
    turn = func.pg_advisory_xact_lock_shared if shared else func.pg_advisory_xact_lock
    people = select(User.id, turn(User.id)).where(User.id.in_(sorted(set(user_ids)))).order_by(User.id)
    # FOR NO KEY UPDATE excludes FOR SHARE.
    await session.execute(people.with_for_update(read=shared, key_share=not shared))
