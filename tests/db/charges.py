"""Buckets that no test has used, and what they cost without Redis."""

import time
from itertools import count

from db.buckets import Buckets, Charge, Limit

HOUR = Limit(3, 3600)
_numbers = count()


def fresh(limit: Limit = HOUR) -> Charge:
    """A bucket that no test has used."""
    return Charge(f"test:{next(_numbers)}", limit)


async def seconds_alone(buckets: Buckets, charge: Charge) -> float:
    """How long a charge takes that Redis has no part in."""
    started = time.perf_counter()
    assert (await buckets.take([charge])).is_local
    return time.perf_counter() - started
