"""What somebody does who is signed in comes before the end of their session, or not at all."""

from sqlalchemy.ext.asyncio import AsyncSession

from auth.viewer import Viewer
from db.locks import change_people
from db.queries import accounts
from db.reads import reads_in
from domain.errors import NotAllowed
from domain.sessions import OVER


async def hold_own(session: AsyncSession, viewer: Viewer) -> None:
    """The viewer's account, held to be changed.

    Raises `NotAllowed` where their session has ended since they asked: who is shut out by a new password, or from
    another device, keeps no way in by a request that was under way.
    """
    await change_people(session, viewer.user_id)
    db = await reads_in(session)
    if viewer.session_id is None or not await accounts.signed_in(db, [viewer.session_id]):
        raise NotAllowed(OVER)
