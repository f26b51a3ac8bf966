"""The signed-in person, as one operation knows them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from db.models import Role, UserStatus

FRESH: Final = timedelta(minutes=10)
"""How long a proof of who one is counts for dangerous deeds."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is asking: the account and the session they ask through.

    A script asks through a personal token: without a session and without a proof, and only for what is in its
    `scopes`, which are None for everybody else. `proven_at` (UTC) is when they last showed who they are.
    """

    user_id: int
    username: str
    role: Role
    status: UserStatus
    session_id: int | None
    proven_at: datetime | None = None
    scopes: frozenset[str] | None = None

    @property
    def is_fresh(self) -> bool:
        """Whether they showed who they are a moment ago, as dangerous deeds ask."""
        return self.proven_at is not None and datetime.now(UTC) - self.proven_at <= FRESH

    @property
    def is_suspended(self) -> bool:
        return self.status is UserStatus.SUSPENDED
