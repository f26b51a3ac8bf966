"""The audit log: an entry about an address's owner, and the two changes it suffers, by functions of its own owner.

Those are in `migrations.audit_functions`.
"""

from typing import Any

from sqlalchemy import func, insert, literal, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import AuditEntry, Credential


async def add_about_owner(session: AsyncSession, address: str, **entry: Any) -> None:
    """Add an entry about whoever has proven the address; where nobody has there is none, by the same statement."""
    said = [literal(value, getattr(AuditEntry, name).type) for name, value in entry.items()]
    proven = func.lower(Credential.email) == func.lower(address), Credential.email_verified_at.is_not(None)
    about = select(Credential.user_id, *said).where(*proven)
    await session.execute(insert(AuditEntry).from_select(["subject_id", *entry], about))


async def shorten_addresses(session: AsyncSession, limit: int) -> int:
    """Leave the network alone of addresses older than 30 days; how many, `limit` at most."""
    before = func.now() - text("interval '30 days'")
    return await session.scalar(select(func.audit_shorten_addresses(before, limit))) or 0


async def erase_person(session: AsyncSession, user_id: int, limit: int) -> int:
    """Take a person who has left for good out of the log; from how many entries, some `limit` at a time."""
    return await session.scalar(select(func.audit_erase_person(user_id, limit))) or 0
