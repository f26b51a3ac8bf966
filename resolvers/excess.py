"""Who came too often, in the audit log: once for each limit's bucket and window, however often they come."""

from collections.abc import Sequence
from typing import Final

from db.buckets import Charge, Limit, Verdict
from db.transaction import write
from domain import audit
from domain.audit import Origin
from schema.context import Context, Services

# Of all together: a crowd of addresses is seen as well by a part of them, and fills no table.
MOST: Final = Limit(300, 3600)


async def note(
    services: Services, charges: Sequence[Charge], verdict: Verdict, *, actor_id: int | None = None, origin: Origin
) -> None:
    """Leave a trace of a refusal, where a limit of signing in is what refused."""
    for charge in _full(charges, verdict):
        first = [Charge(f"noted:{charge.key}", Limit(1, charge.limit.seconds)), Charge("noted", MOST)]
        if (await services.buckets.take(first)).allowed:
            async with write(services.stores.sessions) as session:
                limit = charge.key.partition(":")[0]
                audit.record(session, "excess_rate_limit_exceeded", actor_id=actor_id, origin=origin, limit=limit)


async def note_of(context: Context, charges: Sequence[Charge], verdict: Verdict) -> None:
    """The same of an operation."""
    actor_id = context.viewer.user_id if context.viewer else None
    await note(context.services, charges, verdict, actor_id=actor_id, origin=context.origin)


def _full(charges: Sequence[Charge], verdict: Verdict) -> list[Charge]:
    """Which of the kept buckets have no room; all, where PostgreSQL alone knows which."""
    full = [
        each for each, standing in zip(charges, verdict.standings, strict=True) if standing.remaining < each.cost
    ]
    return [each for each in full or charges if each.is_kept]
