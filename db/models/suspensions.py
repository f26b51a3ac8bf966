"""Why and for how long somebody is suspended."""

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped

from db.limits import SUSPENSION_REASON
from db.models.base import Created, Moment, Row, reference


class Suspension(Row):
    """Stands beside the status SUSPENDED, and leaves with it; who decided it is in the audit log."""

    __tablename__ = "suspensions"
    __table_args__ = (
        CheckConstraint(f"length(reason) between 1 and {SUSPENSION_REASON}", name="reason_length"),
        Index("ix_suspensions_until", "until", postgresql_where=text("until is not null")),
    )

    user_id: Mapped[int] = reference("users.id", primary_key=True)
    # As the person is told it.
    reason: Mapped[str]
    created_at: Mapped[Created]
    # None where somebody has to restore them.
    until: Mapped[Moment | None]
