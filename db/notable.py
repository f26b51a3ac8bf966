"""Which refusals for a full bucket are worth a row: the first of each bucket and window, and so many of all."""

from typing import Final

from db.buckets import Buckets, Charge, Limit, Verdict

# A crowd of addresses is seen as well by a part of them, and fills no table.
MOST: Final = Limit(300, 3600)


async def notable(buckets: Buckets, verdict: Verdict) -> list[Charge]:
    """Those of the kept charges that had no room, and were not told of in their window yet."""
    return [each for each in verdict.full if each.is_kept and await _is_first(buckets, each)]


async def _is_first(buckets: Buckets, charge: Charge) -> bool:
    own = Charge(f"noted:{charge.key}", Limit(1, charge.limit.seconds))
    return (await buckets.take([own, Charge("noted", MOST)])).allowed
