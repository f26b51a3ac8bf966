"""Who follows, asks to follow, blocks and mutes whom: a power-law graph with some reciprocity."""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from db.limits import FOLLOWING
from server.demo.people import DEMO, MODERATOR, Person

Pair = tuple[int, int]
"""Two people's places: who does it, and to whom."""

_MEAN_DEGREE, _SPREAD = 40, 1.2  # lognormal
_RECIPROCITY = 0.13
_DEMO_FOLLOWS = 60
_BLOCKERS, _MUTERS = 0.01, 0.01
_MOST_REQUESTS = 8


@dataclass(frozen=True)
class Graph:
    """Edges in an order that depends on nothing but the seed."""

    follows: list[Pair]
    requests: list[Pair]
    blocks: list[Pair]
    mutes: list[Pair]
    followers: list[list[int]]  # by place
    apart: frozenset[Pair]  # blocked one way or the other, both ways round

    def are_apart(self, one: int, other: int) -> bool:
        return (one, other) in self.apart


def connect(rng: random.Random, people: list[Person]) -> Graph:
    blocks = list(_blocks(rng, people))
    apart = frozenset(blocks) | {(blocked, blocker) for blocker, blocked in blocks}
    following = _following(rng, people, apart)
    _follow_back(rng, following)
    follows = [(person, other) for person, others in enumerate(following) for other in others]
    followers: list[list[int]] = [[] for _ in people]
    for person, other in follows:
        followers[other].append(person)
    requests = list(_requests(rng, people, following, apart))
    return Graph(follows, requests, blocks, list(_mutes(rng, following)), followers, apart)


def _blocks(rng: random.Random, people: list[Person]) -> Iterator[Pair]:
    others = range(MODERATOR + 1, len(people))
    for blocker in rng.sample(others, max(1, round(len(people) * _BLOCKERS))):
        yield blocker, rng.choice([place for place in others if place != blocker])


def _following(rng: random.Random, people: list[Person], apart: frozenset[Pair]) -> list[dict[int, None]]:
    """Whom each person follows, drawn by popularity; the demo account follows the most popular of all."""
    places = range(len(people))
    reach = list(accumulate(person.popularity for person in people))
    at_most = min(FOLLOWING, len(people) // 3)
    mu = math.log(_MEAN_DEGREE) - _SPREAD**2 / 2
    following: list[dict[int, None]] = []
    for person in places:
        degree = min(max(1, round(rng.lognormvariate(mu, _SPREAD))), at_most)
        # Popular people are drawn more than once, so draw more than are wanted.
        drawn = dict.fromkeys(rng.choices(places, cum_weights=reach, k=degree * 2))
        wanted = [other for other in drawn if other != person and (person, other) not in apart]
        following.append(dict.fromkeys(wanted[:degree]))
    best = sorted(places[MODERATOR + 1 :], key=lambda place: -people[place].popularity)
    following[DEMO] = dict.fromkeys(best[: min(_DEMO_FOLLOWS, at_most)])
    return following


def _follow_back(rng: random.Random, following: list[dict[int, None]]) -> None:
    first = [(person, other) for person, others in enumerate(following) for other in others]
    for person, other in first:
        if rng.random() < _RECIPROCITY and other != DEMO and len(following[other]) < FOLLOWING:
            following[other].setdefault(person)


def _requests(
    rng: random.Random, people: list[Person], following: list[dict[int, None]], apart: frozenset[Pair]
) -> Iterator[Pair]:
    """To each private account from some who do not follow it; the demo account is among those who ask."""
    for target, person in enumerate(people):
        if person.is_private:
            for other in (DEMO, *rng.sample(range(MODERATOR + 1, len(people)), _MOST_REQUESTS)):
                if other != target and target not in following[other] and (other, target) not in apart:
                    yield other, target


def _mutes(rng: random.Random, following: list[dict[int, None]]) -> Iterator[Pair]:
    others = range(MODERATOR + 1, len(following))
    for muter in rng.sample(others, max(1, round(len(following) * _MUTERS))):
        if following[muter]:
            yield muter, rng.choice(list(following[muter]))
