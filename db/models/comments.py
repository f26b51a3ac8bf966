"""Comments on posts, nested to a bounded depth."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.schema import UniqueConstraint

from db.limits import COMMENT_DEPTH, COMMENT_LENGTH
from db.models.base import Created, Id, Moment, Row, reference


class Comment(Row):
    """A deleted comment keeps its place while it has replies, without its words."""

    __tablename__ = "comments"
    __table_args__ = (
        CheckConstraint(
            f"length(text) <= {COMMENT_LENGTH} and (text <> '') = (deleted_at is null)", name="text_length"
        ),
        CheckConstraint(f"depth between 0 and {COMMENT_DEPTH}", name="depth_cap"),
        CheckConstraint("author_id is not null or deleted_at is not null", name="author_unless_deleted"),
        CheckConstraint("(parent_id is null) = (depth = 0)", name="depth_of_root"),
        # A reply is one deeper than its parent and on the same post, even against raw SQL.
        UniqueConstraint("id", "post_id", "depth"),
        ForeignKeyConstraint(
            ["parent_id", "post_id", "parent_depth"],
            ["comments.id", "comments.post_id", "comments.depth"],
            name="fk_comments_parent",
            ondelete="CASCADE",
        ),
        Index("ix_comments_post_oldest", "post_id", "id", postgresql_where=text("parent_id is null")),
        Index("ix_comments_parent_oldest", "parent_id", "id"),
        Index("ix_comments_post_id", "post_id"),
        Index("ix_comments_author_id", "author_id"),
        Index("ix_comments_deleted_at", "deleted_at", postgresql_where=text("deleted_at is not null")),
    )

    id: Mapped[Id]
    post_id: Mapped[int] = reference("posts.id")
    # Nobody's once the account that wrote a tombstone is purged.
    author_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id", ondelete="SET NULL"))
    parent_id: Mapped[int | None]
    depth: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    parent_depth: Mapped[int | None] = mapped_column(
        SmallInteger,
        Computed("case when parent_id is null then null else depth - 1 end", persisted=True),
        deferred=True,
    )
    text: Mapped[str]
    created_at: Mapped[Created]
    edited_at: Mapped[Moment | None]
    deleted_at: Mapped[Moment | None]


class CommentStats(Row):
    __tablename__ = "comment_stats"
    __table_args__ = (CheckConstraint("reply_count >= 0", name="not_negative"),)

    comment_id: Mapped[int] = reference("comments.id", primary_key=True)
    # Direct replies that stand; tombstones do not count.
    reply_count: Mapped[int] = mapped_column(server_default="0")
