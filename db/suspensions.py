"""Statements about suspensions and roles, for rules that hold the people they are about."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Role, Suspension, User, UserStatus


async def put(session: AsyncSession, user_id: int, *, reason: str, until: datetime | None) -> None:
    """Say why somebody is suspended, in place of what was said before."""
    said = insert(Suspension).values(user_id=user_id, reason=reason, until=until)
    fresh = {"reason": reason, "until": until, "created_at": func.now()}
    await session.execute(said.on_conflict_do_update(index_elements=["user_id"], set_=fresh))


async def drop(session: AsyncSession, user_id: int) -> None:
    await session.execute(delete(Suspension).where(Suspension.user_id == user_id))


async def over(session: AsyncSession, after: int, limit: int) -> Sequence[int]:
    """The next people after that id whose suspension is over, by the database's clock."""
    due = select(Suspension.user_id).where(Suspension.until <= func.now(), Suspension.user_id > after)
    return (await session.scalars(due.order_by(Suspension.user_id).limit(limit))).all()


async def is_over(session: AsyncSession, user_id: int) -> bool:
    due = select(Suspension.user_id).where(Suspension.until <= func.now(), Suspension.user_id == user_id)
    return await session.scalar(due) is not None


async def hold_administrators(session: AsyncSession) -> Sequence[int]:
    """The active administrators, none of whom stops being one until the transaction ends."""
    them = select(User.id).where(User.role == Role.ADMIN, User.status == UserStatus.ACTIVE)
    return (await session.scalars(them.order_by(User.id).with_for_update(key_share=True))).all()
