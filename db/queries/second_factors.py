"""What a person has to show who they are with. Nothing of this is ever shown to anyone else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, LargeBinary, and_, bindparam, func, select

from db.models import Passkey, RecoveryCode, Totp, User
from db.reads import Reads, columns, read


@dataclass(slots=True)
class TotpRow:
    """An authenticator app's secret; unconfirmed it guards nothing."""

    sealed_secret: bytes
    confirmed_at: datetime | None


@dataclass(slots=True)
class FactorsRow:
    """What a person has."""

    user_id: int
    has_totp: bool
    recovery_codes_left: int
    passkey_count: int


@dataclass(slots=True)
class PasskeyRow:
    id: int
    user_id: int
    credential_id: bytes
    public_key: bytes
    name: str
    is_backed_up: bool
    created_at: datetime
    last_used_at: datetime | None


_USER_ID = bindparam("user_id", type_=BigInteger)

_totp = read(TotpRow, select(*columns(Totp, TotpRow)).where(Totp.user_id == _USER_ID))
_factors = read(
    FactorsRow,
    select(
        User.id.label("user_id"),
        Totp.user_id.is_not(None).label("has_totp"),
        select(func.count())
        .where(RecoveryCode.user_id == User.id, RecoveryCode.used_at.is_(None))
        .scalar_subquery()
        .label("recovery_codes_left"),
        select(func.count()).where(Passkey.user_id == User.id).scalar_subquery().label("passkey_count"),
    )
    .outerjoin(Totp, and_(Totp.user_id == User.id, Totp.confirmed_at.is_not(None)))
    .where(User.id == _USER_ID),
)
_passkeys = read(
    PasskeyRow,
    select(*columns(Passkey, PasskeyRow)).where(Passkey.user_id == _USER_ID).order_by(Passkey.id),
)
_passkey_by_credential_id = read(
    PasskeyRow,
    select(*columns(Passkey, PasskeyRow)).where(
        Passkey.credential_id == bindparam("credential_id", type_=LargeBinary)
    ),
)


async def totp(db: Reads, user_id: int) -> TotpRow | None:
    rows = await db.fetch(_totp, user_id=user_id)
    return rows[0] if rows else None


async def factors(db: Reads, user_id: int) -> FactorsRow | None:
    rows = await db.fetch(_factors, user_id=user_id)
    return rows[0] if rows else None


async def passkeys(db: Reads, user_id: int) -> Sequence[PasskeyRow]:
    """The oldest first."""
    return await db.fetch(_passkeys, user_id=user_id)


async def passkey_by_credential_id(db: Reads, credential_id: bytes) -> PasskeyRow | None:
    rows = await db.fetch(_passkey_by_credential_id, credential_id=credential_id)
    return rows[0] if rows else None
