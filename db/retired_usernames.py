"""Usernames of people who are gone, kept as hashes so that nobody takes them for themselves."""

import hashlib

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import RetiredUsername


async def retire(session: AsyncSession, username: str) -> None:
    """Let nobody have the name again, in any case of letters."""
    await session.execute(insert(RetiredUsername).values(hash=_hash(username)).on_conflict_do_nothing())


async def is_retired(session: AsyncSession, username: str) -> bool:
    kept = select(RetiredUsername.hash).where(RetiredUsername.hash == _hash(username))
    return await session.scalar(kept) is not None


def _hash(username: str) -> bytes:
    # Plain: whoever has a list of names can try them, as they can by asking `user`; nobody reads the names here.
    return hashlib.sha256(f"plaza username {username.lower()}".encode()).digest()
