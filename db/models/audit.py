"""The audit log: what was done, by whom, to whom; the application may add to it and read it, nothing else."""

from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlalchemy.dialects.postgresql import INET, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Created, Id, Row


class AuditEntry(Row):
    """Without foreign keys: an entry outlives the people and things it names."""

    __tablename__ = "audit_log"
    __table_args__ = (
        CheckConstraint("length(event) between 1 and 64", name="event_length"),
        Index("ix_audit_log_actor_newest", "actor_id", text("id DESC")),
        Index("ix_audit_log_subject_newest", "subject_id", text("id DESC")),
        Index("ix_audit_log_event_newest", "event", text("id DESC")),
        Index("ix_audit_log_request_newest", "request_id", text("id DESC")),
        # Those that are still whole; the owner's function shortens them in time.
        Index("ix_audit_log_whole_address", "created_at", postgresql_where=text("masklen(ip) in (32, 128)")),
    )

    id: Mapped[Id]
    created_at: Mapped[Created]
    event: Mapped[str]
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    subject_id: Mapped[int | None] = mapped_column(BigInteger)
    request_id: Mapped[str | None]
    # A single address, or after a month the network it was in.
    ip: Mapped[str | None] = mapped_column(INET)
    # What the client calls itself, in a few words: enough for a person to know their own device by.
    device: Mapped[str | None]
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
