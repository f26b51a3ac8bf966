"""Rate limits that hold without Redis: PostgreSQL, which all processes share, judges them as well.

Guessing at passwords must not become cheaper by what befalls Redis. So a charge that `is_kept` has to be allowed
by both: by Redis first, which spares PostgreSQL a flood, and by PostgreSQL alone while Redis is away.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from redis.asyncio import Redis

from db.buckets import Buckets, Charge, Verdict, seconds
from db.reads import Read, Reads
from db.redis import Breaker

# The rules of `db.buckets.SCRIPT` for one bucket; $2 is what is taken and $3 the window, in µs. A refusal reads
# the bucket as it was when the statement began, and one that was made since not at all: it counts as empty then.
CHARGE: Final = """
WITH charged AS (
  INSERT INTO stored_buckets AS bucket (key, full_at)
  SELECT $1::text, now() + greatest($2::bigint, 0) * interval '1 microsecond' WHERE $2 <= $3::bigint
  ON CONFLICT (key) DO UPDATE SET full_at = greatest(
    least(greatest(bucket.full_at, now()), now() + $3 * interval '1 microsecond') + $2 * interval '1 microsecond',
    now()
  )
  WHERE $2 <= 0 OR greatest(bucket.full_at, now()) + ($2 - $3) * interval '1 microsecond' <= now()
  RETURNING full_at
)
SELECT EXISTS (SELECT FROM charged), (1000000 * extract(epoch FROM coalesce(
  (SELECT full_at FROM charged),
  (SELECT least(full_at, now() + $3 * interval '1 microsecond') FROM stored_buckets WHERE key = $1),
  now() + $3 * interval '1 microsecond'
) - now()))::bigint
"""


@dataclass(frozen=True, slots=True)
class _Judged:
    """`debt` is how long, in µs, the bucket takes to be full again."""

    is_allowed: bool
    debt: int


_CHARGE: Final = Read(CHARGE, ("key", "cost", "window"), lambda records: [_Judged(*record) for record in records])


class KeptBuckets(Buckets):
    """Buckets that take kept charges, too. `reads` sends statements that stand each by itself."""

    def __init__(
        self,
        redis: Redis,
        reads: Reads,
        *,
        prefix: str = "bucket:",
        processes: int = 1,
        breaker: Breaker | None = None,
    ) -> None:
        super().__init__(redis, prefix=prefix, processes=processes, breaker=breaker)
        self._reads = reads

    async def take(self, charges: Sequence[Charge]) -> Verdict:
        """Charges every bucket or none. Raises what PostgreSQL does, where one of them is kept.

        A kept bucket's standing is what Redis knows of it.
        """
        quick = await super().take(charges)
        kept = [charge for charge in charges if charge.is_kept]
        if not kept or not quick.allowed:
            return quick
        try:
            refused = await self._take_kept(kept)
        except Exception:
            await super().take(_returned(charges))
            raise
        if refused is None:
            return quick
        full, wait = refused
        returned = await super().take(_returned(charges))
        return returned._replace(allowed=False, retry_after=seconds(wait), full=(full,))

    def _alone(self, charges: Sequence[Charge]) -> Verdict:
        """Of kept charges this process says nothing: its own share would be another limit than that of all."""
        return super()._alone([charge._replace(cost=0) if charge.is_kept else charge for charge in charges])

    async def _take_kept(self, charges: Sequence[Charge]) -> tuple[Charge, int] | None:
        """The first that has no room, and how many µs to wait; `None` if all are charged."""
        for number, charge in enumerate(charges):
            judged = await self._judge(charge)
            if not judged.is_allowed:
                for earlier in _returned(charges[:number]):
                    await self._judge(earlier)
                return charge, _wait(charge, judged.debt)
        return None

    async def _judge(self, charge: Charge) -> _Judged:
        limit = charge.limit
        (judged,) = await self._reads.fetch(
            _CHARGE, key=charge.key, cost=limit.step * charge.cost, window=limit.window
        )
        return judged


def _wait(charge: Charge, debt: int) -> int:
    """µs until a charge that was refused is allowed, as far as the debt that was read tells."""
    cost = charge.limit.step * charge.cost
    wait = debt + cost - charge.limit.window
    # If there would be room, others took it since.
    return wait if wait > 0 else cost


def _returned(charges: Sequence[Charge]) -> list[Charge]:
    return [charge._replace(cost=-charge.cost) for charge in charges]
