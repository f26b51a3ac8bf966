"""Who is signed in through a session at this moment, and that it is being used."""

from collections.abc import Sequence

from db.last_uses import LastUses
from db.models import Session
from db.queries import accounts
from db.queries.accounts import SignedInRow
from db.reads import Reads
from db.together import Together


class SessionStates:
    """Asks PostgreSQL each time: that costs less than asking Redis, and what has ended has ended at once."""

    def __init__(self, reads: Reads, uses: LastUses) -> None:
        self._reads = reads
        self._uses = uses
        self._rows = Together(self._read)

    async def get(self, *, user_id: int, session_id: int) -> SignedInRow | None:
        row = await self._rows.get(session_id)
        if row is None or row.user_id != user_id:
            return None
        if row.is_use_due:
            await self._uses.note(Session, session_id)
        return row

    async def _read(self, session_ids: Sequence[int]) -> Sequence[SignedInRow | None]:
        rows = await accounts.signed_in(self._reads, session_ids)
        return [rows.get(each) for each in session_ids]
