"""Mutes: someone's posts stay out of the viewer's feeds, for a while or for good; nobody is told."""

from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from auth.viewer import Viewer
from db import edges
from db.locks import hold_people
from db.models import Mute
from db.queries.users import UserRow
from domain import people
from domain.errors import InvalidInput, NotFound


async def mute(session: AsyncSession, viewer: Viewer, user_id: int, *, until: datetime | None = None) -> UserRow:
    """Mute someone until then, or for good; a later word replaces an earlier one."""
    if user_id == viewer.user_id:
        raise InvalidInput("user_id", "You cannot mute yourself.")
    if until is not None and until <= datetime.now(UTC):
        raise InvalidInput("until", "Choose a moment that is still to come.")
    row = await people.held(session, viewer, user_id)
    ends = {"muter_id": viewer.user_id, "muted_id": user_id}
    await edges.put(session, Mute, ends, expires_at=until)
    return row


async def unmute(session: AsyncSession, viewer: Viewer, user_id: int) -> UserRow | None:
    """Take a mute back; harmless when there is none. `None` when they are out of the viewer's sight."""
    await hold_people(session, viewer.user_id, user_id)
    gone = await edges.disconnect(session, Mute, muter_id=viewer.user_id, muted_id=user_id)
    row = await people.sight(session, viewer, user_id)
    if row is None and not gone:
        raise NotFound(people.NOT_FOUND)
    return row
