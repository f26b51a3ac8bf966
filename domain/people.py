"""The other person in a deed between two: who they are to the viewer, and that it stays so."""

from sqlalchemy.ext.asyncio import AsyncSession

from auth.viewer import Viewer
from db.locks import hold_people
from db.queries import users
from db.queries.users import RelationshipRow, UserRow
from db.reads import reads_in
from domain.errors import NotFound

NOT_FOUND = "There is no such person."


async def held(session: AsyncSession, viewer: Viewer, user_id: int, *, absent: str = NOT_FOUND) -> UserRow:
    """The person as the viewer sees them, and sees them still when the transaction ends; else `NotFound`."""
    await hold_people(session, viewer.user_id, user_id)
    return await seen(session, viewer, user_id, absent=absent)


async def seen(session: AsyncSession, viewer: Viewer, user_id: int, *, absent: str = NOT_FOUND) -> UserRow:
    """The person as the viewer sees them at this moment; else `NotFound` in the words of `absent`."""
    row = await sight(session, viewer, user_id)
    if row is None:
        raise NotFound(absent)
    return row


async def sight(session: AsyncSession, viewer: Viewer, user_id: int) -> UserRow | None:
    """The person, or `None` when they are not there or not for the viewer to see."""
    found = await users.by_ids(await reads_in(session), [user_id], viewer_id=viewer.user_id)
    return found.get(user_id)


async def relationship(session: AsyncSession, viewer: Viewer, user_id: int) -> RelationshipRow:
    """What the two are to each other, whether or not the viewer may see the person."""
    found = await users.relationships(await reads_in(session), [user_id], viewer_id=viewer.user_id)
    return found[user_id]
