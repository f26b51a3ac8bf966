"""Statements that change passkeys."""

from sqlalchemy import delete, func, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Passkey


async def add(
    session: AsyncSession,
    user_id: int,
    *,
    credential_id: bytes,
    public_key: bytes,
    sign_count: int,
    is_backed_up: bool,
    name: str,
) -> int | None:
    """The new passkey's id; `None` when somebody has it already."""
    passkey = insert(Passkey).values(
        user_id=user_id,
        credential_id=credential_id,
        public_key=public_key,
        sign_count=sign_count,
        is_backed_up=is_backed_up,
        name=name,
    )
    made = await session.scalars(passkey.on_conflict_do_nothing().returning(Passkey.id))
    return made.one_or_none()


async def use(session: AsyncSession, passkey_id: int, *, sign_count: int, is_backed_up: bool) -> bool:
    """Note a use; false when its count did not grow, which tells of a copy. Of those that do not count it is 0."""
    grows = Passkey.sign_count < sign_count if sign_count else Passkey.sign_count == 0
    used = update(Passkey).where(Passkey.id == passkey_id, grows)
    values = {"sign_count": sign_count, "is_backed_up": is_backed_up, "last_used_at": func.now()}
    return (await session.scalars(used.values(values).returning(Passkey.id))).one_or_none() is not None


async def rename(session: AsyncSession, user_id: int, passkey_id: int, name: str) -> bool:
    theirs = update(Passkey).where(Passkey.id == passkey_id, Passkey.user_id == user_id)
    return (await session.scalars(theirs.values(name=name).returning(Passkey.id))).one_or_none() is not None


async def remove(session: AsyncSession, user_id: int, passkey_id: int) -> str | None:
    """The name it had; `None` when it is not there, or somebody else's."""
    theirs = delete(Passkey).where(Passkey.id == passkey_id, Passkey.user_id == user_id)
    return (await session.scalars(theirs.returning(Passkey.name))).one_or_none()
