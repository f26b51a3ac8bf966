"""Sessions, what keeps them alive, and the people behind them. Nothing of this is ever shown to anyone else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    LargeBinary,
    Select,
    Text,
    and_,
    any_,
    bindparam,
    exists,
    func,
    not_,
    or_,
    select,
)
from sqlalchemy import text as sql
from sqlalchemy.orm import InstrumentedAttribute, aliased

from db.models import Credential, Passkey, RefreshToken, Role, Session, Totp, User, UserStatus
from db.reads import Reads, read

# A client that never got the answer to its refresh asks again with the token it has. Identity providers give
# from 5 to 60 seconds for that.
GRACE: Final = timedelta(seconds=10)
USES_NOTED_EVERY: Final = timedelta(minutes=5)


@dataclass(slots=True)
class SignedInRow:
    """`is_use_due`: it is some minutes since anybody wrote down that the session is used."""

    session_id: int
    user_id: int
    username: str
    role: Role
    status: UserStatus
    proven_at: datetime | None
    is_use_due: bool


@dataclass(slots=True)
class AccountRow:
    """What a password is compared with. `password_changed_at` tells one password of an account from the next.

    `password_hash` is None where the account has no password. With `has_totp` a password alone opens nothing, and
    with `has_passkey` nothing dangerous. `reset_at` is when a letter last set the password.
    """

    user_id: int
    username: str
    role: Role
    status: UserStatus
    deleted_at: datetime | None
    email: str
    email_verified_at: datetime | None
    password_hash: str | None
    password_changed_at: datetime
    reset_at: datetime | None
    has_totp: bool
    has_passkey: bool

    @property
    def has_more_than_a_password(self) -> bool:
        return self.has_totp or self.has_passkey


@dataclass(slots=True)
class AddressRow:
    """A person's e-mail address, which nobody but them is shown."""

    email: str
    email_verified_at: datetime | None


@dataclass(slots=True)
class RefreshTokenRow:
    """A refresh token and its session at this moment, by the database's clock.

    `is_repeatable`: used a moment ago, and what replaced it is unused; `next_hash` and `next_expires_at` are that
    one's.
    """

    session_id: int
    user_id: int
    session_expires_at: datetime
    is_ended: bool
    is_expired: bool
    is_used: bool
    is_repeatable: bool
    next_hash: bytes | None
    next_expires_at: datetime | None


_USER_ID = bindparam("user_id", type_=BigInteger)


