"""The audit trail: each deed that matters leaves a row in the deed's own transaction.

Event names follow OWASP's Logging Vocabulary where it has one.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from db import audit
from db.models import AuditEntry
from domain.places import named


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from."""

    request_id: str | None = None
    ip: str | None = None
    user_agent: str = ""


def record(
    session: AsyncSession,
    event: str,
    *,
    actor_id: int | None,
    subject_id: int | None = None,
    origin: Origin | None = None,
    **details: Any,
) -> None:
    """Write `event` when the transaction commits; details hold ids and names of things, never their text."""
    whence = _whence(origin or Origin())
    session.add(AuditEntry(event=event, actor_id=actor_id, subject_id=subject_id, details=details, **whence))


async def record_about_owner(session: AsyncSession, event: str, address: str, *, origin: Origin) -> None:
    """The same about whoever has proven the address. Where nobody has it takes as long and writes nothing."""
    await audit.add_about_owner(session, address, event=event, **_whence(origin))


def _whence(origin: Origin) -> dict[str, Any]:
    device = named(origin.user_agent) if origin.user_agent else None
    return {"request_id": origin.request_id, "ip": origin.ip, "device": device}
