"""The demo network as rows of tables, with counters that equal them."""

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeAlias

from db.models import (
    Block,
    Comment,
    CommentStats,
    Follow,
    FollowRequest,
    Like,
    Mute,
    Post,
    PostStats,
    Row,
    User,
    UserStats,
)
from server.demo.graph import Graph, Pair
from server.demo.liking import Liked
from server.demo.moments import Calendar, at, ids
from server.demo.people import Person
from server.demo.writing import Written

Record: TypeAlias = tuple[Any, ...]

_MUTED_FOR = timedelta(days=30)


@dataclass(frozen=True)
class Table:
    model: type[Row]
    columns: tuple[str, ...]
    rows: list[Record]


def social(rng: random.Random, people: list[Person], graph: Graph, calendar: Calendar) -> Iterator[Table]:
    """People and the edges between them."""
    columns = ("id", "username", "display_name", "bio", "role", "is_private", "created_at")
    yield Table(User, columns, [_user(person) for person in people])
    yield Table(
        Follow,
        ("id", "follower_id", "followee_id", "created_at"),
        _numbered(rng, people, graph.follows, calendar),
    )
    yield Table(
        FollowRequest,
        ("id", "requester_id", "target_id", "created_at"),
        _numbered(rng, people, graph.requests, calendar),
    )
    blocks = [(*ends, at(moment)) for moment, ends in _dated(rng, people, graph.blocks, calendar)]
    yield Table(Block, ("blocker_id", "blocked_id", "created_at"), blocks)
    yield Table(
        Mute,
        ("muter_id", "muted_id", "created_at", "expires_at"),
        [
            (*ends, at(moment), rng.choice((None, at(calendar.now) + _MUTED_FOR)))
            for moment, ends in _dated(rng, people, graph.mutes, calendar)
        ],
    )


def written(
    people: list[Person], posts: list[Written], comments: list[Written], likes: list[Liked]
) -> Iterator[Table]:
    """What people wrote and liked; gives the posts and comments their ids."""
    for items in (posts, comments):
        for item, number in zip(items, ids(item.moment for item in items), strict=True):
            item.id = number
    yield Table(
        Post,
        ("id", "author_id", "text", "audience", "created_at"),
        [(post.id, people[post.author].id, post.text, post.audience, at(post.moment)) for post in posts],
    )
    yield Table(
        Comment,
        ("id", "post_id", "author_id", "parent_id", "depth", "text", "created_at"),
        [_comment(people, comment) for comment in comments],
    )
    numbers = ids(like.moment for like in likes)
    yield Table(
        Like,
        ("id", "post_id", "user_id", "created_at"),
        [
            (number, like.post.id, people[like.person].id, at(like.moment))
            for number, like in zip(numbers, likes, strict=True)
        ],
    )


def counters(
    people: list[Person], graph: Graph, posts: list[Written], comments: list[Written], likes: list[Liked]
) -> Iterator[Table]:
    posted = Counter(post.author for post in posts)
    followers = Counter(followee for _, followee in graph.follows)
    following = Counter(follower for follower, _ in graph.follows)
    requests = Counter(target for _, target in graph.requests)
    liked = Counter(like.person for like in likes)
    yield Table(
        UserStats,
        ("user_id", "post_count", "follower_count", "following_count", "request_count", "liked_count"),
        [
            (person.id, *(count[place] for count in (posted, followers, following, requests, liked)))
            for place, person in enumerate(people)
        ],
    )
    likers = Counter(like.post.id for like in likes)
    said = Counter(comment.post.id for comment in comments if comment.post)
    threads = Counter(comment.post.id for comment in comments if comment.post and not comment.parent)
    yield Table(
        PostStats,
        ("post_id", "like_count", "comment_count", "thread_count"),
        [(post.id, likers[post.id], said[post.id], threads[post.id]) for post in posts],
    )
    replies = Counter(comment.parent.id for comment in comments if comment.parent)
    yield Table(
        CommentStats, ("comment_id", "reply_count"), [(comment.id, replies[comment.id]) for comment in comments]
    )


def _user(person: Person) -> Record:
    return (
        person.id,
        person.username,
        person.display_name,
        person.bio,
        person.role,
        person.is_private,
        at(person.joined),
    )


def _comment(people: list[Person], comment: Written) -> Record:
    assert comment.post is not None
    return (
        comment.id,
        comment.post.id,
        people[comment.author].id,
        comment.parent and comment.parent.id,
        comment.depth,
        comment.text,
        at(comment.moment),
    )


def _numbered(rng: random.Random, people: list[Person], pairs: list[Pair], calendar: Calendar) -> list[Record]:
    dated = _dated(rng, people, pairs, calendar)
    numbers = ids(moment for moment, _ in dated)
    return [(number, *ends, at(moment)) for number, (moment, ends) in zip(numbers, dated, strict=True)]


def _dated(
    rng: random.Random, people: list[Person], pairs: Iterable[Pair], calendar: Calendar
) -> list[tuple[int, Pair]]:
    """Each pair's ids with a moment at which both had joined, oldest first."""
    dated = (
        (calendar.since(rng, max(people[one].joined, people[other].joined)), (people[one].id, people[other].id))
        for one, other in pairs
    )
    return sorted(dated)
