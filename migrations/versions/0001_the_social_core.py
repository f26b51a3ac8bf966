"""The social core."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations import queue_schema

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


_NEXT_ID = """
CREATE FUNCTION next_id() RETURNS bigint LANGUAGE sql VOLATILE PARALLEL UNSAFE
RETURN (((extract(epoch FROM clock_timestamp()) * 1000)::bigint - 1767225600000) << 12)
     | (nextval('id_sequence') & 4095)
"""

# The application's rights: no DDL anywhere, and the audit log can only grow.
_GRANTS = """
GRANT USAGE ON SCHEMA public TO plaza_app, plaza_read;
GRANT USAGE ON SEQUENCE id_sequence TO plaza_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO plaza_app;
REVOKE UPDATE, DELETE ON audit_log FROM plaza_app;
REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM plaza_app;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO plaza_read;
REVOKE SELECT ON credentials, sessions, refresh_tokens FROM plaza_read;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO plaza_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO plaza_read
"""

_REVOKES = """
ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM plaza_app, plaza_read;
REVOKE ALL ON alembic_version FROM plaza_app, plaza_read;
REVOKE ALL ON SCHEMA public FROM plaza_app, plaza_read
"""


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.execute("CREATE SEQUENCE id_sequence AS bigint CYCLE CACHE 1")
    op.execute(_NEXT_ID)
    op.create_table(
        "audit_log",
        sa.Column("id", sa.BigInteger(), server_default=sa.text("next_id()"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("subject_id", sa.BigInteger(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("ip", postgresql.INET(), nullable=True),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.CheckConstraint("length(event) between 1 and 64", name=op.f("ck_audit_log_event_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_log")),
    )
    op.create_index(
        "ix_audit_log_actor_newest", "audit_log", ["actor_id", sa.literal_column("id DESC")], unique=False
    )
    op.create_index(
        "ix_audit_log_subject_newest", "audit_log", ["subject_id", sa.literal_column("id DESC")], unique=False
    )
    op.create_table(
        "users",
        sa.Column("id", sa.BigInteger(), server_default=sa.text("next_id()"), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("bio", sa.Text(), server_default="", nullable=False),
        sa.Column("avatar_url", sa.Text(), nullable=True),
        sa.Column("is_private", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("role", sa.Text(), server_default="USER", nullable=False),
        sa.Column("status", sa.Text(), server_default="ACTIVE", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returns_as", sa.Text(), nullable=True),
        sa.Column(
            "search_name",
            sa.Text(),
            sa.Computed("lower(username || ' ' || display_name)", persisted=True),
            nullable=False,
        ),
        sa.CheckConstraint(
            "(status = 'DELETED') = (deleted_at is not null)", name=op.f("ck_users_deleted_at_status")
        ),
        sa.CheckConstraint(
            "avatar_url ~ '^https://' and length(avatar_url) <= 2048", name=op.f("ck_users_avatar_url_https")
        ),
        sa.CheckConstraint("role in ('USER', 'MODERATOR', 'ADMIN')", name=op.f("ck_users_role_choice")),
        sa.CheckConstraint("status in ('ACTIVE', 'SUSPENDED', 'DELETED')", name=op.f("ck_users_status_choice")),
        sa.CheckConstraint("returns_as in ('ACTIVE', 'SUSPENDED')", name=op.f("ck_users_returns_as_choice")),
        sa.CheckConstraint("username ~ '^[A-Za-z0-9_]{3,30}$'", name=op.f("ck_users_username_form")),
        sa.CheckConstraint("length(bio) <= 500", name=op.f("ck_users_bio_length")),
        sa.CheckConstraint("length(display_name) between 1 and 50", name=op.f("ck_users_display_name_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
    )
    op.create_index(
        "ix_users_deleted_at",
        "users",
        ["deleted_at"],
        unique=False,
        postgresql_where=sa.text("deleted_at is not null"),
    )
    op.create_index(
        "ix_users_search_name",
        "users",
        ["search_name"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search_name": "gin_trgm_ops"},
    )
    op.create_index("uq_users_lower_username", "users", [sa.literal_column("lower(username)")], unique=True)
    op.create_table(
        "blocks",
        sa.Column("blocker_id", sa.BigInteger(), nullable=False),
        sa.Column("blocked_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("blocker_id <> blocked_id", name=op.f("ck_blocks_not_oneself")),
        sa.ForeignKeyConstraint(
            ["blocked_id"], ["users.id"], name=op.f("fk_blocks_blocked_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["blocker_id"], ["users.id"], name=op.f("fk_blocks_blocker_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("blocker_id", "blocked_id", name=op.f("pk_blocks")),
    )
    op.create_index("ix_blocks_blocked_id_blocker_id", "blocks", ["blocked_id", "blocker_id"], unique=False)
    op.create_table(
        "credentials",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column(
            "password_changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.CheckConstraint("length(email) between 3 and 254", name=op.f("ck_credentials_email_length")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_credentials_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_credentials")),
    )
    op.create_index("uq_credentials_lower_email", "credentials", [sa.literal_column("lower(email)")], unique=True)
    op.create_table(
        "follow_requests",
        sa.Column("id", sa.BigInteger(), server_default=sa.text("next_id()"), nullable=False),
        sa.Column("requester_id", sa.BigInteger(), nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("requester_id <> target_id", name=op.f("ck_follow_requests_not_oneself")),
        sa.ForeignKeyConstraint(
            ["requester_id"], ["users.id"], name=op.f("fk_follow_requests_requester_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["target_id"], ["users.id"], name=op.f("fk_follow_requests_target_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_requests")),
        sa.UniqueConstraint("requester_id", "target_id", name=op.f("uq_follow_requests_requester_id_target_id")),
    )
    op.create_index(
        "ix_follow_requests_target_newest",
        "follow_requests",
        ["target_id", sa.literal_column("id DESC")],
        unique=False,
        postgresql_include=["requester_id"],
    )
    op.create_table(
        "follows",
        sa.Column("id", sa.BigInteger(), server_default=sa.text("next_id()"), nullable=False),
        sa.Column("follower_id", sa.BigInteger(), nullable=False),
        sa.Column("followee_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("follower_id <> followee_id", name=op.f("ck_follows_not_oneself")),
        sa.ForeignKeyConstraint(
            ["followee_id"], ["users.id"], name=op.f("fk_follows_followee_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["follower_id"], ["users.id"], name=op.f("fk_follows_follower_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follows")),
        sa.UniqueConstraint("follower_id", "followee_id", name=op.f("uq_follows_follower_id_followee_id")),
    )
    op.create_index(
        "ix_follows_followee_newest",
        "follows",
        ["followee_id", sa.literal_column("id DESC")],
        unique=False,
        postgresql_include=["follower_id"],
    )
    op.create_index(
        "ix_follows_follower_newest",
        "follows",
        ["follower_id", sa.literal_column("id DESC")],
        unique=False,
        postgresql_include=["followee_id"],
    )
    op.create_table(
        "mutes",
        sa.Column("muter_id", sa.BigInteger(), nullable=False),
        sa.Column("muted_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("muter_id <> muted_id", name=op.f("ck_mutes_not_oneself")),
        sa.ForeignKeyConstraint(["muted_id"], ["users.id"], name=op.f("fk_mutes_muted_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["muter_id"], ["users.id"], name=op.f("fk_mutes_muter_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("muter_id", "muted_id", name=op.f("pk_mutes")),
    )
    op.create_index(
        "ix_mutes_expires_at",
        "mutes",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("expires_at is not null"),
    )
    op.create_index("ix_mutes_muted_id", "mutes", ["muted_id"], unique=False)
    op.create_table(
        "posts",
        sa.Column("id", sa.BigInteger(), server_default=sa.text("next_id()"), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.Text(), server_default="TEXT", nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("link_url", sa.Text(), nullable=True),
        sa.Column("image_url", sa.Text(), nullable=True),
        sa.Column("alt_text", sa.Text(), nullable=True),
        sa.Column("audience", sa.Text(), server_default="PUBLIC", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed("to_tsvector('simple', text)", persisted=True),
            nullable=False,
        ),
        sa.CheckConstraint("(type = 'IMAGE') = (image_url is not null)", name=op.f("ck_posts_image_has_url")),
        sa.CheckConstraint("(type = 'LINK') = (link_url is not null)", name=op.f("ck_posts_link_has_url")),
        sa.CheckConstraint("audience in ('PUBLIC', 'FOLLOWERS')", name=op.f("ck_posts_audience_choice")),
        sa.CheckConstraint(
            "image_url ~ '^https://' and length(image_url) <= 2048", name=op.f("ck_posts_image_url_https")
        ),
        sa.CheckConstraint(
            "length(text) <= 5000 and (type <> 'TEXT' or text <> '')", name=op.f("ck_posts_text_length")
        ),
        sa.CheckConstraint(
            "link_url ~ '^https?://' and length(link_url) <= 2048", name=op.f("ck_posts_link_url_http")
        ),
        sa.CheckConstraint("type = 'IMAGE' or alt_text is null", name=op.f("ck_posts_alt_text_of_image")),
        sa.CheckConstraint("type in ('TEXT', 'IMAGE', 'LINK')", name=op.f("ck_posts_type_choice")),
        sa.CheckConstraint("length(alt_text) between 1 and 1500", name=op.f("ck_posts_alt_text_length")),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_posts_author_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posts")),
    )
    op.create_index("ix_posts_author_id", "posts", ["author_id"], unique=False)
    op.create_index(
        "ix_posts_author_newest",
        "posts",
        ["author_id", sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("deleted_at is null"),
    )
    op.create_index(
        "ix_posts_deleted_at",
        "posts",
        ["deleted_at"],
        unique=False,
        postgresql_where=sa.text("deleted_at is not null"),
    )
    op.create_index(
        "ix_posts_public_newest",
        "posts",
        [sa.literal_column("id DESC")],
        unique=False,
        postgresql_include=["author_id"],
        postgresql_where=sa.text("deleted_at is null and audience = 'PUBLIC'"),
    )
    op.create_index(
        "ix_posts_search",
        "posts",
        ["search"],
        unique=False,
        postgresql_using="gin",
        postgresql_where=sa.text("deleted_at is null"),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.BigInteger(), server_default=sa.text("next_id()"), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("user_agent", sa.Text(), server_default="", nullable=False),
        sa.Column("ip", postgresql.INET(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sessions_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
    )
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"], unique=False)
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"], unique=False)
    op.create_table(
        "user_stats",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("post_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("follower_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("following_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("request_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("liked_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "least(post_count, follower_count, following_count, request_count, liked_count) >= 0",
            name=op.f("ck_user_stats_not_negative"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_user_stats_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_user_stats")),
    )
    op.create_table(
        "comments",
        sa.Column("id", sa.BigInteger(), server_default=sa.text("next_id()"), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=True),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("depth", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column(
            "parent_depth",
            sa.SmallInteger(),
            sa.Computed("case when parent_id is null then null else depth - 1 end", persisted=True),
            nullable=True,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "length(text) <= 2000 and (text <> '') = (deleted_at is null)",
            name=op.f("ck_comments_text_length"),
        ),
        sa.CheckConstraint("(parent_id is null) = (depth = 0)", name=op.f("ck_comments_depth_of_root")),
        sa.CheckConstraint(
            "author_id is not null or deleted_at is not null", name=op.f("ck_comments_author_unless_deleted")
        ),
        sa.CheckConstraint("depth between 0 and 8", name=op.f("ck_comments_depth_cap")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["users.id"], name=op.f("fk_comments_author_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["parent_id", "post_id", "parent_depth"],
            ["comments.id", "comments.post_id", "comments.depth"],
            name="fk_comments_parent",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_comments_post_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comments")),
        sa.UniqueConstraint("id", "post_id", "depth", name=op.f("uq_comments_id_post_id_depth")),
    )
    op.create_index("ix_comments_author_id", "comments", ["author_id"], unique=False)
    op.create_index(
        "ix_comments_deleted_at",
        "comments",
        ["deleted_at"],
        unique=False,
        postgresql_where=sa.text("deleted_at is not null"),
    )
    op.create_index("ix_comments_parent_oldest", "comments", ["parent_id", "id"], unique=False)
    op.create_index("ix_comments_post_id", "comments", ["post_id"], unique=False)
    op.create_index(
        "ix_comments_post_oldest",
        "comments",
        ["post_id", "id"],
        unique=False,
        postgresql_where=sa.text("parent_id is null"),
    )
    op.create_table(
        "likes",
        sa.Column("id", sa.BigInteger(), server_default=sa.text("next_id()"), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_likes_post_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_likes_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_likes")),
        sa.UniqueConstraint("post_id", "user_id", name=op.f("uq_likes_post_id_user_id")),
    )
    op.create_index(
        "ix_likes_post_newest",
        "likes",
        ["post_id", sa.literal_column("id DESC")],
        unique=False,
        postgresql_include=["user_id"],
    )
    op.create_index(
        "ix_likes_user_newest",
        "likes",
        ["user_id", sa.literal_column("id DESC")],
        unique=False,
        postgresql_include=["post_id"],
    )
    op.create_table(
        "post_stats",
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("like_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("comment_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("thread_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "least(like_count, comment_count, thread_count) >= 0", name=op.f("ck_post_stats_not_negative")
        ),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_post_stats_post_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_post_stats")),
    )
    op.create_table(
        "refresh_tokens",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("session_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(hash) = 32", name=op.f("ck_refresh_tokens_hash_length")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name=op.f("fk_refresh_tokens_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_refresh_tokens")),
    )
    op.create_index("ix_refresh_tokens_session_id", "refresh_tokens", ["session_id"], unique=False)
    op.create_index(
        "uq_refresh_tokens_head",
        "refresh_tokens",
        ["session_id"],
        unique=True,
        postgresql_where=sa.text("used_at is null"),
    )
    op.create_table(
        "comment_stats",
        sa.Column("comment_id", sa.BigInteger(), nullable=False),
        sa.Column("reply_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("reply_count >= 0", name=op.f("ck_comment_stats_not_negative")),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comments.id"], name=op.f("fk_comment_stats_comment_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("comment_id", name=op.f("pk_comment_stats")),
    )
    for statement in (*queue_schema.CREATE, *queue_schema.GRANT, *_GRANTS.split(";")):
        op.execute(statement)


def downgrade() -> None:
    for statement in queue_schema.DROP:
        op.execute(statement)
    for revoke in _REVOKES.split(";"):
        op.execute(revoke)
    op.drop_table("comment_stats")
    op.drop_table("refresh_tokens")
    op.drop_table("post_stats")
    op.drop_table("likes")
    op.drop_table("comments")
    op.drop_table("user_stats")
    op.drop_table("sessions")
    op.drop_table("posts")
    op.drop_table("mutes")
    op.drop_table("follows")
    op.drop_table("follow_requests")
    op.drop_table("credentials")
    op.drop_table("blocks")
    op.drop_table("users")
    op.drop_table("audit_log")
    op.execute("DROP FUNCTION next_id()")
    op.execute("DROP SEQUENCE id_sequence")
    op.execute("DROP EXTENSION pg_trgm")
