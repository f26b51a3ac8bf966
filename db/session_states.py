"""Who is signed in through a session at this moment: PostgreSQL's answer, kept for a moment."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from db import brief_memory
from db.brief_memory import BriefMemory, Facts
from db.last_uses import LastUses
from db.models import Role, Session, UserStatus
from db.queries import accounts
from db.reads import Reads


@dataclass(frozen=True, slots=True)
class SignedIn:
    username: str
    role: Role
    status: UserStatus
    proven_at: datetime


class SessionStates:
    def __init__(self, reads: Reads, memory: BriefMemory, uses: LastUses) -> None:
        self._reads = reads
        self._memory = memory
        self._uses = uses

    async def get(self, *, user_id: int, session_id: int) -> SignedIn | None:
        """Whose session it is, if it stands; what has ended since is seen at once, or after four seconds."""

        async def ask() -> Facts | None:
            row = await accounts.signed_in(self._reads, user_id=user_id, session_id=session_id)
            if row is None:
                return None
            if row.is_use_due:
                await self._uses.note(Session, session_id)
            return [row.user_id, row.username, row.role, row.status, row.proven_at.isoformat()]

        facts = await self._memory.recall(_key(session_id), ask)
        if facts is None or facts[0] != user_id:
            return None
        _, username, role, status, proven_at = facts
        return SignedIn(username, Role(role), UserStatus(status), datetime.fromisoformat(proven_at))


def forget(session: AsyncSession, session_ids: Iterable[int]) -> None:
    """These ended, or whose they are is somebody else now: with another role, status, name or proof."""
    brief_memory.forget(session, map(_key, session_ids))


def _key(session_id: int) -> str:
    return f"session:{session_id}"
