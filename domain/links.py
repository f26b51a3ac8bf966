"""Links that came back from a letter: what makes one good, and good once."""

from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from auth.secrets import hash_of
from db import letters
from db.locks import change_people
from db.models import LinkPurpose
from db.queries import accounts
from db.queries import letters as links
from db.queries.accounts import AccountRow
from db.queries.letters import LinkRow
from db.reads import Reads, reads_in
from domain.errors import NotAllowed

STALE: Final = "This link is not good any more. Ask for another."


async def look_at(db: Reads, secret: str, *purposes: LinkPurpose) -> tuple[LinkRow, AccountRow]:
    """The good link of that secret and its account. Raises `NotAllowed`, in the same words for every reason."""
    link = await links.by_hash(db, hash_of(secret))
    account = await accounts.by_id(db, link.user_id) if link else None
    if link is None or account is None or not link.is_good or link.purpose not in purposes:
        raise NotAllowed(STALE)
    if link.former_email != account.email:  # it was asked for while they were given another address
        raise NotAllowed(STALE)
    return link, account


async def use(session: AsyncSession, secret: str, *purposes: LinkPurpose) -> tuple[LinkRow, AccountRow]:
    """The same, now used, with every other link of the account's; nobody changes the account meanwhile."""
    reads = await reads_in(session)
    link, _ = await look_at(reads, secret, *purposes)
    await change_people(session, link.user_id)
    link, account = await look_at(reads, secret, *purposes)
    await letters.void_links(session, account.user_id)
    return link, account
