"""Confirmations: a signed-in person shows again who they are, as dangerous deeds ask."""

from dataclasses import replace
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from auth.viewer import Viewer
from db import sessions
from domain import audit, passwords
from domain.audit import Origin
from domain.errors import Conflict, InvalidInput, NotAllowed
from domain.passwords import MEANWHILE, Proof

OVER: Final = "Your session has ended. Sign in again."
NOT_ENOUGH: Final = "Your account asks for more than a password: show a code, a recovery code or a passkey."


async def by_password(session: AsyncSession, viewer: Viewer, proof: Proof, *, origin: Origin) -> Viewer:
    """Count the proof for the session.

    Raises `Conflict` when the password has changed since, and `InvalidInput` for people who have more to show:
    whoever learned their password would take the rest away with it.
    """
    try:
        account = await passwords.hold(session, proof)
    except NotAllowed:
        raise Conflict(MEANWHILE) from None
    if account.has_more_than_a_password:
        raise InvalidInput("password", NOT_ENOUGH)
    return await confirm(session, viewer, by="password", origin=origin)


async def confirm(session: AsyncSession, viewer: Viewer, *, by: str, origin: Origin) -> Viewer:
    """The viewer, from now on fresh. Raises `NotAllowed` when there is no session for that to last in."""
    proven_at = None if viewer.session_id is None else await sessions.prove(session, viewer.session_id)
    if proven_at is None:
        raise NotAllowed(OVER)
    audit.record(
        session,
        "authn_confirmed",
        actor_id=viewer.user_id,
        subject_id=viewer.user_id,
        origin=origin,
        by=by,
        session_id=viewer.session_id,
    )
    return replace(viewer, proven_at=proven_at)
