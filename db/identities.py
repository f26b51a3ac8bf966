"""Statements that change who vouches for whom."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, func, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Identity, MailLink, Provider


@dataclass(frozen=True, slots=True)
class Removed:
    """What was an identity, with what its consent can be ended by at the provider."""

    id: int
    provider: Provider
    sealed_token: bytes | None


async def add(
    session: AsyncSession,
    user_id: int,
    provider: Provider,
    issuer: str,
    subject: str,
    email: str | None,
    sealed_token: bytes | None,
) -> bool:
    """False, and nothing added, where that identity is somebody's or the person has one of that provider."""
    identity = insert(Identity).values(
        user_id=user_id,
        provider=provider,
        issuer=issuer,
        subject=subject,
        email=email,
        sealed_token=sealed_token,
        last_used_at=func.now(),
    )
    return await session.scalar(identity.on_conflict_do_nothing().returning(Identity.id)) is not None


async def remove(session: AsyncSession, user_id: int, provider: Provider) -> Removed | None:
    gone = await _removed(session, Identity.user_id == user_id, Identity.provider == provider)
    return gone[0] if gone else None


async def remove_all(session: AsyncSession, user_id: int) -> Sequence[Removed]:
    return await _removed(session, Identity.user_id == user_id)


async def note_use(session: AsyncSession, identity_id: int, email: str | None, sealed_token: bytes | None) -> bool:
    """The provider just vouched for it, by this address and with this token, if any; false where it was taken away
    meanwhile."""
    token = func.coalesce(sealed_token, Identity.sealed_token)
    used = update(Identity).where(Identity.id == identity_id)
    used = used.values(last_used_at=func.now(), email=email, sealed_token=token)
    return await session.scalar(used.returning(Identity.id)) is not None


async def void_links_to(session: AsyncSession, email: str) -> None:
    """No letter to an address that is proven by another does anything any more."""
    await session.execute(delete(MailLink).where(func.lower(MailLink.email) == func.lower(email)))


async def _removed(session: AsyncSession, *which: ColumnElement[bool]) -> Sequence[Removed]:
    told = (Identity.id, Identity.provider, Identity.sealed_token)
    return [Removed(*row) for row in await session.execute(delete(Identity).where(*which).returning(*told))]
