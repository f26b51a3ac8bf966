"""Sealed secrets, wherever they stand."""

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from db.models import EndedConsent, Identity, Totp

# The column that tells rows apart, and the one with the secret.
Place: TypeAlias = tuple[InstrumentedAttribute[int], InstrumentedAttribute[Any]]

PLACES: Final[Sequence[Place]] = (
    (Totp.user_id, Totp.sealed_secret),
    (Identity.id, Identity.sealed_token),
    (EndedConsent.id, EndedConsent.sealed_token),
)
"""All but those in codes for sign-ins, which live for minutes and may hand theirs on to one of the others."""


async def sealed_after(session: AsyncSession, place: Place, after: int, limit: int) -> Sequence[tuple[int, bytes]]:
    """The next secrets by their rows' ids, held until the transaction ends."""
    key, secret = place
    secrets = select(key, secret).where(key > after, secret.is_not(None)).order_by(key)
    return [(row[0], row[1]) for row in await session.execute(secrets.limit(limit).with_for_update())]


async def reseal(session: AsyncSession, place: Place, row_id: int, sealed: bytes) -> None:
    key, secret = place
    await session.execute(update(key.class_).where(key == row_id).values({secret: sealed}))
