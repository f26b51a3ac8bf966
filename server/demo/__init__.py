"""The demo network: a newcomer's database filled with real text; a tool of the command line and nothing else."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from auth.passwords import Passwords
from db.models import Comment, Credential, Follow, Like, Post, User
from server.demo.conversations import read_conversations
from server.demo.loading import load, opened, refuse_what_is_in_use
from server.demo.network import Network, build
from server.demo.people import ACCOUNTS, DEMO_USERNAME, MODERATOR_USERNAME
from server.demo.tables import Table

__all__ = ["DEMO_PASSWORD", "DEMO_USERNAME", "MODERATOR_USERNAME", "Progress", "Summary", "seed"]

DEMO_PASSWORD: Final = "plaza-demo-2026"  # noqa: S105 - printed for everyone to use

Progress: TypeAlias = Callable[[str, float], None]
"""Told what is being done, and how much of everything is done, from 0 to 1."""

_BUILT = 0.35  # of all the time


@dataclass(frozen=True, slots=True)
class Summary:
    people: int
    follows: int
    posts: int
    comments: int
    likes: int
    seconds: float


async def seed(
    owner_url: str, *, people: int = 2000, seed: int = 2026, now: datetime, progress: Progress = lambda *_: None
) -> Summary:
    """Fill an empty, migrated database, signed in as its owner; `now` is aware.

    The same arguments make the same rows, password hashes aside. Raises `UserMistake` when that
    cannot be: people are there already, tables or the data set are missing; then nothing was written.
    """
    started = time.perf_counter()
    async with opened(owner_url) as connection:
        await refuse_what_is_in_use(connection)
        progress("Reading conversations", 0)
        network = await asyncio.to_thread(_network, people, seed, now, progress)
        tables = [*network.tables, await _credentials(network)]
        progress("Loading", _BUILT)
        await load(connection, tables, _counted(tables, progress))
    return Summary(
        people=len(network.rows_of(User)),
        follows=len(network.rows_of(Follow)),
        posts=len(network.rows_of(Post)),
        comments=len(network.rows_of(Comment)),
        likes=len(network.rows_of(Like)),
        seconds=time.perf_counter() - started,
    )


def _network(people: int, seed: int, now: datetime, progress: Progress) -> Network:
    said = read_conversations()
    progress("Making people, posts and likes", _BUILT / 6)
    return build(said, people=people, seed=seed, now=now)


async def _credentials(network: Network) -> Table:
    """One password for the two accounts that can sign in, with proven addresses; everyone else has none."""
    accounts = network.rows_of(User)[: len(ACCOUNTS)]
    passwords = Passwords()
    try:
        hashes = [await passwords.hash(DEMO_PASSWORD) for _ in accounts]
    finally:
        await passwords.close()
    rows = [
        (user_id, f"{username}@example.org", created_at, hashed)
        for (user_id, username, *_, created_at), hashed in zip(accounts, hashes, strict=True)
    ]
    return Table(Credential, ("user_id", "email", "email_verified_at", "password_hash"), rows)


def _counted(tables: list[Table], progress: Progress) -> Callable[[int], None]:
    total, done = sum(len(table.rows) for table in tables), 0

    def loaded(rows: int) -> None:
        nonlocal done
        done += rows
        progress("Loading", _BUILT + (1 - _BUILT) * done / total)

    return loaded
