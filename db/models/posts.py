"""Posts, who liked them, and their counters."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, Computed, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from db.limits import ALT_TEXT, POST_LENGTH, URL
from db.models.base import Choice, Created, Id, Moment, Row, one_of, reference


class PostType(StrEnum):
    """What a post carries besides its words."""

    TEXT = "TEXT"
    IMAGE = "IMAGE"
    LINK = "LINK"


class Audience(StrEnum):
    """Who may see a post; a private account's posts are for its followers whatever this says."""

    PUBLIC = "PUBLIC"
    FOLLOWERS = "FOLLOWERS"


class Post(Row):
    """A deleted post stays as a tombstone, seen by nobody, until it is purged."""

    __tablename__ = "posts"
    __table_args__ = (
        one_of("type", PostType),
        one_of("audience", Audience),
        CheckConstraint(f"length(text) <= {POST_LENGTH} and (type <> 'TEXT' or text <> '')", name="text_length"),
        CheckConstraint("(type = 'IMAGE') = (image_url is not null)", name="image_has_url"),
        CheckConstraint("(type = 'LINK') = (link_url is not null)", name="link_has_url"),
        CheckConstraint("type = 'IMAGE' or alt_text is null", name="alt_text_of_image"),
        CheckConstraint(f"image_url ~ '^https://' and length(image_url) <= {URL}", name="image_url_https"),
        CheckConstraint(f"link_url ~ '^https?://' and length(link_url) <= {URL}", name="link_url_http"),
        CheckConstraint(f"length(alt_text) between 1 and {ALT_TEXT}", name="alt_text_length"),
        Index(
            "ix_posts_author_newest",
            "author_id",
            text("id DESC"),
            postgresql_where=text("deleted_at is null"),
        ),
        Index(
            "ix_posts_public_newest",
            text("id DESC"),
            postgresql_include=["author_id"],
            postgresql_where=text("deleted_at is null and audience = 'PUBLIC'"),
        ),
        Index(
            "ix_posts_search",
            "search",
            postgresql_using="gin",
            postgresql_where=text("deleted_at is null"),
        ),
        Index("ix_posts_deleted_at", "deleted_at", postgresql_where=text("deleted_at is not null")),
        Index("ix_posts_author_id", "author_id"),
    )

    id: Mapped[Id]
    author_id: Mapped[int] = reference("users.id")
    type: Mapped[PostType] = mapped_column(Choice(PostType), server_default=PostType.TEXT)
    text: Mapped[str]
    link_url: Mapped[str | None]
    image_url: Mapped[str | None]
    alt_text: Mapped[str | None]
    audience: Mapped[Audience] = mapped_column(Choice(Audience), server_default=Audience.PUBLIC)
    created_at: Mapped[Created]
    edited_at: Mapped[Moment | None]
    deleted_at: Mapped[Moment | None]
    search: Mapped[str] = mapped_column(
        TSVECTOR, Computed("to_tsvector('simple', text)", persisted=True), deferred=True
    )


class PostStats(Row):
    __tablename__ = "post_stats"
    __table_args__ = (CheckConstraint("least(like_count, comment_count, thread_count) >= 0", name="not_negative"),)

    post_id: Mapped[int] = reference("posts.id", primary_key=True)
    like_count: Mapped[int] = mapped_column(server_default="0")
    # Comments of every depth, and those made on the post itself; tombstones count in neither.
    comment_count: Mapped[int] = mapped_column(server_default="0")
    thread_count: Mapped[int] = mapped_column(server_default="0")


class Like(Row):
    __tablename__ = "likes"
    __table_args__ = (
        UniqueConstraint("post_id", "user_id"),
        Index("ix_likes_post_newest", "post_id", text("id DESC"), postgresql_include=["user_id"]),
        Index("ix_likes_user_newest", "user_id", text("id DESC"), postgresql_include=["post_id"]),
    )

    id: Mapped[Id]
    post_id: Mapped[int] = reference("posts.id")
    user_id: Mapped[int] = reference("users.id")
    created_at: Mapped[Created]
