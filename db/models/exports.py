"""Copies of all that is a person's, made for them, and what is kept of those who left."""

from sqlalchemy import CheckConstraint, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Created, Id, Moment, Row, reference


class Export(Row):
    """An archive that a person asked for; it stays for days, and each opening of it for minutes."""

    __tablename__ = "exports"
    __table_args__ = (
        CheckConstraint("(ready_at is null) = (size is null)", name="ready_size"),
        CheckConstraint("(hash is null) = (open_until is null)", name="open_hash"),
        CheckConstraint("length(hash) = 32", name="hash_length"),
        Index("ix_exports_user_id", "user_id"),
        Index("ix_exports_expires_at", "expires_at"),
        Index("uq_exports_hash", "hash", unique=True),
    )

    id: Mapped[Id]
    user_id: Mapped[int] = reference("users.id")
    created_at: Mapped[Created]
    ready_at: Mapped[Moment | None]
    expires_at: Mapped[Moment]
    # Of the archive, in bytes.
    size: Mapped[int | None]
    # Of the secret that opens it once, which is with its holder alone.
    hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    open_until: Mapped[Moment | None]


class ExportPart(Row):
    """A piece of an archive, small enough to be held in memory; all of them in order are the archive."""

    __tablename__ = "export_parts"

    export_id: Mapped[int] = reference("exports.id", primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class RetiredUsername(Row):
    """The name of somebody who is gone, as a hash: nobody else becomes them, and nobody reads it here."""

    __tablename__ = "retired_usernames"
    __table_args__ = (CheckConstraint("length(hash) = 32", name="hash_length"),)

    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    retired_at: Mapped[Created]
