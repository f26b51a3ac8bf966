"""Likes: more for popular authors and recent posts, mostly from followers, never across a block."""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from server.demo.graph import Graph
from server.demo.moments import DAY, HOUR, MINUTE, Calendar
from server.demo.people import Person
from server.demo.writing import Writers, Written

_PER_PERSON = 60
_HALF_LIFE = 60 * DAY
_SOON = 6 * HOUR  # how long after a post the mean like comes
_BY_STRANGERS = 0.15


@dataclass(eq=False, slots=True)
class Liked:
    post: Written
    person: int
    moment: int


def like_posts(
    rng: random.Random,
    people: list[Person],
    graph: Graph,
    writers: Writers,
    calendar: Calendar,
    posts: list[Written],
) -> list[Liked]:
    """Likes, oldest first."""
    charms = [_charm(rng, people, calendar, post) for post in posts]
    share = _PER_PERSON * len(people) / sum(charms)
    activity = list(accumulate(person.activity for person in people))
    likes: list[Liked] = []
    for post, charm in zip(posts, charms, strict=True):
        wanted = int(charm * share + rng.random())
        strangers = 0 if writers.is_for_followers(post) else int(wanted * _BY_STRANGERS + rng.random())
        likers = dict.fromkeys(_some(rng, graph.followers[post.author], wanted - strangers))
        for stranger in rng.choices(range(len(people)), cum_weights=activity, k=strangers):
            if stranger != post.author and not graph.are_apart(stranger, post.author):
                likers.setdefault(stranger)
        likes += (Liked(post, liker, moment) for liker, moment in _moments(rng, calendar, post, likers))
    likes.sort(key=lambda like: like.moment)
    return likes


def _charm(rng: random.Random, people: list[Person], calendar: Calendar, post: Written) -> float:
    age = calendar.now - post.moment
    recency = math.pow(0.5, age / _HALF_LIFE) * min(1.0, age / HOUR)
    return people[post.author].popularity * rng.lognormvariate(0, 1) * recency


def _some(rng: random.Random, followers: list[int], wanted: int) -> list[int]:
    return rng.sample(followers, min(max(wanted, 0), len(followers)))


def _moments(
    rng: random.Random, calendar: Calendar, post: Written, likers: dict[int, None]
) -> Iterator[tuple[int, int]]:
    room = calendar.now - MINUTE - post.moment
    for liker in likers:
        yield liker, post.moment + int(min(rng.expovariate(1 / _SOON), rng.random() * room))
