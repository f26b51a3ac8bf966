"""Writes down when a session or a personal token was last used, every few minutes."""

from typing import Final

import structlog
from sqlalchemy import func, update

from db.models import PersonalToken, Session
from db.transaction import Sessions, write

# Seconds: a row that somebody else holds is not waited for long.
_DEADLINE: Final = 0.5
_log = structlog.get_logger(__name__)


class LastUses:
    """No trouble with it leaves it: who asks shall not wait for, or fail by, what is only shown."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def note(self, model: type[Session | PersonalToken], row_id: int) -> None:
        try:
            async with write(self._sessions, deadline=_DEADLINE) as session:
                await session.execute(update(model).where(model.id == row_id).values(last_used_at=func.now()))
        except Exception as error:
            _log.warning("last_use_not_noted", kind=type(error).__name__)
