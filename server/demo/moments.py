"""Moments of the demo network: a growing half year that ends now, with days and nights.

A moment is a whole number of milliseconds since `db.ids.EPOCH`, which is what an id holds.
"""

import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from db.ids import EPOCH, SEQUENCE_BITS
from server.mistakes import UserMistake

MINUTE: Final = 60_000
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

_MILLISECOND: Final = timedelta(milliseconds=1)
_LONGEST: Final = 180 * DAY
_SHORTEST: Final = DAY
_NEWEST_POST: Final = 3 * MINUTE  # before now

# How busy each hour of the day is, in UTC: quiet before dawn, busiest in the evening.
_HOURS: Final = (35, 25, 18, 14, 12, 15, 25, 40, 55, 65, 70, 75, 80, 75, 70, 70, 75, 80, 90, 100, 100, 95, 80, 55)


class Calendar:
    """When things happened: people join between `opened` and `settled`, all else follows until `now`."""

    def __init__(self, now: datetime) -> None:
        self.now = (now - EPOCH) // _MILLISECOND
        if self.now < _SHORTEST:
            raise UserMistake("The demo network needs a clock that is set: this one shows a time before 2026.")
        self.opened = max(self.now - _LONGEST, 0)
        self.settled = self.opened + (self.now - self.opened) * 3 // 10

    def joining(self, rng: random.Random, count: int) -> list[int]:
        return sorted(rng.randint(self.opened, self.settled) for _ in range(count))

    def posting(self, rng: random.Random, count: int) -> list[int]:
        """Oldest first, more of them the later it gets; the last is minutes old."""
        span = self.now - self.settled
        drawn: list[int] = []
        while len(drawn) < count:
            moment = self.now - int(span * rng.random() ** 1.5)
            if rng.random() * 100 < _HOURS[moment // HOUR % 24]:
                drawn.append(moment)
        drawn.sort()
        shift = self.now - _NEWEST_POST - drawn[-1]
        return [max(moment + shift, self.settled) for moment in drawn]

    def since(self, rng: random.Random, moment: int) -> int:
        """Any moment from that one until now."""
        return rng.randint(moment, self.now - MINUTE)


def at(moment: int) -> datetime:
    return EPOCH + moment * _MILLISECOND


def ids(moments: Iterable[int]) -> list[int]:
    """Identifiers for rows made at these moments, oldest first: distinct, and in the same order."""
    made: list[int] = []
    last = 0
    for moment in moments:
        last = max(last + 1, moment << SEQUENCE_BITS)
        made.append(last)
    return made
