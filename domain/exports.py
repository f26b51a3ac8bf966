"""Exports: everything that is a person's, for them to take along."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from auth.viewer import Viewer
from db import exports, queue
from db.models import Export, User
from db.transaction import Sessions, write
from domain import archives, audit
from domain.audit import Origin
from domain.errors import ConfirmationNeeded, Conflict, NotFound
from domain.letters import Notice, notify
from domain.standing import hold_own

KEPT: Final = timedelta(days=7)
OPEN: Final = timedelta(minutes=10)
EVERY: Final = timedelta(days=1)
MAKE: Final = "exports.make"
PATH: Final = "/exports"

NOT_FOUND: Final = "There is no such export."
_README: Final = """\
This is everything that Plaza keeps of yours, as it was while this archive was made.

Each file is a JSON array with an object for each row; moments are in UTC. What is not here: passwords and other
secrets, of which only hashes are kept; and what other people keep to themselves, such as whom they block.
"""


class ExportState(StrEnum):
    """How far an archive is."""

    PREPARING = "PREPARING"
    READY = "READY"


@dataclass(frozen=True, slots=True)
class Opening:
    """What opens an archive, once, until that moment (UTC). The secret is nowhere else."""

    secret: str
    until: datetime


async def request(session: AsyncSession, viewer: Viewer, *, account_only: bool = False, origin: Origin) -> Export:
    """Have an archive made. Raises `ConfirmationNeeded`, and `Conflict` for a second one within a day."""
    if not viewer.is_fresh:
        raise ConfirmationNeeded
    await hold_own(session, viewer)
    now, latest = datetime.now(UTC), await exports.latest(session, viewer.user_id)
    if latest is not None and latest + EVERY > now:
        raise Conflict("You have asked for one within the last day.")
    export = Export(user_id=viewer.user_id, expires_at=now + KEPT)
    session.add(export)
    await session.flush()
    await queue.enqueue(session, MAKE, export_id=export.id, account_only=account_only)
    _record(session, "export_requested", viewer.user_id, export.id, origin)
    return export


async def make(sessions: Sessions, export_id: int, *, account_only: bool) -> bool:
    """Make the archive that was asked for; false where it is made already, or no longer wanted."""
    # One transaction: whoever else makes it waits, and an archive is there whole or not at all.
    async with write(sessions, deadline=60) as session:
        export = await exports.hold(session, export_id)
        if export is None or export.ready_at is not None:
            return False
        user_id = export.user_id
        files = {
            section.file: exports.rows(session, section, user_id)
            for section in exports.SECTIONS
            if not (account_only and section.is_content)
        }
        number = size = 0
        async for piece in archives.pieces(
            _README, {**files, "security_log": exports.security_log(session, user_id)}
        ):
            await exports.keep(session, export_id, number, piece)
            number, size = number + 1, size + len(piece)
        export.ready_at, export.size = datetime.now(UTC), size
        export.expires_at = export.ready_at + KEPT
        await notify(session, user_id, Notice.EXPORT_READY)
        return True


async def open_archive(session: AsyncSession, viewer: Viewer, export_id: int, *, origin: Origin) -> Opening:
    """What downloads one's archive once; an earlier opening no longer does.

    Raises `ConfirmationNeeded`, `NotFound`, and `Conflict` while it is being made.
    """
    if not viewer.is_fresh:
        raise ConfirmationNeeded
    export = await exports.hold(session, export_id)
    if export is None or export.user_id != viewer.user_id or export.expires_at <= datetime.now(UTC):
        raise NotFound(NOT_FOUND)
    if export.ready_at is None:
        raise Conflict("It is still being made. Come back in a few minutes.")
    secret = secrets.token_urlsafe(32)
    export.hash = _hash(secret)
    export.open_until = min(datetime.now(UTC) + OPEN, export.expires_at)
    _record(session, "export_opened", viewer.user_id, export_id, origin)
    return Opening(secret, export.open_until)


async def take(session: AsyncSession, secret: str, *, origin: Origin) -> tuple[Export, str] | None:
    """The archive that the secret opens and whose it is by name; None where it opens none, or no longer."""
    export = await exports.take(session, _hash(secret))
    if export is None:
        return None
    _record(session, "export_downloaded", export.user_id, export.id, origin)
    return export, (await session.get_one(User, export.user_id)).username


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _record(session: AsyncSession, event: str, user_id: int, export_id: int, origin: Origin) -> None:
    audit.record(session, event, actor_id=user_id, subject_id=user_id, origin=origin, export_id=export_id)
