"""Statements about consents that are over here and wait for their provider to be told."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import EndedConsent, Identity, Provider, SignInCode


async def keep(session: AsyncSession, provider: Provider, sealed_token: bytes) -> int:
    """The new row's id."""
    kept = insert(EndedConsent).values(provider=provider, sealed_token=sealed_token).returning(EndedConsent.id)
    return (await session.scalars(kept)).one()


async def by_id(session: AsyncSession, consent_id: int) -> EndedConsent | None:
    return await session.get(EndedConsent, consent_id)


async def after(session: AsyncSession, consent_id: int, limit: int) -> Sequence[EndedConsent]:
    """The next by their ids."""
    later = select(EndedConsent).where(EndedConsent.id > consent_id).order_by(EndedConsent.id)
    return (await session.scalars(later.limit(limit))).all()


async def is_needed(session: AsyncSession, issuer: str, subject: str) -> bool:
    """Whether that person signs in by it here, or is about to."""
    identity = select(Identity.id).where(Identity.issuer == issuer, Identity.subject == subject)
    told = SignInCode.profile
    code = select(SignInCode.hash).where(
        told["issuer"].astext == issuer,
        told["subject"].astext == subject,
        SignInCode.expires_at > func.now(),
    )
    return bool(await session.scalar(select(or_(identity.exists(), code.exists()))))


async def forget(session: AsyncSession, consent_id: int) -> None:
    await session.execute(delete(EndedConsent).where(EndedConsent.id == consent_id))


async def forget_ended_before(session: AsyncSession, moment: datetime) -> int:
    """Give up what no provider has taken since; how many those were."""
    gone = delete(EndedConsent).where(EndedConsent.ended_at < moment).returning(EndedConsent.id)
    return len((await session.scalars(gone)).all())
