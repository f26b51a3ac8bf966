"""The demo network's people: two accounts to sign in with, the rest with names and a few words of their own."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from db.models import Role
from server.demo.moments import Calendar, ids
from server.demo.names import Name, names

DEMO, MODERATOR = 0, 1
"""Places of the two accounts that have a password; everyone else is known by their place as well."""

DEMO_USERNAME, MODERATOR_USERNAME = "demo", "moderator"
ACCOUNTS = (Name(DEMO_USERNAME, "Demo"), Name(MODERATOR_USERNAME, "Moderator"))
_PRIVATE = 0.02
_WITH_BIO = 0.7
_SPREAD = 1.5  # of the lognormal of how much people write: one in a hundred writes a fifth of all


@dataclass(frozen=True, slots=True)
class Person:
    id: int
    joined: int
    username: str
    display_name: str
    bio: str
    role: Role
    is_private: bool
    popularity: float
    activity: float


def gather(rng: random.Random, count: int, calendar: Calendar, bios: Iterator[str]) -> list[Person]:
    """People in the order they joined, which is the order of their ids."""
    joined = calendar.joining(rng, count)
    known = [*ACCOUNTS, *islice(names(rng), count - len(ACCOUNTS))]
    popularity = _popularity(rng, count)
    private = set(rng.sample(range(len(ACCOUNTS), count), max(1, round(count * _PRIVATE))))
    return [
        Person(
            id=number,
            joined=joined[place],
            username=known[place].username,
            display_name=known[place].display_name,
            bio=next(bios) if rng.random() < _WITH_BIO else "",
            role=Role.MODERATOR if place == MODERATOR else Role.USER,
            is_private=place in private,
            popularity=popularity[place],
            # The popular write more, but not in proportion.
            activity=rng.lognormvariate(0, _SPREAD) * popularity[place] ** 0.4,
        )
        for place, number in enumerate(ids(joined))
    ]


def _popularity(rng: random.Random, count: int) -> list[float]:
    """Zipf and Mandelbrot's law over a random ranking: a few are known to nearly all."""
    ranks = list(range(count))
    rng.shuffle(ranks)
    return [1 / (rank + 2.7) ** 0.9 for rank in ranks]
