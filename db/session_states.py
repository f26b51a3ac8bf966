"""Who is signed in through a session at this moment: PostgreSQL's answer, kept for a moment."""

from collections.abc import Iterable
from dataclasses import astuple
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from db import brief_memory
from db.brief_memory import BriefMemory, Facts
from db.models import Role, UserStatus
from db.queries import accounts
from db.queries.accounts import SignedInRow
from db.reads import Reads


class SessionStates:
    def __init__(self, reads: Reads, memory: BriefMemory) -> None:
        self._reads = reads
        self._memory = memory

    async def get(self, *, user_id: int, session_id: int) -> SignedInRow | None:
        """See `db.queries.accounts.signed_in`; what has ended since is seen at once, or after four seconds."""

        async def ask() -> Facts | None:
            row = await accounts.signed_in(self._reads, user_id=user_id, session_id=session_id)
            return None if row is None else [*astuple(row)]

        facts = await self._memory.recall(_key(session_id), ask)
        if facts is None or facts[0] != user_id:
            return None
        _, username, role, status, proven_at = facts
        return SignedInRow(user_id, username, Role(role), UserStatus(status), _moment(proven_at))


def forget(session: AsyncSession, session_ids: Iterable[int]) -> None:
    """These ended, or whose they are is somebody else now: with another role, status, name or proof."""
    brief_memory.forget(session, map(_key, session_ids))


def _key(session_id: int) -> str:
    return f"session:{session_id}"


def _moment(said: datetime | str) -> datetime:
    return datetime.fromisoformat(said) if isinstance(said, str) else said
