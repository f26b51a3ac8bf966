"""Copies of all that is a person's, made for them, and what is kept of those who left."""

from sqlalchemy import CheckConstraint, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Created, Id, Moment, Row, reference


class Export(Row):
    """An archive that a person asked for; it stays until its link expires."""

    __tablename__ = "exports"
    __table_args__ = (
        CheckConstraint("(ready_at is null) = (archive is null)", name="ready_archive"),
        CheckConstraint("length(hash) = 32", name="hash_length"),
        Index("ix_exports_user_id", "user_id"),
        Index("ix_exports_expires_at", "expires_at"),
        Index("uq_exports_hash", "hash", unique=True),
    )

    id: Mapped[Id]
    user_id: Mapped[int] = reference("users.id")
    created_at: Mapped[Created]
    ready_at: Mapped[Moment | None]
    expires_at: Mapped[Moment | None]
    # Of the link's secret, which is with its holder alone.
    hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    archive: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)


class RetiredUsername(Row):
    """The name of somebody who is gone, as a hash: nobody else becomes them, and nobody reads it here."""

    __tablename__ = "retired_usernames"
    __table_args__ = (CheckConstraint("length(hash) = 32", name="hash_length"),)

    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    retired_at: Mapped[Created]
