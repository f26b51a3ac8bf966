"""Statements that change sessions and refresh tokens; what they mean is for `auth.sessions` to say."""

from datetime import datetime

from sqlalchemy import Select, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import RefreshToken, Session, SignInMethod


async def hold(session: AsyncSession, session_id: int) -> None:
    """Nobody else refreshes or ends the session until the transaction ends; what was read of it before is old."""
    await session.execute(select(Session.id).where(Session.id == session_id).with_for_update(key_share=True))


async def prove(session: AsyncSession, session_id: int) -> datetime | None:
    """The person behind the session has just shown again who they are; when, or `None` once it ended."""
    standing = update(Session).where(
        Session.id == session_id, Session.revoked_at.is_(None), Session.expires_at > func.now()
    )
    proven = await session.scalars(standing.values(proven_at=func.now()).returning(Session.proven_at))
    return proven.one_or_none()


async def replace(session: AsyncSession, session_id: int, used: bytes, new: bytes, expires_at: datetime) -> None:
    """Put one refresh token in another's place, in that order: a family has one unused token at a time."""
    now = func.clock_timestamp()
    await session.execute(update(Session).where(Session.id == session_id).values(last_used_at=now))
    await session.execute(update(RefreshToken).where(RefreshToken.hash == used).values(used_at=now))
    await session.execute(insert(RefreshToken).values(hash=new, session_id=session_id, expires_at=expires_at))


async def end(session: AsyncSession, session_id: int, *, of: int | None = None) -> int | None:
    """End one session; whose it was, or `None` when it had ended before or is not that person's."""
    ended = update(Session).where(Session.id == session_id, Session.revoked_at.is_(None))
    if of is not None:
        ended = ended.where(Session.user_id == of)
    gone = await session.scalars(ended.values(revoked_at=func.now()).returning(Session.user_id))
    return gone.one_or_none()


async def end_all(
    session: AsyncSession, user_id: int, *, but: int | None = None, begun_by: SignInMethod | None = None
) -> list[int]:
    """End a person's sessions but one, or of these what began so; the ids of those that had not ended before."""
    theirs = _of(user_id).where(Session.id.is_distinct_from(but))
    if begun_by is not None:
        theirs = theirs.where(Session.method == begun_by)
    # Held in order first, or two who end the same sessions at once may wait for each other.
    held = await session.scalars(theirs.order_by(Session.id).with_for_update(key_share=True))
    ids = list(held)
    await session.execute(update(Session).where(Session.id.in_(ids)).values(revoked_at=func.now()))
    return ids


def _of(user_id: int) -> Select[int]:
    standing = (Session.revoked_at.is_(None), Session.expires_at > func.now())
    return select(Session.id).where(Session.user_id == user_id, *standing)
