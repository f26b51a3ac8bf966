"""Which refusals for a full bucket are worth a row: the first of each bucket and window, and so many of all."""

from collections.abc import Sequence
from typing import Final

from db.buckets import Buckets, Charge, Limit, Verdict

# A crowd of addresses is seen as well by a part of them, and fills no table.
MOST: Final = Limit(300, 3600)


async def notable(buckets: Buckets, charges: Sequence[Charge], verdict: Verdict) -> list[Charge]:
    """Those of the kept charges that had no room, and were not told of in their window yet."""
    return [each for each in _full(charges, verdict) if await _is_first(buckets, each)]


async def _is_first(buckets: Buckets, charge: Charge) -> bool:
    own = Charge(f"noted:{charge.key}", Limit(1, charge.limit.seconds))
    return (await buckets.take([own, Charge("noted", MOST)])).allowed


def _full(charges: Sequence[Charge], verdict: Verdict) -> list[Charge]:
    """All, where PostgreSQL alone knows which."""
    full = [
        each for each, standing in zip(charges, verdict.standings, strict=True) if standing.remaining < each.cost
    ]
    return [each for each in full or charges if each.is_kept]
