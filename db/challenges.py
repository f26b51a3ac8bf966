"""Statements about questions asked and not answered yet."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Challenge, ChallengePurpose, SignInMethod

TRIES: Final = 5


@dataclass(frozen=True, slots=True)
class ChallengeRow:
    """A challenge that is still open, and whom it is for, if that is known."""

    user_id: int | None
    details: dict[str, Any]


async def ask(
    session: AsyncSession,
    hash: bytes,
    purpose: ChallengePurpose,
    *,
    user_id: int | None,
    expires_at: datetime,
    details: dict[str, Any] | None = None,
) -> None:
    session.add(
        Challenge(hash=hash, purpose=purpose, user_id=user_id, expires_at=expires_at, details=details or {})
    )


async def attempt(session: AsyncSession, hash: bytes, purpose: ChallengePurpose) -> ChallengeRow | None:
    """Count one try; `None` when the challenge is over, or was tried too often. Commit whatever comes of it."""
    open_ = update(Challenge).where(*_open(hash, purpose), Challenge.tries < TRIES)
    tried = await session.execute(
        open_.values(tries=Challenge.tries + 1).returning(Challenge.user_id, Challenge.details)
    )
    return _row(tried.one_or_none())


async def take(session: AsyncSession, hash: bytes, purpose: ChallengePurpose) -> ChallengeRow | None:
    """Use the challenge up: of several at once one gets it, and nobody after."""
    gone = delete(Challenge).where(*_open(hash, purpose))
    taken = await session.execute(gone.returning(Challenge.user_id, Challenge.details))
    return _row(taken.one_or_none())


async def forget_sign_ins(session: AsyncSession, user_id: int, method: SignInMethod) -> None:
    """No sign-in of that person's which began so is finished any more."""
    waits = (Challenge.user_id == user_id, Challenge.purpose == ChallengePurpose.SECOND_FACTOR)
    await session.execute(delete(Challenge).where(*waits, Challenge.details["method"].astext == method))


async def forget_expired(session: AsyncSession, limit: int) -> int:
    """Delete challenges that nobody answered in time; how many, `limit` at most."""
    over = select(Challenge.hash).where(Challenge.expires_at < func.now()).limit(limit)
    over = over.with_for_update(skip_locked=True)
    gone = await session.scalars(delete(Challenge).where(Challenge.hash.in_(over)).returning(Challenge.hash))
    return len(gone.all())


def _open(hash: bytes, purpose: ChallengePurpose) -> tuple[Any, ...]:
    return (Challenge.hash == hash, Challenge.purpose == purpose, Challenge.expires_at > func.now())


def _row(found: Any) -> ChallengeRow | None:
    return None if found is None else ChallengeRow(found.user_id, found.details)
