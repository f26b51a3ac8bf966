"""Who is trusted with what, and who takes part: roles given and taken, people suspended and restored."""

from collections.abc import Collection
from datetime import UTC, datetime
from functools import partial
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from auth.permissions import Permission, may, outranks
from auth.viewer import Viewer
from db import suspensions
from db.limits import SUSPENSION_REASON
from db.locks import change_people
from db.models import Role, User, UserStatus
from db.queries import accounts
from db.reads import reads_in
from db.transaction import Sessions, retried, write
from domain import audit
from domain.audit import Origin
from domain.errors import ConfirmationNeeded, Conflict, InvalidInput, NotAllowed, NotFound, NotPermitted
from domain.letters import Notice, notify
from domain.people import NOT_FOUND
from domain.text import is_blank

HIGHER: Final = "They are trusted with as much as you are, or more."
LAST: Final = "This is the last administrator: make another one first."

_SLICE: Final = 500


async def set_role(session: AsyncSession, viewer: Viewer, user_id: int, role: Role, *, origin: Origin) -> None:
    """Trust somebody with more or less; harmless when they have the role already.

    Raises `NotPermitted` for all but administrators, `ConfirmationNeeded`, and `NotAllowed` for administrators as
    those it is done to: only the operator unmakes one.
    """
    user = await _subject(session, viewer, user_id, Permission.SET_ROLES)
    if not viewer.is_fresh:
        raise ConfirmationNeeded
    await _give(session, user, role, actor_id=viewer.user_id, origin=origin)


async def appoint(session: AsyncSession, username: str, role: Role) -> None:
    """The same by the operator, who may do it to anybody but the last administrator.

    Raises `NotFound`, and `Conflict` for the last.
    """
    administrators = await suspensions.hold_administrators(session)
    found = await accounts.by_username(await reads_in(session), username)
    if found is None or found.status is UserStatus.DELETED:
        raise NotFound(NOT_FOUND)
    if role is not Role.ADMIN and list(administrators) == [found.user_id]:
        raise Conflict(LAST)
    user = await session.get_one(User, found.user_id, with_for_update={"key_share": True})
    await _give(session, user, role, actor_id=None, origin=None)


async def suspend(
    session: AsyncSession, viewer: Viewer, user_id: int, *, reason: str, until: datetime | None, origin: Origin
) -> None:
    """Hide somebody and let them take no part, until that moment (UTC) or until they are restored.

    Once more with another reason or end replaces those. Their sessions stay: they may read, export and leave.
    """
    user = await _subject(session, viewer, user_id, Permission.SUSPEND_PEOPLE)
    reason = reason.strip()
    if is_blank(reason) or len(reason) > SUSPENSION_REASON:
        raise InvalidInput("reason", f"Say why in 1 to {SUSPENSION_REASON} characters; they are told.")
    if until is not None and until <= datetime.now(UTC):
        raise InvalidInput("until", "Choose a moment that is still to come.")
    user.status = UserStatus.SUSPENDED
    await suspensions.put(session, user_id, reason=reason, until=until)
    ends = until and until.isoformat()
    audit.record(session, "user_suspended", actor_id=viewer.user_id, subject_id=user_id, origin=origin, until=ends)
    await notify(session, user_id, Notice.SUSPENDED, what=reason)


async def restore(session: AsyncSession, viewer: Viewer, user_id: int, *, origin: Origin) -> None:
    """End a suspension before its time; harmless when there is none."""
    user = await _subject(session, viewer, user_id, Permission.SUSPEND_PEOPLE)
    if user.status is UserStatus.SUSPENDED:
        await _end(session, user)
        audit.record(session, "user_restored", actor_id=viewer.user_id, subject_id=user_id, origin=origin)
        await notify(session, user_id, Notice.RESTORED)


def look_at_audit_log(session: AsyncSession, viewer: Viewer, asked: Collection[str], *, origin: Origin) -> None:
    """Who looks leaves a trace, too, with the kinds of conditions they set. Raises `NotPermitted`."""
    if not may(viewer, Permission.READ_AUDIT_LOG):
        raise NotPermitted(Permission.READ_AUDIT_LOG)
    audit.record(session, "sensitive_read", actor_id=viewer.user_id, origin=origin, asked=sorted(asked))


async def end_suspensions(sessions: Sessions) -> int:
    """Restore everyone whose suspension is over; how many."""
    restored, after = 0, 0
    while ids := await retried(partial(_over, sessions, after)):
        after = ids[-1]
        for user_id in ids:
            restored += await retried(partial(_end_if_over, sessions, user_id))
    return restored


def note_refusal(session: AsyncSession, viewer: Viewer, refused: NotPermitted, *, origin: Origin) -> None:
    """Leave a trace of somebody who tried what their role does not allow; commit it although it is refused."""
    audit.record(
        session,
        "authz_fail",
        actor_id=viewer.user_id,
        origin=origin,
        permission=refused.permission,
    )


async def _subject(session: AsyncSession, viewer: Viewer, user_id: int, permission: Permission) -> User:
    """Whom it is done to, held; they need not be visible to the viewer: nobody blocks a moderator away."""
    if not may(viewer, permission):
        raise NotPermitted(permission)
    if user_id == viewer.user_id:
        raise InvalidInput("user_id", "You cannot do this to yourself.")
    await change_people(session, viewer.user_id, user_id)
    # Who lost their role a moment ago does not act on its strength.
    actor = await session.get(User, viewer.user_id, populate_existing=True)
    subject = await session.get(User, user_id, populate_existing=True)
    if actor is None or (actor.role, actor.status) != (viewer.role, viewer.status):
        raise NotPermitted(permission)
    if subject is None or subject.status is UserStatus.DELETED:
        raise NotFound(NOT_FOUND)
    if not outranks(actor.role, subject.role):
        raise NotAllowed(HIGHER)
    return subject


async def _give(
    session: AsyncSession, user: User, role: Role, *, actor_id: int | None, origin: Origin | None
) -> None:
    if user.role is role:
        return
    was, user.role = user.role, role
    audit.record(
        session,
        "privilege_permissions_changed",
        actor_id=actor_id,
        subject_id=user.id,
        origin=origin,
        was=was,
        now=role,
    )


async def _end(session: AsyncSession, user: User) -> None:
    if user.status is UserStatus.SUSPENDED:
        user.status = UserStatus.ACTIVE
    elif user.returns_as is UserStatus.SUSPENDED:
        user.returns_as = UserStatus.ACTIVE
    await suspensions.drop(session, user.id)


async def _over(sessions: Sessions, after: int) -> list[int]:
    async with write(sessions) as session:
        return list(await suspensions.over(session, after, _SLICE))


async def _end_if_over(sessions: Sessions, user_id: int) -> bool:
    """False when it was ended or prolonged meanwhile."""
    async with write(sessions) as session:
        await change_people(session, user_id)
        if not await suspensions.is_over(session, user_id):
            return False
        user = await session.get_one(User, user_id)
        await _end(session, user)
        audit.record(session, "user_restored", actor_id=None, subject_id=user_id, reason="over")
        if user.status is UserStatus.ACTIVE:
            await notify(session, user_id, Notice.RESTORED)
        return True
