"""A proven address is its account's alone, and anybody may have said that it is theirs."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_ADDRESS: sa.ColumnClause[str] = sa.literal_column("lower(email)")
_SIGNS_IN = sa.text("email_verified_at is not null or signs_in_unproven")

# Before, an address was one account's. Those that it is not say so by an address that no letter reaches.
_SET_APART = """
UPDATE credentials AS each SET email = gen_random_uuid() || '@unproven.invalid'
WHERE each.email_verified_at IS NULL AND EXISTS (
    SELECT FROM credentials AS other
    WHERE lower(other.email) = lower(each.email) AND other.user_id <> each.user_id
        AND (other.email_verified_at IS NOT NULL OR other.user_id < each.user_id)
)
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '1min'")
    # Who has an account by now goes on signing in by its address: nobody could prove one so far.
    op.add_column(
        "credentials",
        sa.Column("signs_in_unproven", sa.Boolean(), server_default=sa.true(), nullable=False),
        if_not_exists=True,
    )
    # In the same transaction, which squawk does not see for the steps before.
    op.execute(
        "-- squawk-ignore prefer-robust-stmts\n"
        "ALTER TABLE credentials ALTER COLUMN signs_in_unproven SET DEFAULT false"
    )
    with op.get_context().autocommit_block():
        # A run that failed leaves an index that holds nobody to anything, and would count as there.
        for name in ("uq_credentials_sign_in_email", "ix_credentials_lower_email"):
            op.drop_index(name, "credentials", postgresql_concurrently=True, if_exists=True)
        op.create_index(
            "uq_credentials_sign_in_email",
            "credentials",
            [_ADDRESS],
            unique=True,
            postgresql_where=_SIGNS_IN,
            postgresql_concurrently=True,
            if_not_exists=True,  # as squawk wants it
        )
        op.create_index(
            "ix_credentials_lower_email",
            "credentials",
            [_ADDRESS],
            postgresql_concurrently=True,
            if_not_exists=True,
        )
        op.drop_index("uq_credentials_lower_email", "credentials", postgresql_concurrently=True, if_exists=True)


def downgrade() -> None:
    op.execute(_SET_APART)
    op.create_index("uq_credentials_lower_email", "credentials", [_ADDRESS], unique=True)
    op.drop_index("ix_credentials_lower_email", "credentials")
    op.drop_index("uq_credentials_sign_in_email", "credentials")
    op.drop_column("credentials", "signs_in_unproven")
