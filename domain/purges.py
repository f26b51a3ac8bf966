"""What is gone for good after its time: deleted posts, and deleted accounts with all that was theirs."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final, TypeAlias

from sqlalchemy.ext.asyncio import AsyncSession

from db import removals
from db.audit import erase_person
from db.limits import DELETION_GRACE_DAYS, TOMBSTONE_DAYS
from db.transaction import Sessions, retried, write
from domain import audit, consents

DELETION_GRACE: Final = timedelta(days=DELETION_GRACE_DAYS)
"""How long a deletion can be taken back."""
KEPT: Final = timedelta(days=TOMBSTONE_DAYS)
"""How long a deleted post stays as a tombstone."""

_SLICE: Final = 500  # rows a transaction; one takes tens of milliseconds

_Removal: TypeAlias = Callable[[AsyncSession, int, int], Awaitable[int]]
# Posts last: by then the person's own comments and likes there are gone and counted once.
_REMOVALS: Final[tuple[_Removal, ...]] = (
    removals.follows_by,
    removals.follows_of,
    removals.requests_of,
    removals.blocks_and_mutes_of,
    removals.likes_by,
    removals.comments_by,
    removals.posts_by,
)


async def purge_posts(sessions: Sessions) -> int:
    """Remove posts whose tombstones have stood long enough; how many rows that was, with all below them."""
    before = datetime.now(UTC) - KEPT
    removed = 0
    while gone := await retried(partial(_purge_posts, sessions, before)):
        removed += gone
    return removed


async def purge_accounts(sessions: Sessions) -> int:
    """Remove the accounts whose time to come back is over; how many.

    Each goes in slices, hidden as it has been all along; every slice leaves every counter equal to its rows,
    so that one that fails is gone on with the next time.
    """
    before = datetime.now(UTC) - DELETION_GRACE
    purged, after = 0, 0
    while (user_id := await _next_due(sessions, after, before)) is not None:
        after = user_id
        purged += await _purge(sessions, user_id, before)
    return purged


async def _purge_posts(sessions: Sessions, before: datetime) -> int:
    async with write(sessions) as session:
        return await removals.posts_deleted_before(session, before, _SLICE)


async def _next_due(sessions: Sessions, after: int, before: datetime) -> int | None:
    async with write(sessions) as session:
        return await removals.next_account_due(session, after, before)


async def _purge(sessions: Sessions, user_id: int, before: datetime) -> bool:
    """False when somebody else has the account in hand, or it came back."""
    while (is_purged := await retried(partial(_purge_slice, sessions, user_id, before))) is None:
        pass
    return is_purged


async def _purge_slice(sessions: Sessions, user_id: int, before: datetime) -> bool | None:
    """None while there is more."""
    async with write(sessions) as session:
        if not await removals.hold_account_due(session, user_id, before):
            return False
        for remove in _REMOVALS:
            if await remove(session, user_id, _SLICE):
                return None
        if await erase_person(session, user_id, _SLICE):
            return None
        await consents.end_all(session, user_id)
        await removals.account(session, user_id)
        audit.record(session, "user_purged", actor_id=None)
        return True
