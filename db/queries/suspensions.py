"""Why people are suspended; each learns their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import any_, select

from db.models import Suspension
from db.queries.users import IDS
from db.reads import Reads, columns, read
from db.visibility import VIEWER


@dataclass(slots=True)
class SuspensionRow:
    user_id: int
    reason: str
    created_at: datetime
    until: datetime | None


_own = read(
    SuspensionRow,
    select(*columns(Suspension, SuspensionRow)).where(
        Suspension.user_id == any_(IDS), Suspension.user_id == VIEWER
    ),
)


async def own(db: Reads, ids: Sequence[int], *, viewer_id: int | None) -> dict[int, SuspensionRow]:
    """At most the viewer's own, if they are among them."""
    return {row.user_id: row for row in await db.fetch(_own, ids=ids, viewer_id=viewer_id)}
