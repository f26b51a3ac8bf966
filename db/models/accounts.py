"""Sign-in: sessions, what keeps them alive, and tokens for scripts."""

from enum import StrEnum

from sqlalchemy import ARRAY, CheckConstraint, Index, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import INET
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Choice, Created, Id, Moment, Row, one_of, reference


class SignInMethod(StrEnum):
    """How a person showed who they are when the session began."""

    PASSWORD = "PASSWORD"  # noqa: S105 - a name
    GOOGLE = "GOOGLE"
    APPLE = "APPLE"
    GITHUB = "GITHUB"
    PASSKEY = "PASSKEY"


class TokenScope(StrEnum):
    """What a personal token may open, by groups of root fields."""

    READ = "READ"
    POST = "POST"
    CIRCLE = "CIRCLE"
    PROFILE = "PROFILE"


class Session(Row):
    """One sign-in on one device; the family of its refresh tokens."""

    __tablename__ = "sessions"
    __table_args__ = (
        one_of("method", SignInMethod),
        Index("ix_sessions_user_id", "user_id"),
        Index("ix_sessions_expires_at", "expires_at"),
    )

    id: Mapped[Id]
    user_id: Mapped[int] = reference("users.id")
    created_at: Mapped[Created]
    expires_at: Mapped[Moment]
    revoked_at: Mapped[Moment | None]
    # When the person last showed all that dangerous deeds ask of them, who want that to be recent.
    proven_at: Mapped[Moment | None]
    last_used_at: Mapped[Created]
    method: Mapped[SignInMethod] = mapped_column(Choice(SignInMethod), server_default=SignInMethod.PASSWORD)
    user_agent: Mapped[str] = mapped_column(server_default="")
    ip: Mapped[str | None] = mapped_column(INET)


class RefreshToken(Row):
    """A token's hash; the token itself is with its holder alone."""

    __tablename__ = "refresh_tokens"
    __table_args__ = (
        CheckConstraint("length(hash) = 32", name="hash_length"),
        Index("ix_refresh_tokens_session_id", "session_id"),
        # A family has one living head.
        Index("uq_refresh_tokens_head", "session_id", unique=True, postgresql_where=text("used_at is null")),
    )

    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    session_id: Mapped[int] = reference("sessions.id")
    created_at: Mapped[Created]
    expires_at: Mapped[Moment]
    used_at: Mapped[Moment | None]


class PersonalToken(Row):
    """A token that a person made for a script; it opens what its scopes say and nothing else."""

    __tablename__ = "personal_tokens"
    __table_args__ = (
        CheckConstraint("length(hash) = 32", name="hash_length"),
        CheckConstraint("length(name) between 1 and 50", name="name_length"),
        Index("uq_personal_tokens_hash", "hash", unique=True),
        Index("ix_personal_tokens_user_id", "user_id"),
    )

    id: Mapped[Id]
    user_id: Mapped[int] = reference("users.id")
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    name: Mapped[str]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_at: Mapped[Created]
    expires_at: Mapped[Moment]
    last_used_at: Mapped[Moment | None]
    revoked_at: Mapped[Moment | None]
