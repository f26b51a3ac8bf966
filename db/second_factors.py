"""Statements that change what a person shows besides a password."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, func, insert, or_, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import RecoveryCode, Totp


async def start_totp(session: AsyncSession, user_id: int, sealed: bytes) -> bool:
    """Keep a secret to be confirmed, in place of one that never was; false when one is confirmed already."""
    secret = upsert(Totp).values(user_id=user_id, sealed_secret=sealed)
    replaced = secret.on_conflict_do_update(
        index_elements=[Totp.user_id],
        set_={"sealed_secret": secret.excluded.sealed_secret, "created_at": func.now(), "last_step": None},
        where=Totp.confirmed_at.is_(None),
    )
    return await _did(session, replaced.returning(Totp.user_id))


async def confirm_totp(session: AsyncSession, user_id: int, sealed: bytes, step: int) -> bool:
    """Turn on the secret that a code was compared with, unless it was replaced or turned on meanwhile."""
    pending = update(Totp).where(
        Totp.user_id == user_id, Totp.sealed_secret == sealed, Totp.confirmed_at.is_(None)
    )
    return await _did(session, pending.values(confirmed_at=func.now(), last_step=step).returning(Totp.user_id))


async def use_step(session: AsyncSession, user_id: int, sealed: bytes, step: int) -> bool:
    """Take a step's code, once: it and those before it are not taken again."""
    unused = update(Totp).where(
        Totp.user_id == user_id,
        Totp.sealed_secret == sealed,
        Totp.confirmed_at.is_not(None),
        or_(Totp.last_step.is_(None), Totp.last_step < step),
    )
    return await _did(session, unused.values(last_step=step).returning(Totp.user_id))


async def remove_totp(session: AsyncSession, user_id: int) -> bool:
    """Forget the secret and the codes that stand in for it."""
    await session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    return await _did(session, delete(Totp).where(Totp.user_id == user_id).returning(Totp.user_id))


async def replace_recovery_codes(session: AsyncSession, user_id: int, hashes: Sequence[bytes]) -> None:
    await session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    await session.execute(insert(RecoveryCode), [{"hash": each, "user_id": user_id} for each in hashes])


async def use_recovery_code(session: AsyncSession, user_id: int, hash: bytes) -> bool:
    unused = update(RecoveryCode).where(
        RecoveryCode.hash == hash, RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None)
    )
    return await _did(session, unused.values(used_at=func.now()).returning(RecoveryCode.user_id))


async def _did(session: AsyncSession, statement: Any) -> bool:
    return (await session.scalars(statement)).one_or_none() is not None
