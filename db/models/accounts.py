"""Sign-in: sessions and the refresh tokens that keep them alive."""

from sqlalchemy import CheckConstraint, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import INET
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Created, Id, Moment, Row, reference


class Session(Row):
    """One sign-in on one device; the family of its refresh tokens."""

    __tablename__ = "sessions"
    __table_args__ = (
        Index("ix_sessions_user_id", "user_id"),
        Index("ix_sessions_expires_at", "expires_at"),
    )

    id: Mapped[Id]
    user_id: Mapped[int] = reference("users.id")
    created_at: Mapped[Created]
    expires_at: Mapped[Moment]
    revoked_at: Mapped[Moment | None]
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
