"""Who asks through a personal token at this moment: PostgreSQL's answer, kept for a moment."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from db import brief_memory
from db.brief_memory import BriefMemory, Facts
from db.last_uses import LastUses
from db.models import PersonalToken, Role, UserStatus
from db.queries import personal_tokens
from db.reads import Reads


@dataclass(frozen=True, slots=True)
class Bearer:
    user_id: int
    username: str
    role: Role
    status: UserStatus
    scopes: frozenset[str]


class TokenStates:
    def __init__(self, reads: Reads, memory: BriefMemory, uses: LastUses) -> None:
        self._reads = reads
        self._memory = memory
        self._uses = uses

    async def get(self, hash: bytes) -> Bearer | None:
        """Whose token it is, if it stands; what has ended since is seen at once, or after four seconds."""

        async def ask() -> Facts | None:
            row = await personal_tokens.bearer(self._reads, hash)
            if row is None:
                return None
            if row.is_use_due:
                await self._uses.note(PersonalToken, row.token_id)
            return [row.user_id, row.username, row.role, row.status, row.scopes]

        facts = await self._memory.recall(_key(hash), ask)
        if facts is None:
            return None
        user_id, username, role, status, scopes = facts
        return Bearer(user_id, username, Role(role), UserStatus(status), frozenset(scopes))


def forget(session: AsyncSession, hashes: Iterable[bytes]) -> None:
    """These ended, or whose they are has another role or status now."""
    brief_memory.forget(session, map(_key, hashes))


def _key(hash: bytes) -> str:
    return f"token:{hash.hex()}"
