"""Trusted operations."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '1min'")
    op.create_table(
        "trusted_operations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_on", sa.Date(), nullable=True),
        sa.CheckConstraint("length(id) between 1 and 256", name=op.f("ck_trusted_operations_id_length")),
        sa.CheckConstraint("length(text) between 1 and 16384", name=op.f("ck_trusted_operations_text_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trusted_operations")),
        if_not_exists=True,
    )
    op.create_index(op.f("ix_trusted_operations_revision"), "trusted_operations", ["revision"], if_not_exists=True)
    op.create_table(
        "client_uses",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("count > 0", name=op.f("ck_client_uses_count_positive")),
        sa.PrimaryKeyConstraint("day", "client", "version", "kind", name=op.f("pk_client_uses")),
        if_not_exists=True,
    )
    # The default privileges give the application everything; an id that was given out is for good.
    op.execute("REVOKE DELETE ON trusted_operations FROM plaza_app")


def downgrade() -> None:
    op.drop_table("client_uses")
    op.drop_table("trusted_operations")
