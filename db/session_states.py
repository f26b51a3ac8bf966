"""Who is signed in through a session at this moment, and that it is being used."""

from db.last_uses import LastUses
from db.models import Session
from db.queries import accounts
from db.queries.accounts import SignedInRow
from db.reads import Reads


class SessionStates:
    """Asks PostgreSQL each time: that costs less than asking Redis, and what has ended has ended at once."""

    def __init__(self, reads: Reads, uses: LastUses) -> None:
        self._reads = reads
        self._uses = uses

    async def get(self, *, user_id: int, session_id: int) -> SignedInRow | None:
        row = await accounts.signed_in(self._reads, user_id=user_id, session_id=session_id)
        if row is not None and row.is_use_due:
            await self._uses.note(Session, session_id)
        return row
