"""Comments: by id, on a post, and in reply to one another."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import BigInteger, ColumnElement, any_, bindparam, cast, or_, select

from db.models import AuditEntry, Comment, CommentStats, Post, User
from db.moments import in_seconds, seconds_of
from db.queries.pages import IDS_ALONE, EdgeRow, Page, Slice, nested
from db.queries.users import IDS
from db.reads import Reads, Statement, columns, read
from db.visibility import VIEWER, comment_visible, post_visible


@dataclass(slots=True)
class CommentRow:
    """A comment; `deleted_at` marks a tombstone, whose text is empty and whose author is not told."""

    id: int
    post_id: int
    post_author_id: int
    author_id: int | None
    parent_id: int | None
    depth: int
    text: str
    created_at: float
    edited_at: float | None
    deleted_at: float | None

    @classmethod
    def of(cls, comment: Comment, post_author_id: int) -> "CommentRow":
        written = (seconds_of(getattr(comment, name)) for name in cls.__slots__[3:])
        return cls(comment.id, comment.post_id, post_author_id, *written)


@dataclass(slots=True)
class CommentStatsRow:
    comment_id: int
    reply_count: int


def _seen(statement: Statement) -> Statement:
    return (
        statement.select_from(Comment)
        .join(Post, Post.id == Comment.post_id)
        .join(User, User.id == Post.author_id)
        .where(post_visible(Post, User), comment_visible(Comment))
    )


_edge = _seen(select(Comment.id.label("key"), Comment.id.label("node_id")))
_whole = select(
    Comment.id,
    Comment.post_id,
    Post.author_id.label("post_author_id"),
    Comment.author_id,
    Comment.parent_id,
    Comment.depth,
    Comment.text,
    in_seconds(Comment.created_at),
    in_seconds(Comment.edited_at),
    in_seconds(Comment.deleted_at),
)
_by_ids = read(CommentRow, _seen(_whole).where(Comment.id == any_(IDS)))
_stats = read(
    CommentStatsRow,
    select(*columns(CommentStats, CommentStatsRow)).where(CommentStats.comment_id == any_(IDS)),
)
_COMMENT = bindparam("comment_id", type_=BigInteger)
_deleted_from = read(
    int,
    select(cast(AuditEntry.details["post_id"].astext, BigInteger).label("post_id"))
    .where(
        or_(AuditEntry.actor_id == VIEWER, AuditEntry.subject_id == VIEWER),
        AuditEntry.event == "comment_deleted",
        cast(AuditEntry.details["comment_id"].astext, BigInteger) == _COMMENT,
        # Entries have ids of the same sequence, so all that is older than the comment is out of question.
        AuditEntry.id > _COMMENT,
    )
    .limit(1),
)


def _on_post(post_id: ColumnElement[int]) -> Statement:
    return _edge.where(Comment.post_id == post_id, Comment.parent_id.is_(None))


def _replies(parent_id: ColumnElement[int]) -> Statement:
    return _edge.where(Comment.parent_id == parent_id)


_comments_on_post = nested(_on_post, IDS_ALONE, newest_first=False)
_replies_to_comment = nested(_replies, IDS_ALONE, newest_first=False)


async def by_ids(db: Reads, ids: Sequence[int], *, viewer_id: int | None) -> dict[int, CommentRow]:
    """Those of the comments that the viewer may see."""
    return {row.id: row for row in await db.fetch(_by_ids, ids=ids, viewer_id=viewer_id)}


async def deleted_from(db: Reads, comment_id: int, *, viewer_id: int) -> int | None:
    """The post of a comment that the viewer deleted, or that was the viewer's when it was; the audit log knows."""
    return next(iter(await db.fetch(_deleted_from, comment_id=comment_id, viewer_id=viewer_id)), None)


async def stats(db: Reads, ids: Sequence[int]) -> dict[int, CommentStatsRow]:
    return {row.comment_id: row for row in await db.fetch(_stats, ids=ids)}


async def on_posts(
    db: Reads, post_ids: Sequence[int], page: Page, *, viewer_id: int | None
) -> dict[int, Slice[EdgeRow]]:
    """Comments made on the posts themselves, oldest first."""
    return await _comments_on_post.each(db, post_ids, page, viewer_id=viewer_id)


async def replies(
    db: Reads, comment_ids: Sequence[int], page: Page, *, viewer_id: int | None
) -> dict[int, Slice[EdgeRow]]:
    """Direct replies, oldest first."""
    return await _replies_to_comment.each(db, comment_ids, page, viewer_id=viewer_id)
