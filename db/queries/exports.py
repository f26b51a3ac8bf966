"""A person's exports, as they are listed to them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select

from db.models import Export
from db.reads import Reads, columns, read
from db.visibility import VIEWER

# One a day, each kept for seven days, and one that is about to go.
MOST: Final = 9


@dataclass(slots=True)
class ExportRow:
    id: int
    created_at: datetime
    ready_at: datetime | None
    expires_at: datetime
    size: int | None


_own = read(
    ExportRow,
    select(*columns(Export, ExportRow))
    .where(Export.user_id == VIEWER, Export.expires_at > func.now())
    .order_by(Export.id.desc())
    .limit(MOST),
)


async def own(db: Reads, *, viewer_id: int | None) -> list[ExportRow]:
    """Newest first."""
    return await db.fetch(_own, viewer_id=viewer_id)
