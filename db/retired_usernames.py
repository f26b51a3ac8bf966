"""Usernames that nobody gets, kept as hashes: for good where somebody had them who is gone, else for a while."""

import hashlib
from datetime import datetime

from sqlalchemy import delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import RetiredUsername


async def retire(session: AsyncSession, username: str, *, until: datetime | None = None) -> None:
    """Let nobody have the name, in any case of letters: before that moment, or ever again, which stays so."""
    kept = insert(RetiredUsername).values(hash=_hash(username), free_at=until)
    longer = kept.on_conflict_do_update(
        index_elements=[RetiredUsername.hash],
        set_={"free_at": until},
        where=RetiredUsername.free_at.is_not(None),
    )
    await session.execute(longer)


async def is_retired(session: AsyncSession, username: str) -> bool:
    stands = or_(RetiredUsername.free_at.is_(None), RetiredUsername.free_at > func.now())
    kept = select(RetiredUsername.hash).where(RetiredUsername.hash == _hash(username), stands)
    return await session.scalar(kept) is not None


async def forget_free(session: AsyncSession, limit: int) -> int:
    """Forget names whose time is over; how many, `limit` at most."""
    is_free = RetiredUsername.free_at <= func.now()
    over = select(RetiredUsername.hash).where(is_free).limit(limit)
    # Asked twice: one that was kept again since it was selected stays.
    gone = delete(RetiredUsername).where(RetiredUsername.hash.in_(over), is_free)
    return len((await session.scalars(gone.returning(RetiredUsername.hash))).all())


def _hash(username: str) -> bytes:
    # Plain: whoever has a list of names can try them, as they can by asking `user`; nobody reads the names here.
    return hashlib.sha256(f"plaza username {username.lower()}".encode()).digest()
