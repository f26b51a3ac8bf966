"""A session need not be proven, and an account knows when its mail was last shown."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '1min'")
    # The code before this one takes no moment for no proof, too, and says a moment wherever there was one.
    op.execute("-- squawk-ignore ban-drop-not-null\nALTER TABLE sessions ALTER COLUMN proven_at DROP NOT NULL")
    op.execute("-- squawk-ignore ban-drop-default\nALTER TABLE sessions ALTER COLUMN proven_at DROP DEFAULT")
    op.add_column("credentials", sa.Column("reset_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    # Held before the update, or a session could begin without a proof after it. Every request for an account
    # needs `credentials`, which therefore come last and for a moment.
    op.execute("LOCK TABLE sessions IN ACCESS EXCLUSIVE MODE")
    op.execute("UPDATE sessions SET proven_at = created_at - interval '1 hour' WHERE proven_at IS NULL")
    op.alter_column("sessions", "proven_at", server_default=sa.text("now()"), nullable=False)
    op.drop_column("credentials", "reset_at")
