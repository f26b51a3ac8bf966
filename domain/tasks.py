"""The work that need not happen in a request: each job's name and function, and the timetable.

Every job may run twice or beside itself: it works in slices that stand by themselves, and finds nothing to do
where another has been.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final, TypeAlias

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from db import audit, challenges, expiry, flows, letters, queue, recounts
from db import exports as statements
from db.models import Row
from db.queue import JobFunction, Timed
from db.stores import Stores
from db.transaction import Sessions, retried, write
from domain import consents, exports, moderation, purges

ENDED_SESSIONS_KEPT: Final = timedelta(days=30)
ENDED_PERSONAL_TOKENS_KEPT: Final = timedelta(days=30)
USED_TOKENS_KEPT: Final = timedelta(days=1)
"""Long past any honest repetition; a token that is gone is refused like one that never was."""
JOB_LOG_KEPT: Final = timedelta(days=7)

_SLICE: Final = 500
_EXPORTS_AT_ONCE: Final = 5  # each with all its pieces
_log = structlog.get_logger(__name__)

# Deals with at most so many rows; 0 where there are none left.
_Removal: TypeAlias = Callable[[AsyncSession, int], Awaitable[int]]


async def reconcile_counters(stores: Stores) -> None:
    """Set right every counter that differs from its rows, which none should."""
    corrected = {stats.__tablename__: await _reconcile(stores.sessions, stats) for stats in recounts.COUNTED}
    tell = _log.warning if any(corrected.values()) else _log.info
    tell("counters_reconciled", **corrected)


async def end_mutes(stores: Stores) -> None:
    """Delete mutes that are over; feeds have not minded them since their moment."""
    _log.info("mutes_ended", mutes=await _till_none(stores, expiry.mutes))


async def end_links(stores: Stores) -> None:
    """Delete links of letters that ran out."""
    await _till_none(stores, letters.forget_links)


async def end_sessions(stores: Stores) -> None:
    """Delete sessions that ended long ago with their tokens, and used tokens of the living ones."""
    after: int | None = 0
    while after is not None:
        after = await retried(partial(_end_sessions, stores.sessions, after))


async def end_personal_tokens(stores: Stores) -> None:
    """Delete personal tokens that ended long ago."""
    after: int | None = 0
    while after is not None:
        after = await retried(partial(_end_personal_tokens, stores.sessions, after))


async def end_suspensions(stores: Stores) -> None:
    """Restore people whose suspension is over."""
    _log.info("suspensions_ended", people=await moderation.end_suspensions(stores.sessions))


async def end_challenges(stores: Stores) -> None:
    """Forget the sign-ins that nobody finished."""
    await _till_none(stores, challenges.forget_expired)


async def end_flows(stores: Stores) -> None:
    """Forget the ways to providers that nobody came back from, or did nothing with what they brought back."""
    await _till_none(stores, flows.forget_expired)
    await _till_none(stores, consents.end_unused)


async def purge_posts(stores: Stores) -> None:
    _log.info("posts_purged", rows=await purges.purge_posts(stores.sessions))


async def purge_accounts(stores: Stores) -> None:
    _log.info("accounts_purged", accounts=await purges.purge_accounts(stores.sessions))


async def forget_buckets(stores: Stores) -> None:
    """Delete the rate limits' buckets that are full again."""
    _log.info("buckets_forgotten", buckets=await _till_none(stores, expiry.buckets))


async def make_export(stores: Stores, *, export_id: int, account_only: bool) -> None:
    """Put everything of a person's into an archive for them."""
    _log.info("export_made", is_new=await exports.make(stores.sessions, export_id, account_only=account_only))


async def expire_exports(stores: Stores) -> None:
    """Remove archives that have been kept long enough."""
    _log.info("exports_expired", exports=await _till_none(stores, statements.expire, at_once=_EXPORTS_AT_ONCE))


async def shorten_addresses(stores: Stores) -> None:
    """Keep in the audit log of old addresses no more than their network."""
    _log.info("addresses_shortened", entries=await _till_none(stores, audit.shorten_addresses))


async def prune_job_log(stores: Stores) -> None:
    """Forget what happened to jobs long ago."""
    pruned = await _till_none(stores, partial(queue.prune, older_than=JOB_LOG_KEPT))
    _log.info("job_log_pruned", rows=pruned)


JOBS: Mapping[str, JobFunction] = {
    "counters.reconcile": reconcile_counters,
    "mutes.end": end_mutes,
    "links.end": end_links,
    "sessions.end": end_sessions,
    "personal_tokens.end": end_personal_tokens,
    "suspensions.end": end_suspensions,
    "challenges.end": end_challenges,
    "flows.end": end_flows,
    "posts.purge": purge_posts,
    "accounts.purge": purge_accounts,
    "buckets.forget": forget_buckets,
    "audit.shorten": shorten_addresses,
    exports.MAKE: make_export,
    "exports.expire": expire_exports,
    "jobs.prune": prune_job_log,
}

# In UTC, spread so that no two start together.
TIMETABLE: Sequence[Timed] = (
    Timed("mutes.end", "*/15 * * * *"),
    Timed("links.end", "49 * * * *"),
    Timed("suspensions.end", "4-59/5 * * * *"),
    Timed("buckets.forget", "13-59/20 * * * *"),
    Timed("challenges.end", "3-59/10 * * * *"),
    Timed("flows.end", "6-59/10 * * * *"),
    Timed("jobs.prune", "7 * * * *"),
    Timed("posts.purge", "23 * * * *"),
    Timed("accounts.purge", "37 * * * *"),
    Timed("exports.expire", "17 * * * *"),
    Timed("audit.shorten", "53 1 * * *"),
    Timed("sessions.end", "11 2 * * *"),
    Timed(consents.END_LATE, "41 2 * * *"),
    Timed("personal_tokens.end", "29 2 * * *"),
    Timed("counters.reconcile", "41 3 * * *"),
)


async def _till_none(stores: Stores, remove: _Removal, *, at_once: int | None = None) -> int:
    """`remove` in transactions of its own, so many rows each, until there are no more; how many those were."""
    removed = 0
    while gone := await retried(partial(_removed, stores.sessions, remove, at_once or _SLICE)):
        removed += gone
    return removed


async def _removed(sessions: Sessions, remove: _Removal, limit: int) -> int:
    async with write(sessions) as session:
        return await remove(session, limit)


async def _reconcile(sessions: Sessions, stats: type[Row]) -> int:
    corrected, after = 0, 0
    while (slice_ := await retried(partial(_reconcile_slice, sessions, stats, after))) is not None:
        after, in_slice = slice_
        corrected += in_slice
    return corrected


async def _reconcile_slice(sessions: Sessions, stats: type[Row], after: int) -> tuple[int, int] | None:
    """The last key looked at and how many rows were wrong; `None` past the end."""
    async with write(sessions) as session:
        keys = await recounts.keys_after(session, stats, after, _SLICE)
        return (keys[-1], await recounts.correct(session, stats, keys)) if keys else None


async def _end_sessions(sessions: Sessions, after: int) -> int | None:
    now = datetime.now(UTC)
    async with write(sessions) as session:
        return await expiry.sessions(
            session, after, _SLICE, ended_before=now - ENDED_SESSIONS_KEPT, used_before=now - USED_TOKENS_KEPT
        )


async def _end_personal_tokens(sessions: Sessions, after: int) -> int | None:
    async with write(sessions) as session:
        return await expiry.personal_tokens(
            session, after, _SLICE, ended_before=datetime.now(UTC) - ENDED_PERSONAL_TOKENS_KEPT
        )