def is_use_due(last_used_at: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """Is it time to write down another use?"""
    noted = func.coalesce(
        last_used_at > func.now() - sql(f"interval '{USES_NOTED_EVERY.seconds} s'"), sql("false")
    )
    return not_(noted).label("is_use_due")


_signed_in = read(
    SignedInRow,
    select(
        Session.id.label("session_id"),
        User.id.label("user_id"),
        User.username,
        User.role,
        User.status,
        Session.proven_at,
        is_use_due(Session.last_used_at),
    )
    .join(Session, Session.user_id == User.id)
    .where(
        Session.id == any_(bindparam("session_ids", type_=ARRAY(BigInteger))),
        Session.revoked_at.is_(None),
        Session.expires_at > func.now(),
        User.status != UserStatus.DELETED,
    ),
)

_account: Select[*tuple[object, ...]] = (
    select(
        User.id.label("user_id"),
        User.username,
        User.role,
        User.status,
        User.deleted_at,
        Credential.email,
        Credential.email_verified_at,
        Credential.password_hash,
        Credential.password_changed_at,
        Credential.reset_at,
        Totp.user_id.is_not(None).label("has_totp"),
        exists().where(Passkey.user_id == User.id).label("has_passkey"),
    )
    .join(Credential, Credential.user_id == User.id)
    .outerjoin(Totp, and_(Totp.user_id == User.id, Totp.confirmed_at.is_not(None)))
)
_account_by_id = read(AccountRow, _account.where(User.id == _USER_ID))
_account_by_username = read(
    AccountRow, _account.where(func.lower(User.username) == func.lower(bindparam("username", type_=Text)))
)
_has_address = func.lower(Credential.email) == func.lower(bindparam("address", type_=Text))
_is_proven = Credential.email_verified_at.is_not(None)
_account_by_address = read(AccountRow, _account.where(_has_address, _is_proven))
_account_signing_in = read(AccountRow, _account.where(_has_address, or_(_is_proven, Credential.signs_in_unproven)))

_address = read(
    AddressRow, select(Credential.email, Credential.email_verified_at).where(Credential.user_id == _USER_ID)
)

_HASH = bindparam("hash", type_=LargeBinary)
_session_of_token = read(int, select(RefreshToken.session_id).where(RefreshToken.hash == _HASH))

_next = aliased(RefreshToken)
# Not now(): that is when the transaction began, before it waited for the session.
_clock = func.clock_timestamp()
_refresh_token = read(
    RefreshTokenRow,
    select(
        Session.id.label("session_id"),
        Session.user_id,
        Session.expires_at.label("session_expires_at"),
        Session.revoked_at.is_not(None).label("is_ended"),
        (func.least(Session.expires_at, RefreshToken.expires_at) <= _clock).label("is_expired"),
        RefreshToken.used_at.is_not(None).label("is_used"),
        func.coalesce(
            and_(
                RefreshToken.used_at > _clock - sql(f"interval '{GRACE.seconds} s'"),
                _next.hash.is_not(None),
                _next.used_at.is_(None),
            ),
            sql("false"),
        ).label("is_repeatable"),
        _next.hash.label("next_hash"),
        _next.expires_at.label("next_expires_at"),
    )
    .join(RefreshToken, RefreshToken.session_id == Session.id)
    .outerjoin(
        _next,
        and_(
            _next.session_id == Session.id,
            _next.hash == any_(bindparam("next_hashes", type_=ARRAY(LargeBinary))),
        ),
    )
    .where(RefreshToken.hash == _HASH),
)


async def signed_in(db: Reads, session_ids: Iterable[int]) -> dict[int, SignedInRow]:
    """The accounts behind sessions that still stand; suspended people are signed in, deleted ones are not."""
    rows = await db.fetch(_signed_in, session_ids=[*{*session_ids}])
    return {row.session_id: row for row in rows}


async def by_id(db: Reads, user_id: int) -> AccountRow | None:
    rows = await db.fetch(_account_by_id, user_id=user_id)
    return rows[0] if rows else None


async def by_name(db: Reads, name: str) -> AccountRow | None:
    """Who signs in by that username or e-mail address, in any case of letters and whatever their status."""
    if "@" not in name:
        return await by_username(db, name)
    rows = await db.fetch(_account_signing_in, address=name)
    return rows[0] if rows else None


async def by_username(db: Reads, username: str) -> AccountRow | None:
    rows = await db.fetch(_account_by_username, username=username)
    return rows[0] if rows else None


async def by_address(db: Reads, address: str) -> AccountRow | None:
    """Whose the address has been shown to be; not of those who only said that it is theirs."""
    rows = await db.fetch(_account_by_address, address=address)
    return rows[0] if rows else None


async def address(db: Reads, user_id: int) -> AddressRow | None:
    rows = await db.fetch(_address, user_id=user_id)
    return rows[0] if rows else None


async def session_of_token(db: Reads, hash: bytes) -> int | None:
    rows = await db.fetch(_session_of_token, hash=hash)
    return rows[0] if rows else None


async def refresh_token(db: Reads, hash: bytes, *, next_hashes: Sequence[bytes]) -> RefreshTokenRow | None:
    """The token of that hash; `next_hashes` are of all that may have replaced it, made or not."""
    rows = await db.fetch(_refresh_token, hash=hash, next_hashes=next_hashes)
    return rows[0] if rows else None
