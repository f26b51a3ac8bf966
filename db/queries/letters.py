"""Links that were sent by mail, by what is known of them."""

from dataclasses import dataclass

from sqlalchemy import BigInteger, LargeBinary, and_, bindparam, exists, func, or_, select

from db.models import LinkPurpose, MailLink, Session
from db.reads import Reads, read


@dataclass(slots=True)
class LinkRow:
    """A link; `former_email` is the account's address when it was asked for.

    `is_good` by the database's clock at this moment: neither used nor too old, and not asked for through a session
    that has ended.
    """

    id: int
    user_id: int
    purpose: LinkPurpose
    email: str
    former_email: str
    is_good: bool


# Not now(): that is when the transaction began, before it waited for the account.
_clock = func.clock_timestamp()
_stands = exists().where(
    Session.id == MailLink.session_id, Session.revoked_at.is_(None), Session.expires_at > _clock
)
_link = select(
    MailLink.id,
    MailLink.user_id,
    MailLink.purpose,
    MailLink.email,
    MailLink.former_email,
    and_(
        MailLink.used_at.is_(None), MailLink.expires_at > _clock, or_(MailLink.session_id.is_(None), _stands)
    ).label("is_good"),
)
_link_by_id = read(LinkRow, _link.where(MailLink.id == bindparam("id", type_=BigInteger)))
_link_by_hash = read(LinkRow, _link.where(MailLink.hash == bindparam("hash", type_=LargeBinary)))


async def by_id(db: Reads, link_id: int) -> LinkRow | None:
    rows = await db.fetch(_link_by_id, id=link_id)
    return rows[0] if rows else None


async def by_hash(db: Reads, hash: bytes) -> LinkRow | None:
    rows = await db.fetch(_link_by_hash, hash=hash)
    return rows[0] if rows else None
