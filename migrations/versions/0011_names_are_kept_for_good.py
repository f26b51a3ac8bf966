"""Usernames are kept for good or not at all."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '1min'")
    op.execute("DELETE FROM retired_usernames WHERE free_at IS NOT NULL")
    # No release ever knew the column.
    op.execute("-- squawk-ignore ban-drop-column\nALTER TABLE retired_usernames DROP COLUMN free_at")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("retired_usernames", sa.Column("free_at", sa.DateTime(timezone=True), nullable=True))
