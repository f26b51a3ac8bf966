"""What ends by itself, deleted in slices: mutes, sessions, used refresh tokens, personal tokens, full buckets."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Mute, PersonalToken, RefreshToken, Session, StoredBucket


async def mutes(session: AsyncSession, limit: int) -> int:
    """Delete mutes that are over; how many there were, `limit` at most."""
    ends = (Mute.muter_id, Mute.muted_id)
    over = select(*ends).where(Mute.expires_at < func.now()).limit(limit)
    gone = await session.scalars(delete(Mute).where(tuple_(*ends).in_(over)).returning(Mute.muter_id))
    return len(gone.all())


async def sessions(
    session: AsyncSession, after: int, limit: int, *, ended_before: datetime, used_before: datetime
) -> int | None:
    """Look at the next `limit` sessions after that id: delete those that ended, and used tokens of the others.

    Gives the id to go on from, or `None` when there are no more. A walk by key is bounded without an index
    on the moments.
    """
    ids = await _next_ids(session, Session, after, limit)
    if not ids:
        return None
    ended = or_(Session.expires_at < ended_before, Session.revoked_at < ended_before)
    await session.execute(delete(Session).where(Session.id.between(ids[0], ids[-1]), ended))
    used = RefreshToken.used_at < used_before
    await session.execute(delete(RefreshToken).where(RefreshToken.session_id.between(ids[0], ids[-1]), used))
    return ids[-1]


async def personal_tokens(session: AsyncSession, after: int, limit: int, *, ended_before: datetime) -> int | None:
    """Look at the next `limit` personal tokens after that id, as `sessions` does: delete those that ended."""
    ids = await _next_ids(session, PersonalToken, after, limit)
    if not ids:
        return None
    ended = or_(PersonalToken.expires_at < ended_before, PersonalToken.revoked_at < ended_before)
    await session.execute(delete(PersonalToken).where(PersonalToken.id.between(ids[0], ids[-1]), ended))
    return ids[-1]


async def buckets(session: AsyncSession, limit: int) -> int:
    """Delete kept buckets that are full again, which are as good as none; how many, `limit` at most."""
    is_full = StoredBucket.full_at < func.now()
    full = select(StoredBucket.key).where(is_full).limit(limit)
    # Asked twice: one that was charged since it was selected stays.
    gone = delete(StoredBucket).where(StoredBucket.key.in_(full), is_full)
    return len((await session.scalars(gone.returning(StoredBucket.key))).all())


async def _next_ids(
    session: AsyncSession, table: type[Session | PersonalToken], after: int, limit: int
) -> Sequence[int]:
    return (await session.scalars(select(table.id).where(table.id > after).order_by(table.id).limit(limit))).all()
