"""Devices: how one is signed out from another."""

from sqlalchemy.ext.asyncio import AsyncSession

from auth.viewer import Viewer
from db.letters import void_links
from db.locks import change_people
from db.models import LinkPurpose
from db.sessions import end
from domain import audit
from domain.audit import Origin
from domain.errors import NotFound


async def revoke(session: AsyncSession, viewer: Viewer, session_id: int, *, origin: Origin) -> None:
    """End a session of the viewer's, and stop a change of address, which may have been asked for through it.

    Raises `NotFound`, also where it is somebody else's or had ended.
    """
    await change_people(session, viewer.user_id)  # a change that is being asked for comes before, or not at all
    if await end(session, session_id, of=viewer.user_id) is None:
        raise NotFound("There is no such session.")
    await void_links(session, viewer.user_id, LinkPurpose.CHANGE_EMAIL)
    audit.record(
        session,
        "authn_token_revoked",
        actor_id=viewer.user_id,
        subject_id=viewer.user_id,
        origin=origin,
        reason="revoked",
        sessions=[session_id],
    )
