"""Consents end at Apple too, and who looks at the database sees nobody's identities."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '1min'")
    for table in ("identities", "sign_in_codes"):
        op.add_column(table, sa.Column("sealed_token", sa.LargeBinary(), nullable=True))
    op.execute("REVOKE SELECT ON identities FROM plaza_read")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("GRANT SELECT ON identities TO plaza_read")
    for table in ("sign_in_codes", "identities"):
        op.drop_column(table, "sealed_token")
