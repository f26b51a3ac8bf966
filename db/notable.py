"""What is worth a row in the audit log though nothing was done: the first in a while, and so many of all."""

from typing import Final

from db.buckets import Buckets, Charge, Limit, Verdict

# A crowd of addresses is seen as well by a part of them, and fills no table.
MOST: Final = Limit(300, 3600)


async def notable(buckets: Buckets, verdict: Verdict) -> list[Charge]:
    """Those of the kept charges that had no room, and were not told of in their window yet."""
    return [
        each for each in verdict.full if each.is_kept and await is_first(buckets, each.key, each.limit.seconds)
    ]


async def is_first(buckets: Buckets, key: str, seconds: int, *, among: str = "noted") -> bool:
    """Whether nothing of that key was so many seconds ago, and not too much in this hour `among` its like."""
    own = Charge(f"noted:{key}", Limit(1, seconds))
    return (await buckets.take([own, Charge(among, MOST)])).allowed
