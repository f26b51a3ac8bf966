"""Follows: follow or ask to, let go, answer who asks, and part with a follower."""

from sqlalchemy.ext.asyncio import AsyncSession

from auth.permissions import may_take_part
from auth.viewer import Viewer
from db import counters, edges
from db.limits import FOLLOWING
from db.models import Follow, FollowRequest
from db.queries import users
from db.queries.users import UserRow
from db.reads import reads_in
from domain import people
from domain.errors import Conflict, InvalidInput, NotAllowed, NotFound

NO_REQUEST = "There is no such request."
SUSPENDED = "Your account is suspended."


async def follow(session: AsyncSession, viewer: Viewer, user_id: int) -> tuple[UserRow, int | None]:
    """Follow someone, or ask to when they are private; the new follow's key in lists, `None` if none was made.

    Raises `Conflict` for whoever follows as many as one can.
    """
    if not may_take_part(viewer):
        raise NotAllowed(SUSPENDED)
    if user_id == viewer.user_id:
        raise InvalidInput("user_id", "You cannot follow yourself.")
    # Held, they cannot turn private or public before this ends: never both a follow and a request.
    row = await people.held(session, viewer, user_id)
    if row.is_private:
        await _ask(session, viewer, user_id)
        return row, None
    asked = await _withdraw(session, viewer.user_id, user_id)
    return row, await _start(session, viewer.user_id, user_id, asked=asked)


async def unfollow(session: AsyncSession, viewer: Viewer, user_id: int) -> UserRow:
    """Follow someone no longer, nor wait for their answer; harmless when neither was so."""
    row = await people.held(session, viewer, user_id)
    await counters.count_for_users(session, await sever(session, viewer.user_id, user_id))
    return row


async def accept(session: AsyncSession, viewer: Viewer, user_id: int) -> tuple[UserRow, int | None]:
    """Make a request a follow; the new follow's key in lists, `None` when they followed before.

    Raises `Conflict` when the one who asked follows as many as one can.
    """
    if not may_take_part(viewer):
        raise NotAllowed(SUSPENDED)
    row = await people.held(session, viewer, user_id, absent=NO_REQUEST)
    if await _withdraw(session, user_id, viewer.user_id):
        return row, await _start(session, user_id, viewer.user_id, asked=True)
    if (await people.relationship(session, viewer, user_id)).follows_viewer:
        return row, None
    raise NotFound(NO_REQUEST)


async def reject(session: AsyncSession, viewer: Viewer, user_id: int) -> UserRow:
    """Let a request go without a follow; who asked is not told and may ask again."""
    row = await people.held(session, viewer, user_id, absent=NO_REQUEST)
    if not await _withdraw(session, user_id, viewer.user_id):
        raise NotFound(NO_REQUEST)
    await counters.count_for_user(session, viewer.user_id, request_count=-1)
    return row


async def remove_follower(session: AsyncSession, viewer: Viewer, user_id: int) -> UserRow:
    """Have someone follow the viewer no longer; harmless when they do not."""
    row = await people.held(session, viewer, user_id)
    if await edges.disconnect(session, Follow, follower_id=user_id, followee_id=viewer.user_id):
        deltas = {user_id: {"following_count": -1}, viewer.user_id: {"follower_count": -1}}
        await counters.count_for_users(session, deltas)
    return row


async def sever(session: AsyncSession, follower_id: int, followee_id: int) -> dict[int, dict[str, int]]:
    """Take away the follow and the request; answers what each one's counters must now move by."""
    asked = await _withdraw(session, follower_id, followee_id)
    followed = await edges.disconnect(session, Follow, follower_id=follower_id, followee_id=followee_id)
    return {
        follower_id: {"following_count": -followed},
        followee_id: {"follower_count": -followed, "request_count": -asked},
    }


async def _ask(session: AsyncSession, viewer: Viewer, user_id: int) -> None:
    if not await edges.connect(session, FollowRequest, requester_id=viewer.user_id, target_id=user_id):
        return
    # Looked at only now: an earlier request may have been accepted while this one waited to be made.
    if (await people.relationship(session, viewer, user_id)).viewer_follows:
        await _withdraw(session, viewer.user_id, user_id)
        return
    if await _following(session, viewer.user_id) >= FOLLOWING:
        raise Conflict(f"You follow {FOLLOWING:,} people, which is as many as one can.")
    await counters.count_for_user(session, user_id, request_count=1)


async def _withdraw(session: AsyncSession, requester_id: int, target_id: int) -> bool:
    return await edges.disconnect(session, FollowRequest, requester_id=requester_id, target_id=target_id)


async def _start(session: AsyncSession, follower_id: int, followee_id: int, *, asked: bool) -> int | None:
    made = await edges.connect(session, Follow, follower_id=follower_id, followee_id=followee_id)
    deltas = {
        follower_id: {"following_count": int(made is not None)},
        followee_id: {"follower_count": int(made is not None), "request_count": -asked},
    }
    await counters.count_for_users(session, deltas)
    # Looked at only now that the counter is locked: of two follows at once one sees the other.
    if made is not None and await _following(session, follower_id) > FOLLOWING:
        raise Conflict(f"Nobody can follow more than {FOLLOWING:,} people.")
    return made.id if isinstance(made, Follow) else None


async def _following(session: AsyncSession, user_id: int) -> int:
    stats = await users.stats(await reads_in(session), [user_id])
    return stats[user_id].following_count
