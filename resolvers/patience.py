"""Patience with an address: how much may be refused of what it sends before nothing unknown is read of it."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from db.buckets import Buckets, Charge, Limit
from engine.refusals import Refusal
from resolvers.limits import client_network
from schema.errors import rate_limited

REFUSED: Final = Limit(300, 60)
_ADDRESSES: Final = 10_000


class Patience:
    """Of one process, over the buckets of all.

    What is refused is counted once it was, so good requests ask for nothing. That a bucket is empty is remembered
    here: whoever emptied it is refused without asking Redis.
    """

    def __init__(self, buckets: Buckets, clock: Callable[[], float] = time.monotonic) -> None:
        self._buckets = buckets
        self._clock = clock
        # Until when, by address; the longest known are forgotten first.
        self._lost: OrderedDict[str, float] = OrderedDict()

    def lost(self, ip: str | None) -> Refusal | None:
        """The refusal for an address whose bucket was empty, until something is in it again."""
        until = self._lost.get(client_network(ip)) if self._lost else None
        seconds = 0 if until is None else until - self._clock()
        return rate_limited(math.ceil(seconds)) if seconds > 0 else None

    async def count(self, ip: str | None) -> Refusal | None:
        """One was refused; returns how it is refused instead, if that was one too many."""
        network = client_network(ip)
        verdict = await self._buckets.take([Charge(f"refused:ip:{network}", REFUSED)])
        if verdict.allowed and verdict.standings[0].remaining > 0:
            return None
        self._lose(network, max(verdict.retry_after, 1))
        return None if verdict.allowed else rate_limited(verdict.retry_after)

    def _lose(self, network: str, seconds: int) -> None:
        self._lost.pop(network, None)
        self._lost[network] = self._clock() + seconds
        if len(self._lost) > _ADDRESSES:
            self._lost.popitem(last=False)
