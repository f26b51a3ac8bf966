"""Sign-in, complete: other ways in, second factors, letters, tokens for scripts, exports."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations import audit_functions

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# Stands for no password where an older Plaza asks for some hash: nothing matches it.
_OF_NOTHING = "$argon2id$v=19$m=47104,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
_UNSEEN = (
    "challenges, export_parts, exports, link_tickets, mail_links, oauth_flows, passkeys, personal_tokens, "
    "recovery_codes, sign_in_codes, totps"
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '1min'")
    _add_columns()
    op.create_table(
        "link_tickets",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("session_id", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "provider in ('GOOGLE', 'APPLE', 'GITHUB')", name=op.f("ck_link_tickets_provider_choice")
        ),
        sa.CheckConstraint("length(hash) = 32", name=op.f("ck_link_tickets_hash_length")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_link_tickets")),
        if_not_exists=True,
    )
    op.create_index("ix_link_tickets_expires_at", "link_tickets", ["expires_at"], if_not_exists=True)
    op.create_table(
        "oauth_flows",
        sa.Column("state_hash", sa.LargeBinary(), nullable=False),
        sa.Column("browser_hash", sa.LargeBinary(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("return_to", sa.Text(), nullable=False),
        sa.Column("challenge", sa.Text(), nullable=False),
        sa.Column("link_user_id", sa.BigInteger(), nullable=True),
        sa.Column("link_session_id", sa.BigInteger(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "provider in ('GOOGLE', 'APPLE', 'GITHUB')", name=op.f("ck_oauth_flows_provider_choice")
        ),
        sa.CheckConstraint("length(browser_hash) = 32", name=op.f("ck_oauth_flows_browser_hash_length")),
        sa.CheckConstraint("length(state_hash) = 32", name=op.f("ck_oauth_flows_state_hash_length")),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_oauth_flows")),
        if_not_exists=True,
    )
    op.create_index("ix_oauth_flows_expires_at", "oauth_flows", ["expires_at"], if_not_exists=True)
    op.create_table(
        "retired_usernames",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("length(hash) = 32", name=op.f("ck_retired_usernames_hash_length")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_retired_usernames")),
        if_not_exists=True,
    )
    op.create_table(
        "sign_in_codes",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("profile", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("challenge", sa.Text(), nullable=False),
        sa.Column("link_user_id", sa.BigInteger(), nullable=True),
        sa.Column("link_session_id", sa.BigInteger(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "provider in ('GOOGLE', 'APPLE', 'GITHUB')", name=op.f("ck_sign_in_codes_provider_choice")
        ),
        sa.CheckConstraint("length(hash) = 32", name=op.f("ck_sign_in_codes_hash_length")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_sign_in_codes")),
        if_not_exists=True,
    )
    op.create_index("ix_sign_in_codes_expires_at", "sign_in_codes", ["expires_at"], if_not_exists=True)
    op.create_table(
        "stored_buckets",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("full_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_stored_buckets")),
        prefixes=["UNLOGGED"],
        if_not_exists=True,
    )
    op.create_table(
        "challenges",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("tries", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "purpose in ('SECOND_FACTOR', 'PASSKEY_SIGN_IN', 'PASSKEY_ADD')",
            name=op.f("ck_challenges_purpose_choice"),
        ),
        sa.CheckConstraint("length(hash) = 32", name=op.f("ck_challenges_hash_length")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_challenges_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_challenges")),
        if_not_exists=True,
    )
    op.create_index("ix_challenges_expires_at", "challenges", ["expires_at"], if_not_exists=True)
    op.create_table(
        "exports",
        sa.Column("id", sa.BigInteger(), server_default=sa.text("next_id()"), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("hash", sa.LargeBinary(), nullable=True),
        sa.Column("open_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(hash is null) = (open_until is null)", name=op.f("ck_exports_open_hash")),
        sa.CheckConstraint("(ready_at is null) = (size is null)", name=op.f("ck_exports_ready_size")),
        sa.CheckConstraint("length(hash) = 32", name=op.f("ck_exports_hash_length")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_exports_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exports")),
        if_not_exists=True,
    )
    op.create_index("ix_exports_expires_at", "exports", ["expires_at"], if_not_exists=True)
    op.create_index("ix_exports_user_id", "exports", ["user_id"], if_not_exists=True)
    op.create_index("uq_exports_hash", "exports", ["hash"], unique=True, if_not_exists=True)
    op.create_table(
        "export_parts",
        sa.Column("export_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["export_id"], ["exports.id"], name=op.f("fk_export_parts_export_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("export_id", "number", name=op.f("pk_export_parts")),
        if_not_exists=True,
    )
    op.create_table(
        "identities",
        sa.Column("id", sa.BigInteger(), server_default=sa.text("next_id()"), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "provider in ('GOOGLE', 'APPLE', 'GITHUB')", name=op.f("ck_identities_provider_choice")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_identities_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identities")),
        if_not_exists=True,
    )
    op.create_index(
        "uq_identities_issuer_subject", "identities", ["issuer", "subject"], unique=True, if_not_exists=True
    )
    op.create_index(
        "uq_identities_user_id_provider", "identities", ["user_id", "provider"], unique=True, if_not_exists=True
    )
    op.create_table(
        "mail_links",
        sa.Column("id", sa.BigInteger(), server_default=sa.text("next_id()"), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("former_email", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "purpose in ('VERIFY_EMAIL', 'RESET_PASSWORD', 'CHANGE_EMAIL')",
            name=op.f("ck_mail_links_purpose_choice"),
        ),
        sa.CheckConstraint("length(email) between 3 and 254", name=op.f("ck_mail_links_email_length")),
        sa.CheckConstraint("length(hash) = 32", name=op.f("ck_mail_links_hash_length")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_mail_links_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_links")),
        if_not_exists=True,
    )
    op.create_index("ix_mail_links_expires_at", "mail_links", ["expires_at"], if_not_exists=True)
    op.create_index("ix_mail_links_user_id", "mail_links", ["user_id"], if_not_exists=True)
    op.create_index("uq_mail_links_hash", "mail_links", ["hash"], unique=True, if_not_exists=True)
    op.create_table(
        "passkeys",
        sa.Column("id", sa.BigInteger(), server_default=sa.text("next_id()"), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("is_backed_up", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(name) between 1 and 50", name=op.f("ck_passkeys_name_length")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_passkeys_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkeys")),
        if_not_exists=True,
    )
    op.create_index("ix_passkeys_user_id", "passkeys", ["user_id"], if_not_exists=True)
    op.create_index("uq_passkeys_credential_id", "passkeys", ["credential_id"], unique=True, if_not_exists=True)
    op.create_table(
        "personal_tokens",
        sa.Column("id", sa.BigInteger(), server_default=sa.text("next_id()"), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(hash) = 32", name=op.f("ck_personal_tokens_hash_length")),
        sa.CheckConstraint("length(name) between 1 and 50", name=op.f("ck_personal_tokens_name_length")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_personal_tokens_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_tokens")),
        if_not_exists=True,
    )
    op.create_index("ix_personal_tokens_user_id", "personal_tokens", ["user_id"], if_not_exists=True)
    op.create_index("uq_personal_tokens_hash", "personal_tokens", ["hash"], unique=True, if_not_exists=True)
    op.create_table(
        "recovery_codes",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(hash) = 32", name=op.f("ck_recovery_codes_hash_length")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_recovery_codes_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_recovery_codes")),
        if_not_exists=True,
    )
    op.create_index("ix_recovery_codes_user_id", "recovery_codes", ["user_id"], if_not_exists=True)
    op.create_table(
        "suspensions",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(reason) between 1 and 500", name=op.f("ck_suspensions_reason_length")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_suspensions_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_suspensions")),
        if_not_exists=True,
    )
    op.create_index(
        "ix_suspensions_until",
        "suspensions",
        ["until"],
        postgresql_where=sa.text("until is not null"),
        if_not_exists=True,
    )
    op.create_table(
        "totps",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_totps_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_totps")),
        if_not_exists=True,
    )

    # The default privileges let it look at everything.
    op.execute(f"REVOKE SELECT ON {_UNSEEN} FROM plaza_read")  # noqa: S608 - a constant
    for statement in audit_functions.CREATE:
        op.execute(statement)


def downgrade() -> None:
    for statement in audit_functions.DROP:
        op.execute(statement)
    op.drop_column("audit_log", "device")
    op.drop_table("totps")
    op.drop_table("suspensions")
    op.drop_table("recovery_codes")
    op.drop_table("personal_tokens")
    op.drop_table("passkeys")
    op.drop_table("mail_links")
    op.drop_table("identities")
    op.drop_table("export_parts")
    op.drop_table("exports")
    op.drop_table("challenges")
    op.drop_table("stored_buckets")
    op.drop_table("sign_in_codes")
    op.drop_table("retired_usernames")
    op.drop_table("oauth_flows")
    op.drop_table("link_tickets")
    op.drop_column("sessions", "method")
    op.drop_column("sessions", "last_used_at")
    op.drop_column("sessions", "proven_at")
    op.execute(f"UPDATE credentials SET password_hash = '{_OF_NOTHING}' WHERE password_hash IS NULL")  # noqa: S608 - a constant
    op.alter_column("credentials", "password_hash", nullable=False)
    op.drop_column("credentials", "email_verified_at")


def _add_columns() -> None:
    op.add_column("audit_log", sa.Column("device", sa.Text(), nullable=True))
    op.add_column("credentials", sa.Column("email_verified_at", sa.DateTime(timezone=True), nullable=True))
    # The code before this one takes no password for one that nothing matches, too.
    op.execute(
        "-- squawk-ignore ban-drop-not-null\nALTER TABLE credentials ALTER COLUMN password_hash DROP NOT NULL"
    )
    op.add_column(
        "sessions",
        sa.Column("proven_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    )
    op.add_column(
        "sessions",
        sa.Column("last_used_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    )
    op.add_column("sessions", sa.Column("method", sa.Text(), server_default="PASSWORD", nullable=False))
    # Not validated: what is there was filled by the default a moment ago.
    op.execute(
        "ALTER TABLE sessions ADD CONSTRAINT ck_sessions_method_choice "
        "CHECK (method in ('PASSWORD', 'GOOGLE', 'APPLE', 'GITHUB', 'PASSKEY')) NOT VALID"
    )
