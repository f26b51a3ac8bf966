"""Who asks through a personal token at this moment, and that it is being used."""

from db.last_uses import LastUses
from db.models import PersonalToken
from db.queries import personal_tokens
from db.queries.personal_tokens import BearerRow
from db.reads import Reads


class TokenStates:
    """Asks PostgreSQL each time, as for sessions."""

    def __init__(self, reads: Reads, uses: LastUses) -> None:
        self._reads = reads
        self._uses = uses

    async def get(self, hash: bytes) -> BearerRow | None:
        row = await personal_tokens.bearer(self._reads, hash)
        if row is not None and row.is_use_due:
            await self._uses.note(PersonalToken, row.token_id)
        return row
