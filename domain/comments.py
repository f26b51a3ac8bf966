"""Comments: say, edit, delete."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from auth.permissions import may_delete_comment, may_edit_comment, may_take_part
from auth.viewer import Viewer
from db import counters, threads
from db.limits import COMMENT_DEPTH, COMMENT_LENGTH
from db.locks import KEEPING_KEYS, SHARED, hold_people
from db.models import Comment, CommentStats
from db.queries import comments
from db.queries.comments import CommentRow
from db.queries.posts import PostRow
from db.reads import reads_in
from domain import audit, posts
from domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from domain.posts import SUSPENDED
from domain.text import is_blank

NOT_FOUND = "There is no such comment."
NO_PARENT = "There is no such comment on this post."
DELETED = "This comment was deleted."
TOO_DEEP = f"Replies go {COMMENT_DEPTH} levels deep; reply to a comment above this one."


async def say(
    session: AsyncSession, author: Viewer, post_id: int, *, text: str, parent_id: int | None = None
) -> tuple[CommentRow, PostRow]:
    """Comment on a post, or reply to one of its comments.

    Raises `InvalidInput` for a text or a parent that will not do, `Conflict` for a parent that was deleted,
    `NotAllowed` for the suspended and `NotFound` for the post.
    """
    if not may_take_part(author):
        raise NotAllowed(SUSPENDED)
    text = _checked(text)
    parent = None if parent_id is None else await _look(session, author, parent_id)
    post = await posts.seen(session, author, post_id, *_author_of(parent))
    if parent_id is not None:
        parent = await _held(session, author, post_id, parent)
    comment = Comment(post_id=post_id, author_id=author.user_id, text=text)
    if parent is not None:
        comment.parent_id, comment.depth = parent.id, parent.depth + 1
    counted = await _add(session, comment)
    return CommentRow.of(comment, post.author_id), replace(post, **counted)


async def edit(session: AsyncSession, editor: Viewer, comment_id: int, *, text: str) -> CommentRow:
    """Change a comment's words; `edited_at` moves only if they really changed."""
    row = await _seen(session, editor, comment_id)
    if not may_edit_comment(editor, row):
        raise _no_edit(editor, row)
    text = _checked(text)
    comment = await session.get(Comment, comment_id, with_for_update=KEEPING_KEYS)
    if comment is None:
        raise NotFound(NOT_FOUND)
    if comment.deleted_at is not None:
        raise Conflict(DELETED)
    if comment.text != text:
        comment.text, comment.edited_at = text, datetime.now(UTC)
        await session.flush()
    return CommentRow.of(comment, row.post_author_id)


async def delete(session: AsyncSession, viewer: Viewer, comment_id: int, *, origin: audit.Origin) -> int:
    """Take a comment away, leaving a tombstone where it has replies; the id of the post it was on.

    Harmless when it is gone already, for its author and for whoever deleted it.
    """
    row = await _look(session, viewer, comment_id)
    if row is None or row.deleted_at is not None:
        return await _deleted_before(session, viewer, comment_id)
    if not may_delete_comment(viewer, row):
        raise NotAllowed("Only its author or the post's can delete a comment.")
    if await threads.remove(session, [comment_id]):
        audit.record(
            session,
            "comment_deleted",
            actor_id=viewer.user_id,
            subject_id=row.author_id,
            origin=origin,
            comment_id=comment_id,
            post_id=row.post_id,
        )
    return row.post_id


async def remove_between(session: AsyncSession, *, author_id: int, on_posts_of: int) -> None:
    """Take away all that one person said on another's posts, as part of a block.

    Rests on `change_people` having locked both: then no comment of theirs can come in between. Call it before
    counting anything for people or posts: it locks comments, which in every other deed come before the counters.
    """
    await threads.remove_all_by(session, author_id, on_posts_of=on_posts_of)


async def _add(session: AsyncSession, comment: Comment) -> dict[str, Any]:
    """The post's counters with it."""
    session.add(comment)
    await session.flush()
    session.add(CommentStats(comment_id=comment.id))
    if comment.parent_id is None:
        return await counters.count_for_post(session, comment.post_id, comment_count=1, thread_count=1)
    counted = await counters.count_for_post(session, comment.post_id, comment_count=1)
    await counters.count_for_comment(session, comment.parent_id, reply_count=1)
    return counted


async def _held(session: AsyncSession, author: Viewer, post_id: int, parent: CommentRow | None) -> CommentRow:
    if parent is not None and parent.post_id == post_id:
        # Whoever takes the parent away waits until the reply stands, or did so before and is seen here.
        await session.get(Comment, parent.id, with_for_update=SHARED)
        parent = await _look(session, author, parent.id)
    if parent is None or parent.post_id != post_id:
        raise InvalidInput("parent_id", NO_PARENT)
    if parent.deleted_at is not None:
        raise Conflict(DELETED)
    if parent.depth >= COMMENT_DEPTH:
        raise InvalidInput("parent_id", TOO_DEEP)
    return parent


async def _seen(session: AsyncSession, viewer: Viewer, comment_id: int) -> CommentRow:
    """The comment as the viewer sees it, and may see its post still when the transaction ends."""
    row = await _look(session, viewer, comment_id)
    if row is not None:
        await hold_people(session, viewer.user_id, row.post_author_id)
        row = await _look(session, viewer, comment_id)
    if row is None:
        raise NotFound(NOT_FOUND)
    return row


async def _look(session: AsyncSession, viewer: Viewer, comment_id: int) -> CommentRow | None:
    found = await comments.by_ids(await reads_in(session), [comment_id], viewer_id=viewer.user_id)
    return found.get(comment_id)


async def _deleted_before(session: AsyncSession, viewer: Viewer, comment_id: int) -> int:
    post_id = await comments.deleted_from(await reads_in(session), comment_id, viewer_id=viewer.user_id)
    if post_id is None:
        raise NotFound(NOT_FOUND)
    return post_id


def _author_of(comment: CommentRow | None) -> tuple[int, ...]:
    return () if comment is None or comment.author_id is None else (comment.author_id,)


def _no_edit(editor: Viewer, row: CommentRow) -> NotAllowed | Conflict:
    if not may_take_part(editor):
        return NotAllowed(SUSPENDED)
    if row.author_id == editor.user_id:
        return Conflict(DELETED)
    return NotAllowed("Only its author can change a comment.")


def _checked(text: str) -> str:
    text = text.strip()
    if len(text) > COMMENT_LENGTH:
        raise InvalidInput("text", f"Write at most {COMMENT_LENGTH} characters.")
    if is_blank(text):
        raise InvalidInput("text", "Write something.")
    return text
