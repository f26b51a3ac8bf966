"""Which GraphQL operations are trusted: an id means one text for good."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from db import operations
from db.operations import NewOperation
from domain.audit import record
from domain.errors import Conflict, NotFound


async def trust(session: AsyncSession, new: Sequence[NewOperation]) -> int:
    """All of them or, where an id has meant something else before, none; how many were not trusted until now."""
    known = await operations.texts(session, [each.id for each in new])
    others = [each.id for each in new if known.get(each.id, each.text) != each.text]
    if others:
        raise Conflict(f"Nothing was imported. These ids mean other texts: {', '.join(others[:20])}.")
    added = await operations.put(session, new) if new else 0
    if added:
        record(session, "operations_trusted", actor_id=None, count=added)
    return added


async def retire(session: AsyncSession, ids: Sequence[str]) -> int:
    """No longer answer these; how many were answered until now. Raises `NotFound` for an id that never was."""
    known = await operations.texts(session, ids)
    if unknown := [name for name in ids if name not in known]:
        raise NotFound(f"Nothing was retired. These are no ids: {', '.join(unknown[:20])}.")
    retired = await operations.retire(session, ids)
    if retired:
        record(session, "operations_retired", actor_id=None, ids=retired)
    return len(retired)
