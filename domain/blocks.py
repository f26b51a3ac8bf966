"""Blocks: neither of two people sees the other, and what bound them is gone."""

from sqlalchemy.ext.asyncio import AsyncSession

from auth.viewer import Viewer
from db import counters, edges
from db.locks import change_people, hold_counters, hold_people
from db.models import Block
from db.queries.users import UserRow
from domain import comments, follows, people
from domain.errors import InvalidInput, NotFound


async def block(session: AsyncSession, viewer: Viewer, user_id: int) -> UserRow | None:
    """Block someone; the row they had before they went out of sight, `None` when they were blocked before.

    Whoever the viewer cannot see is `NotFound`, also when they block the viewer: to let them be blocked in turn
    would tell that they are there. Only a block of the viewer's own may be repeated.
    """
    if user_id == viewer.user_id:
        raise InvalidInput("user_id", "You cannot block yourself.")
    await change_people(session, viewer.user_id, user_id)
    row = await people.sight(session, viewer, user_id)
    if row is not None:
        await edges.connect(session, Block, blocker_id=viewer.user_id, blocked_id=user_id)
        await _part(session, viewer.user_id, user_id)
    elif not (await people.relationship(session, viewer, user_id)).viewer_blocks:
        raise NotFound(people.NOT_FOUND)
    return row


async def unblock(session: AsyncSession, viewer: Viewer, user_id: int) -> UserRow | None:
    """Take a block back; harmless when there is none. `None` when they stay out of sight for another reason."""
    # Held is enough: nobody's deed rests on the two being apart.
    await hold_people(session, viewer.user_id, user_id)
    gone = await edges.disconnect(session, Block, blocker_id=viewer.user_id, blocked_id=user_id)
    row = await people.sight(session, viewer, user_id)
    if row is None and not gone:
        raise NotFound(people.NOT_FOUND)
    return row


async def _part(session: AsyncSession, blocker_id: int, blocked_id: int) -> None:
    # Before the posts' counters that the comments move: whoever likes a post of their own takes them in this
    # order, and need not hold themselves for it.
    await hold_counters(session, [blocker_id, blocked_id])
    await comments.remove_between(session, author_id=blocked_id, on_posts_of=blocker_id)
    forth = await follows.sever(session, blocker_id, blocked_id)
    back = await follows.sever(session, blocked_id, blocker_id)
    liked = await edges.disconnect_likes(session, by=blocked_id, on_posts_of=blocker_id)
    moved = {user_id: forth[user_id] | back[user_id] for user_id in (blocker_id, blocked_id)}
    moved[blocked_id]["liked_count"] = -len(liked)
    await counters.count_for_users(session, moved)
    await counters.count_for_posts(session, {post_id: {"like_count": -1} for post_id in liked})
