"""Who came too often, in the audit log: once for each limit's bucket and window, however often they come."""

from db.buckets import Verdict
from db.notable import notable
from domain.audit import Origin
from resolvers import traces
from schema.context import Context, Services


async def note(services: Services, verdict: Verdict, *, actor_id: int | None = None, origin: Origin) -> None:
    """Leave a trace of a refusal, where a limit of signing in is what refused. No trouble with it leaves it."""
    for charge in await notable(services.buckets, verdict):
        limit = charge.key.partition(":")[0]
        await traces.leave(services, "excess_rate_limit_exceeded", actor_id=actor_id, origin=origin, limit=limit)


async def note_of(context: Context, verdict: Verdict) -> None:
    """The same of an operation."""
    actor_id = context.viewer.user_id if context.viewer else None
    await note(context.services, verdict, actor_id=actor_id, origin=context.origin)
