"""Statements that change who vouches for whom."""

from sqlalchemy import delete, func, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Identity, MailLink, Provider


async def add(
    session: AsyncSession, user_id: int, provider: Provider, issuer: str, subject: str, email: str | None
) -> bool:
    """False, and nothing added, where that identity is somebody's or the person has one of that provider."""
    identity = insert(Identity).values(
        user_id=user_id, provider=provider, issuer=issuer, subject=subject, email=email, last_used_at=func.now()
    )
    return await session.scalar(identity.on_conflict_do_nothing().returning(Identity.id)) is not None


async def remove(session: AsyncSession, user_id: int, provider: Provider) -> int | None:
    """The id of what was removed."""
    theirs = delete(Identity).where(Identity.user_id == user_id, Identity.provider == provider)
    return await session.scalar(theirs.returning(Identity.id))


async def note_use(session: AsyncSession, identity_id: int, email: str | None) -> bool:
    """The provider just vouched for it, by this address; false where it was taken away meanwhile."""
    used = update(Identity).where(Identity.id == identity_id).values(last_used_at=func.now(), email=email)
    return await session.scalar(used.returning(Identity.id)) is not None


async def void_links_to(session: AsyncSession, email: str, *, but: int) -> None:
    """Nobody else's letter to an address that has just been proven does anything any more."""
    theirs = delete(MailLink).where(func.lower(MailLink.email) == func.lower(email), MailLink.user_id != but)
    await session.execute(theirs)
