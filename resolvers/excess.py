"""Who came too often, in the audit log: once for each limit's bucket and window, however often they come."""

import structlog

from db.buckets import Verdict
from db.notable import notable
from db.transaction import write
from domain import audit
from domain.audit import Origin
from schema.context import Context, Services

_log = structlog.get_logger(__name__)


async def note(services: Services, verdict: Verdict, *, actor_id: int | None = None, origin: Origin) -> None:
    """Leave a trace of a refusal, where a limit of signing in is what refused. No trouble with it leaves it."""
    for charge in await notable(services.buckets, verdict):
        limit = charge.key.partition(":")[0]
        try:
            async with write(services.stores.sessions) as session:
                audit.record(session, "excess_rate_limit_exceeded", actor_id=actor_id, origin=origin, limit=limit)
        except Exception as error:
            _log.warning("excess_not_noted", limit=limit, kind=type(error).__name__)


async def note_of(context: Context, verdict: Verdict) -> None:
    """The same of an operation."""
    actor_id = context.viewer.user_id if context.viewer else None
    await note(context.services, verdict, actor_id=actor_id, origin=context.origin)
