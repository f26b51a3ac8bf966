"""Statements that make an account, and give it a proven address."""

from enum import Enum, auto

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from db.models import Credential, User, UserStats
from db.retired_usernames import is_retired


class Taken(Enum):
    """Why no account was made: somebody has (or had) the name or has proven the address, in any capitals."""

    USERNAME = auto()
    EMAIL = auto()


async def add_account(
    session: AsyncSession,
    username: str,
    email: str,
    display_name: str,
    password_hash: str | None,
    *,
    is_verified: bool = False,
) -> int | Taken:
    """The new account's id, or what is taken and nothing made.

    `is_verified`: somebody we believe has seen that the address is theirs. Without that anybody may say so.

    The indexes decide, so that of several at once one succeeds. Not by an error: PostgreSQL would log it
    together with the address.
    """
    async with session.begin_nested() as savepoint:
        user = insert(User).values(username=username, display_name=display_name).on_conflict_do_nothing()
        user_id: int | None = await session.scalar(user.returning(User.id))
        if user_id is None:
            return Taken.USERNAME
        # Asked afterwards: who took the name may have been purged while the index made us wait.
        if await is_retired(session, username):
            await savepoint.rollback()
            return Taken.USERNAME
        if is_verified:
            await _hold_address(session, email)
            await _end_unproven(session, email)
        credential = insert(Credential).values(
            user_id=user_id,
            email=email,
            email_verified_at=func.now() if is_verified else None,
            password_hash=password_hash,
        )
        made = await session.scalar(credential.on_conflict_do_nothing().returning(Credential.user_id))
        if made is None:
            await savepoint.rollback()
            return Taken.EMAIL
        await session.execute(insert(UserStats).values(user_id=user_id))
    return user_id


async def take_address(session: AsyncSession, user_id: int, email: str) -> bool:
    """Make a proven address the account's; false, and nothing done, where another account has proven it."""
    await _hold_address(session, email)
    await _end_unproven(session, email)
    other = aliased(Credential)
    taken = select(other.user_id).where(
        func.lower(other.email) == func.lower(email),
        other.email_verified_at.is_not(None),
        other.user_id != user_id,
    )
    free = update(Credential).where(Credential.user_id == user_id, ~taken.exists())
    proven = free.values(email=email, email_verified_at=func.now(), signs_in_unproven=False)
    return await session.scalar(proven.returning(Credential.user_id)) is not None


async def _hold_address(session: AsyncSession, email: str) -> None:
    """Of two at once who prove an address the second looks when the first is done."""
    # The index would tell as well, but by an error, and PostgreSQL would log it together with the address.
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(func.lower(email), 0))))


async def _end_unproven(session: AsyncSession, email: str) -> None:
    """Nobody signs in by the address any more without having proven it; whoever has, has ended that before."""
    unproven = update(Credential).where(
        func.lower(Credential.email) == func.lower(email), Credential.signs_in_unproven
    )
    await session.execute(unproven.values(signs_in_unproven=False))
