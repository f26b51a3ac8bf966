"""What a person shows besides a password, or in its place."""

from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Choice, Created, Id, Moment, Row, one_of, reference


class Totp(Row):
    """The secret that a person's authenticator app shares with us, sealed; unconfirmed it guards nothing."""

    __tablename__ = "totps"

    user_id: Mapped[int] = reference("users.id", primary_key=True)
    sealed_secret: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[Created]
    confirmed_at: Mapped[Moment | None]
    # The last step whose code was taken; it and those before it are not taken again.
    last_step: Mapped[int | None]


class RecoveryCode(Row):
    """A code's hash, for whoever has lost their authenticator; good once."""

    __tablename__ = "recovery_codes"
    __table_args__ = (
        CheckConstraint("length(hash) = 32", name="hash_length"),
        Index("ix_recovery_codes_user_id", "user_id"),
    )

    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    user_id: Mapped[int] = reference("users.id")
    created_at: Mapped[Created]
    used_at: Mapped[Moment | None]


class Passkey(Row):
    """A WebAuthn credential's public half."""

    __tablename__ = "passkeys"
    __table_args__ = (
        CheckConstraint("length(name) between 1 and 50", name="name_length"),
        Index("uq_passkeys_credential_id", "credential_id", unique=True),
        Index("ix_passkeys_user_id", "user_id"),
    )

    id: Mapped[Id]
    user_id: Mapped[int] = reference("users.id")
    credential_id: Mapped[bytes] = mapped_column(LargeBinary)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int]
    is_backed_up: Mapped[bool] = mapped_column(server_default=text("false"))
    name: Mapped[str]
    created_at: Mapped[Created]
    last_used_at: Mapped[Moment | None]


class ChallengePurpose(StrEnum):
    """What the answer to a challenge does."""

    SECOND_FACTOR = "SECOND_FACTOR"
    PASSKEY_SIGN_IN = "PASSKEY_SIGN_IN"
    PASSKEY_ADD = "PASSKEY_ADD"


class Challenge(Row):
    """A question we asked and wait for an answer to: good once, for minutes, for a few tries."""

    __tablename__ = "challenges"
    __table_args__ = (
        one_of("purpose", ChallengePurpose),
        CheckConstraint("length(hash) = 32", name="hash_length"),
        Index("ix_challenges_expires_at", "expires_at"),
    )

    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    purpose: Mapped[ChallengePurpose] = mapped_column(Choice(ChallengePurpose))
    # Nobody yet, where a passkey is to tell who it is.
    user_id: Mapped[int | None] = reference("users.id")
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    tries: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[Created]
    expires_at: Mapped[Moment]
