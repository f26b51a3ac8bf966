"""The audit log is searched."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_INDEXES = (
    ("ix_audit_log_event_newest", ("event", "id DESC"), None),
    ("ix_audit_log_request_newest", ("request_id", "id DESC"), None),
    ("ix_audit_log_whole_address", ("created_at",), "masklen(ip) in (32, 128)"),
)


def upgrade() -> None:
    # It is long and always being written to: nobody waits for these.
    with op.get_context().autocommit_block():
        for name, columns, where in _INDEXES:
            # A run that failed leaves an index that nothing is found by, and would count as there.
            op.drop_index(name, "audit_log", postgresql_concurrently=True, if_exists=True)
            op.create_index(
                name,
                "audit_log",
                [sa.literal_column(column) for column in columns],
                postgresql_where=sa.text(where) if where else None,
                postgresql_concurrently=True,
                if_not_exists=True,  # as squawk wants it
            )


def downgrade() -> None:
    for name, _, _ in _INDEXES:
        op.drop_index(name, "audit_log")
