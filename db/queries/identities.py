"""Who vouches for whom, and by what else a person could sign in. Shown to nobody but themselves."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, Text, bindparam, func, select

from db.models import Credential, Identity, Passkey, Provider
from db.reads import Reads, columns, read


@dataclass(slots=True)
class IdentityRow:
    id: int
    user_id: int
    provider: Provider
    issuer: str
    subject: str
    email: str | None
    created_at: datetime
    last_used_at: datetime | None


_identity = select(*columns(Identity, IdentityRow))
_by_subject = read(
    IdentityRow,
    _identity.where(
        Identity.issuer == bindparam("issuer", type_=Text), Identity.subject == bindparam("subject", type_=Text)
    ),
)
_USER_ID = bindparam("user_id", type_=BigInteger)
_of_user = read(IdentityRow, _identity.where(Identity.user_id == _USER_ID).order_by(Identity.id))
_ways_in = read(
    int,
    select(
        select(func.count()).where(Identity.user_id == _USER_ID).scalar_subquery()
        + select(func.count()).where(Passkey.user_id == _USER_ID).scalar_subquery()
        + select(func.count(Credential.password_hash)).where(Credential.user_id == _USER_ID).scalar_subquery()
    ),
)


async def by_subject(db: Reads, issuer: str, subject: str) -> IdentityRow | None:
    rows = await db.fetch(_by_subject, issuer=issuer, subject=subject)
    return rows[0] if rows else None


async def of_user(db: Reads, user_id: int) -> list[IdentityRow]:
    """The person's, oldest first."""
    return await db.fetch(_of_user, user_id=user_id)


async def ways_in(db: Reads, user_id: int) -> int:
    """By how many passwords, passkeys and identities the person can sign in."""
    return (await db.fetch(_ways_in, user_id=user_id))[0]
