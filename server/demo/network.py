"""The whole demo network: a pure function of its size, its seed and the time."""

import random
from dataclasses import dataclass
from datetime import datetime

from db.models import Row
from server.demo import tables
from server.demo.conversations import Turn, short_messages, threads
from server.demo.graph import connect
from server.demo.liking import like_posts
from server.demo.moments import Calendar
from server.demo.people import gather
from server.demo.tables import Record, Table
from server.demo.writing import Writers, write_posts
from server.mistakes import UserMistake

POSTS_PER_PERSON = 10
FEWEST = 10


@dataclass(frozen=True)
class Network:
    """Tables in an order that foreign keys allow."""

    tables: list[Table]

    def rows_of(self, model: type[Row]) -> list[Record]:
        return next(table.rows for table in self.tables if table.model is model)


def build(said: list[list[Turn]], *, people: int, seed: int, now: datetime) -> Network:
    """The same network for the same arguments; `now` must be aware. Raises `UserMistake` for too few people."""
    if people < FEWEST:
        raise UserMistake(f"A demo network needs at least {FEWEST} people.")

    def rng(part: str) -> random.Random:
        # Each part has randomness of its own, so that a change to one leaves the others as they were.
        return random.Random(f"{seed} {part}")  # noqa: S311 - repeatable, not secret

    calendar = Calendar(now)
    members = gather(rng("people"), people, calendar, short_messages(said, rng("bios")))
    graph = connect(rng("graph"), members)
    writers = Writers(rng("writers"), members, graph)
    told = threads(said, rng("threads"))
    posts, comments = write_posts(rng("posts"), writers, calendar, people * POSTS_PER_PERSON, told)
    likes = like_posts(rng("likes"), members, graph, writers, calendar, posts)
    return Network(
        [
            *tables.social(rng("edges"), members, graph, calendar),
            *tables.written(members, posts, comments, likes),
            *tables.counters(members, graph, posts, comments, likes),
        ]
    )
