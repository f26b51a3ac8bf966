"""Statements that take from an account what somebody else may have put there."""

from collections.abc import Sequence

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import (
    Challenge,
    Export,
    OAuthFlow,
    Passkey,
    RecoveryCode,
    SignInCode,
    Totp,
)


async def end_what_goes_on(session: AsyncSession, user_id: int) -> Sequence[SignInCode]:
    """Whatever was begun with the account and is not done: sign-ins, new ways in, downloads.

    The codes of the new ways in, for what was agreed to at the providers ends with them.
    """
    await session.execute(delete(Challenge).where(Challenge.user_id == user_id))
    await session.execute(delete(OAuthFlow).where(OAuthFlow.link_user_id == user_id))
    await session.execute(delete(Export).where(Export.user_id == user_id))
    codes = delete(SignInCode).where(SignInCode.link_user_id == user_id).returning(SignInCode)
    return (await session.scalars(codes)).all()


async def remove_factors(session: AsyncSession, user_id: int) -> int:
    """Every passkey and every second factor; how many there were."""
    gone = 0
    for row in (Passkey, Totp, RecoveryCode):
        removed = await session.scalars(delete(row).where(row.user_id == user_id).returning(row.user_id))
        gone += len(removed.all())
    return gone
