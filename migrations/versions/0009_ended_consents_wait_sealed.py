"""Ended consents wait sealed until their provider has been told, and in no job's arguments."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# Jobs of the code before this one had a person's subject in their arguments.
_MOVE = """
WITH gone AS (
  DELETE FROM queue.pgqueuer WHERE entrypoint = 'consents.revoke'
  RETURNING convert_from(payload, 'UTF8')::jsonb AS told
)
INSERT INTO ended_consents (provider, sealed_token)
SELECT told ->> 'provider', convert_to(told ->> 'sealed', 'UTF8') FROM gone
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '1min'")
    op.create_table(
        "ended_consents",
        sa.Column("id", sa.BigInteger(), server_default=sa.text("next_id()"), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("sealed_token", sa.LargeBinary(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "provider in ('GOOGLE', 'APPLE', 'GITHUB')", name=op.f("ck_ended_consents_provider_choice")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ended_consents")),
    )
    op.execute("REVOKE SELECT ON ended_consents FROM plaza_read")
    op.execute(_MOVE)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("ended_consents")
