"""Posts and their comments: real openings and answers, in the mouths of people who may have said them."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate, islice

from db.limits import COMMENT_DEPTH
from db.models import Audience
from server.demo.conversations import Reply, Thread
from server.demo.graph import Graph
from server.demo.moments import MINUTE, Calendar
from server.demo.people import Person

_FOLLOWERS_ONLY = 0.05
_ON_THE_POST = 0.7  # of comments; the others answer the one before
_BY_FOLLOWERS = 0.8  # of comments on what anyone may see


@dataclass(eq=False, slots=True)
class Written:
    """A post, or a comment when it has a post."""

    author: int
    text: str
    moment: int
    audience: Audience = Audience.PUBLIC
    post: "Written | None" = None
    parent: "Written | None" = None
    depth: int = 0
    id: int = field(default=0)


class Writers:
    """Chooses who speaks: by how much people write, who follows whom, and who is kept apart."""

    def __init__(self, rng: random.Random, people: list[Person], graph: Graph) -> None:
        self._rng, self._people, self._graph = rng, people, graph
        self._places = range(len(people))
        self._activity = list(accumulate(person.activity for person in people))
        self._said: dict[str, set[int]] = {}

    def author_of(self, text: str) -> int:
        """Anyone; the same words told again are somebody else's."""
        before = self._said.setdefault(text, set())
        author = self._anyone()
        while author in before:
            author = (author + 1) % len(self._people)
        before.add(author)
        return author

    def guest_of(self, post: Written) -> int | None:
        """Somebody who sees the post and did not write it, or nobody."""
        followers = self._graph.followers[post.author]
        if followers and (self.is_for_followers(post) or self._rng.random() < _BY_FOLLOWERS):
            return self._rng.choice(followers)
        if self.is_for_followers(post):
            return None
        guest = self._anyone()
        return None if guest == post.author or self._graph.are_apart(guest, post.author) else guest

    def is_for_followers(self, post: Written) -> bool:
        return post.audience is Audience.FOLLOWERS or self._people[post.author].is_private

    def _anyone(self) -> int:
        return self._rng.choices(self._places, cum_weights=self._activity)[0]


def write_posts(
    rng: random.Random, writers: Writers, calendar: Calendar, count: int, told: Iterator[Thread]
) -> tuple[list[Written], list[Written]]:
    """Posts and comments, both oldest first."""
    posts: list[Written] = []
    comments: list[Written] = []
    for moment, thread in zip(calendar.posting(rng, count), islice(told, count), strict=True):
        audience = Audience.FOLLOWERS if rng.random() < _FOLLOWERS_ONLY else Audience.PUBLIC
        post = Written(writers.author_of(thread.text), thread.text, moment, audience)
        posts.append(post)
        comments += _discuss(rng, writers, calendar, post, thread.replies)
    comments.sort(key=lambda comment: comment.moment)
    return posts, comments


def _discuss(
    rng: random.Random, writers: Writers, calendar: Calendar, post: Written, replies: list[Reply]
) -> Iterator[Written]:
    """The turns that followed: new guests start threads of their own, answers stay between the two."""
    guest = writers.guest_of(post)
    if guest is None or not replies:
        return
    pace = _pace(rng, calendar, post, replies)
    previous: Written | None = None
    moment = post.moment
    for reply in replies:
        moment = max(moment + 1, post.moment + int(reply.after * pace))
        parent = _answered(rng, previous)
        if parent is None and not reply.by_opener:
            guest = writers.guest_of(post) or guest
        previous = Written(
            author=post.author if reply.by_opener else guest,
            text=reply.text,
            moment=moment,
            post=post,
            parent=parent,
            depth=parent.depth + 1 if parent else 0,
        )
        yield previous


def _answered(rng: random.Random, previous: Written | None) -> Written | None:
    if previous is None or previous.depth == COMMENT_DEPTH or rng.random() < _ON_THE_POST:
        return None
    return previous


def _pace(rng: random.Random, calendar: Calendar, post: Written, replies: list[Reply]) -> float:
    """How much slower than the real chat people answer here; all of it is said before now."""
    room = calendar.now - MINUTE - post.moment
    return min(rng.lognormvariate(3, 1), room / max(replies[-1].after, 1))
