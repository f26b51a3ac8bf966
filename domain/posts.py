"""Posts: publish, edit, delete, like."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from auth.permissions import may_delete_post, may_edit_post, may_take_part
from auth.viewer import Viewer
from db import counters, edges
from db.limits import ALT_TEXT, POST_LENGTH
from db.locks import KEEPING_KEYS, hold_people
from db.models import Audience, Like, Post, PostStats, PostType
from db.queries import posts
from db.queries.posts import PostRow
from db.reads import reads_in
from domain import audit
from domain.errors import InvalidInput, NotAllowed, NotFound
from domain.text import https_url_problem, is_blank

NOT_FOUND = "There is no such post."
SUSPENDED = "Your account is suspended."


async def publish(
    session: AsyncSession,
    author: Viewer,
    *,
    text: str,
    type: PostType = PostType.TEXT,
    link_url: str | None = None,
    image_url: str | None = None,
    alt_text: str | None = None,
    audience: Audience = Audience.PUBLIC,
) -> PostRow:
    """Publish a post. Raises `NotAllowed` for the suspended and `InvalidInput` for what a post cannot hold."""
    if not may_take_part(author):
        raise NotAllowed(SUSPENDED)
    post = Post(
        author_id=author.user_id,
        type=type,
        text=text.strip(),
        link_url=link_url,
        image_url=image_url,
        alt_text=alt_text,
        audience=audience,
    )
    _check(post)
    session.add(post)
    await session.flush()
    session.add(PostStats(post_id=post.id))
    await counters.count_for_user(session, author.user_id, post_count=1)
    found = await posts.by_ids(await reads_in(session), [post.id], viewer_id=author.user_id)
    return found[post.id]


async def edit(session: AsyncSession, editor: Viewer, post_id: int, **changes: Any) -> PostRow:
    """Change some of a post's fields; `edited_at` moves only if one really changed."""
    row = await seen(session, editor, post_id)
    if not may_edit_post(editor, row):
        raise NotAllowed("Only its author can change a post." if may_take_part(editor) else SUSPENDED)
    post = await session.get_one(Post, post_id, with_for_update=KEEPING_KEYS)
    if post.deleted_at is not None:
        raise NotFound(NOT_FOUND)
    if "text" in changes:
        changes["text"] = changes["text"].strip()
    changed = {name: value for name, value in changes.items() if getattr(post, name) != value}
    for name, value in changed.items():
        setattr(post, name, value)
    if changed:
        post.edited_at = datetime.now(UTC)
    with session.no_autoflush:
        _check(post)
    await session.flush()
    return row.reworded(post)


async def delete(session: AsyncSession, viewer: Viewer, post_id: int, *, origin: audit.Origin) -> bool:
    """Leave a tombstone that nobody sees; false when the viewer's own post was deleted before."""
    post = await session.get(Post, post_id)
    if _deleted_by_oneself(viewer, post):
        return False
    row = await seen(session, viewer, post_id)
    if not may_delete_post(viewer, row):
        raise NotAllowed("Only its author can delete a post.")
    post = await session.get_one(Post, post_id, with_for_update=KEEPING_KEYS, populate_existing=True)
    if post.deleted_at is not None:
        return False
    post.deleted_at = datetime.now(UTC)
    await session.flush()
    await counters.count_for_user(session, post.author_id, post_count=-1)
    audit.record(
        session,
        "post_deleted",
        actor_id=viewer.user_id,
        subject_id=post.author_id,
        origin=origin,
        post_id=post_id,
    )
    return True


async def like(session: AsyncSession, viewer: Viewer, post_id: int) -> tuple[PostRow, int | None]:
    """Like a post; the new like's key in the post's list of likers, or `None` when it was liked before."""
    if not may_take_part(viewer):
        raise NotAllowed(SUSPENDED)
    row = await seen(session, viewer, post_id)
    made = await edges.connect(session, Like, post_id=post_id, user_id=viewer.user_id)
    if not isinstance(made, Like):
        return row, None
    await counters.count_for_user(session, viewer.user_id, liked_count=1)
    counted = await counters.count_for_post(session, post_id, like_count=1)
    return replace(row, viewer_has_liked=True, **counted), made.id


async def unlike(session: AsyncSession, viewer: Viewer, post_id: int) -> PostRow:
    """Take a like back; harmless when there is none."""
    row = await seen(session, viewer, post_id)
    if not await edges.disconnect(session, Like, post_id=post_id, user_id=viewer.user_id):
        return row
    await counters.count_for_user(session, viewer.user_id, liked_count=-1)
    counted = await counters.count_for_post(session, post_id, like_count=-1)
    return replace(row, viewer_has_liked=False, **counted)


async def seen(session: AsyncSession, viewer: Viewer, post_id: int, *also_held: int) -> PostRow:
    """The post as the viewer sees it, and sees it still when the transaction ends; else `NotFound`.

    `also_held` are people whose standing to the viewer the deed rests on besides the author's: they are locked
    together, for one after the other would break the order of locks.
    """
    row = await _visible(session, viewer, post_id)
    others = {row.author_id, *also_held} - {viewer.user_id}
    if not others:
        return row
    # A block made since the look is seen by the second look; one made later waits for this transaction.
    await hold_people(session, viewer.user_id, *others)
    return await _visible(session, viewer, post_id)


def _deleted_by_oneself(viewer: Viewer, post: Post | None) -> bool:
    return post is not None and post.deleted_at is not None and post.author_id == viewer.user_id


async def _visible(session: AsyncSession, viewer: Viewer, post_id: int) -> PostRow:
    found = await posts.by_ids(await reads_in(session), [post_id], viewer_id=viewer.user_id)
    if post_id not in found:
        raise NotFound(NOT_FOUND)
    return found[post_id]


def _check(post: Post) -> None:
    if len(post.text) > POST_LENGTH:
        raise InvalidInput("text", f"Write at most {POST_LENGTH} characters.")
    if post.type is PostType.TEXT and is_blank(post.text):
        raise InvalidInput("text", "Write something.")
    _check_link(post)
    _check_image(post)


def _check_link(post: Post) -> None:
    if post.type is not PostType.LINK:
        if post.link_url is not None:
            raise InvalidInput("link_url", "Only a LINK post has a link.")
    elif post.link_url is None:
        raise InvalidInput("link_url", "A LINK post needs a link.")
    elif problem := https_url_problem(post.link_url, schemes=("https", "http")):
        raise InvalidInput("link_url", problem)


def _check_image(post: Post) -> None:
    if post.type is not PostType.IMAGE:
        if post.image_url is not None:
            raise InvalidInput("image_url", "Only an IMAGE post has an image.")
        if post.alt_text is not None:
            raise InvalidInput("alt_text", "Only an IMAGE post has alternative text.")
        return
    if post.image_url is None:
        raise InvalidInput("image_url", "An IMAGE post needs an image.")
    if problem := https_url_problem(post.image_url):
        raise InvalidInput("image_url", problem)
    if post.alt_text is not None and (is_blank(post.alt_text) or len(post.alt_text) > ALT_TEXT):
        raise InvalidInput("alt_text", f"Alternative text is 1 to {ALT_TEXT} characters.")
