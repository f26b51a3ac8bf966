"""The two changes that the audit log suffers, by functions of its owner (`migrations.audit_functions`)."""

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession


async def shorten_addresses(session: AsyncSession, limit: int) -> int:
    """Leave the network alone of addresses older than 30 days; how many, `limit` at most."""
    before = func.now() - text("interval '30 days'")
    return await session.scalar(select(func.audit_shorten_addresses(before, limit))) or 0


async def erase_person(session: AsyncSession, user_id: int, limit: int) -> int:
    """Take a person who has left for good out of the log; from how many entries, some `limit` at a time."""
    return await session.scalar(select(func.audit_erase_person(user_id, limit))) or 0
