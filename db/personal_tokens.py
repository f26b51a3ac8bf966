"""Statements that make and end personal tokens."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Update, func, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import PersonalToken, TokenScope
from db.queries.personal_tokens import PersonalTokenRow


async def add(
    session: AsyncSession,
    user_id: int,
    *,
    hash: bytes,
    name: str,
    scopes: Sequence[TokenScope],
    expires_at: datetime,
) -> PersonalTokenRow:
    row = PersonalToken(user_id=user_id, hash=hash, name=name, scopes=[*scopes], expires_at=expires_at)
    session.add(row)
    await session.flush()
    await session.refresh(row)
    return PersonalTokenRow(row.id, row.name, row.scopes, row.created_at, row.expires_at, row.last_used_at)


async def end(session: AsyncSession, token_id: int, *, of: int) -> bool:
    """End one of a person's tokens; false when there is no such one that still stands."""
    return await _end(session, _standing(of).where(PersonalToken.id == token_id)) == [token_id]


async def end_all(session: AsyncSession, user_id: int) -> list[int]:
    """End a person's tokens; the ids of those that still stood."""
    return await _end(session, _standing(user_id))


def _standing(user_id: int) -> Update:
    return update(PersonalToken).where(
        PersonalToken.user_id == user_id,
        PersonalToken.revoked_at.is_(None),
        PersonalToken.expires_at > func.now(),
    )


async def _end(session: AsyncSession, tokens: Update) -> list[int]:
    return list(await session.scalars(tokens.values(revoked_at=func.now()).returning(PersonalToken.id)))
