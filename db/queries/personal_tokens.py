"""Personal tokens, and the people behind them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, LargeBinary, bindparam, func, select

from db.models import PersonalToken, Role, User, UserStatus
from db.queries.accounts import is_use_due
from db.reads import Reads, columns, read


@dataclass(slots=True)
class PersonalTokenRow:
    id: int
    name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


@dataclass(slots=True)
class BearerRow:
    """Who asks through a token; `is_use_due` as for a session."""

    user_id: int
    username: str
    role: Role
    status: UserStatus
    scopes: list[str]
    token_id: int
    is_use_due: bool


_STANDS = (PersonalToken.revoked_at.is_(None), PersonalToken.expires_at > func.now())

_of_user = read(
    PersonalTokenRow,
    select(*columns(PersonalToken, PersonalTokenRow))
    .where(PersonalToken.user_id == bindparam("user_id", type_=BigInteger), *_STANDS)
    .order_by(PersonalToken.id.desc()),
)
_bearer = read(
    BearerRow,
    select(
        User.id.label("user_id"),
        User.username,
        User.role,
        User.status,
        PersonalToken.scopes,
        PersonalToken.id.label("token_id"),
        is_use_due(PersonalToken.last_used_at),
    )
    .join(PersonalToken, PersonalToken.user_id == User.id)
    .where(
        PersonalToken.hash == bindparam("hash", type_=LargeBinary), *_STANDS, User.status != UserStatus.DELETED
    ),
)


async def of_user(db: Reads, user_id: int) -> list[PersonalTokenRow]:
    """Those that still stand, newest first."""
    return await db.fetch(_of_user, user_id=user_id)


async def bearer(db: Reads, hash: bytes) -> BearerRow | None:
    rows = await db.fetch(_bearer, hash=hash)
    return rows[0] if rows else None
