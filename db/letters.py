"""Statements about links that are sent by mail; what a link does is for `domain` to say."""

from datetime import timedelta
from typing import Final

from sqlalchemy import BigInteger, ColumnElement, Executable, delete, func, insert, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Credential, LinkPurpose, MailLink

# Not now(): that is when the transaction began, before it waited for the account.
_CLOCK: Final = func.clock_timestamp()


# Letters about a change of address look up in its link whom to tell, later than it was opened.
_KEPT: Final = timedelta(days=1)


async def add_link(
    session: AsyncSession,
    user_id: int,
    purpose: LinkPurpose,
    *,
    email: str | None = None,
    asked_through: int | None = None,
    life: timedelta,
) -> int:
    """A link to be sent to the account's address, or to another that it shall have; the link's id.

    Where it was `asked_through` a session it opens nothing once that has ended.
    """
    of = Credential.user_id == user_id
    added = (await session.execute(_adding(purpose, of, email, life, asked_through))).one()
    return int(added.id)


async def add_link_for_address(
    session: AsyncSession, address: str, purpose: LinkPurpose, *, life: timedelta
) -> tuple[int, int] | None:
    """The same for the account of that address, in any case of letters: the ids of link and account, if any.

    That is the one that signs in by it, or else the newest of those that say it is theirs.
    """
    theirs = select(Credential.user_id).where(func.lower(Credential.email) == func.lower(address))
    signs_in = or_(Credential.email_verified_at.is_not(None), Credential.signs_in_unproven)
    nearest = theirs.order_by(signs_in.desc(), Credential.user_id.desc()).limit(1)
    of = Credential.user_id == nearest.scalar_subquery()
    added = (await session.execute(_adding(purpose, of, None, life, None))).one_or_none()
    return None if added is None else (added.id, added.user_id)


async def seal_link(session: AsyncSession, link_id: int, hash: bytes, *, life: timedelta) -> bool:
    """From now on, and for so long, the secret of that hash opens the link; false where none may any more."""
    standing = update(MailLink).where(MailLink.id == link_id, MailLink.used_at.is_(None))
    sealed = standing.where(MailLink.expires_at > _CLOCK).values(hash=hash, expires_at=_CLOCK + life)
    return await session.scalar(sealed.returning(MailLink.id)) is not None


async def void_links(
    session: AsyncSession, user_id: int, purpose: LinkPurpose | None = None, *, but: int | None = None
) -> None:
    """No link of the account's opens any more; of one purpose, and all but one, where that is said."""
    theirs = update(MailLink).where(MailLink.user_id == user_id, MailLink.used_at.is_(None))
    if purpose is not None:
        theirs = theirs.where(MailLink.purpose == purpose)
    await session.execute(theirs.where(MailLink.id.is_distinct_from(but)).values(used_at=_CLOCK))


async def forget_links(session: AsyncSession, limit: int) -> int:
    """Delete links that ran out; how many there were, `limit` at most."""
    over = select(MailLink.id).where(MailLink.expires_at < func.now() - _KEPT).limit(limit)
    return len((await session.scalars(delete(MailLink).where(MailLink.id.in_(over)).returning(MailLink.id))).all())


def _adding(
    purpose: LinkPurpose, of: ColumnElement[bool], email: str | None, life: timedelta, session_id: int | None
) -> Executable:
    to = Credential.email if email is None else literal(email)
    through = literal(session_id, BigInteger)
    account = select(Credential.user_id, literal(purpose), to, Credential.email, through, _CLOCK + life).where(of)
    columns = ["user_id", "purpose", "email", "former_email", "session_id", "expires_at"]
    return insert(MailLink).from_select(columns, account).returning(MailLink.id, MailLink.user_id)
