"""Where a person is signed in."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, bindparam, func, select

from db.limits import MAX_PAGE_SIZE
from db.models import Session, SignInMethod
from db.reads import Reads, read


@dataclass(slots=True)
class DeviceRow:
    id: int
    method: SignInMethod
    user_agent: str
    ip: str | None
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime


_of_user = read(
    DeviceRow,
    select(
        Session.id,
        Session.method,
        Session.user_agent,
        func.host(Session.ip).label("ip"),
        Session.created_at,
        Session.last_used_at,
        Session.expires_at,
    )
    .where(
        Session.user_id == bindparam("user_id", type_=BigInteger),
        Session.revoked_at.is_(None),
        Session.expires_at > func.now(),
    )
    .order_by(Session.last_used_at.desc(), Session.id.desc())
    .limit(MAX_PAGE_SIZE),
)


async def of_user(db: Reads, user_id: int) -> list[DeviceRow]:
    """The sessions that still stand, last used first; at most a hundred."""
    return await db.fetch(_of_user, user_id=user_id)
