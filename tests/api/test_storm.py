"""A storm: many clients at once at the same few rows end with every counter equal to its rows."""

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from schema.context import Services
from server.app import open_services
from server.settings import Settings
from tests.conftest import Api, Refused, forget
from tests.dose import IS_FULL
from tests.factories import Make
from tests.invariants import broken

CLIENTS = 32
# Rate limits start anew with each gust; a person's share of one stays below them.
GUST = 200
GUSTS = 5 if IS_FULL else 2
SEEDS = range(1, 4 if IS_FULL else 2)

ON_PEOPLE = (
    "follow",
    "follow",
    "unfollow",
    "acceptFollowRequest",
    "rejectFollowRequest",
    "removeFollower",
    "block",
    "unblock",
    "unblock",
    "unblock",
    "mute",
    "unmute",
)
ON_POSTS = ("likePost", "likePost", "unlikePost", "createComment")
# What a deed may meet here: somebody blocked somebody, there was no request, or the comment is another's.
EXPECTED = {"NotFound", "NotAllowed"}
_DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"


@pytest.fixture
async def wide(services: Services, settings: Settings) -> AsyncIterator[Services]:
    """Services with a connection for every client, so that all of them really are at it at once."""
    async with open_services(settings.model_copy(update={"database_pool_size": CLIENTS})) as opened:
        yield opened


@pytest.mark.storm
@pytest.mark.parametrize("seed", SEEDS)
async def test_every_counter_equals_its_rows_after_a_storm(
    wide: Services, make: Make, owner: asyncpg.Connection, seed: int
) -> None:
    deadlocks = await owner.fetchval(_DEADLOCKS)
    chance = random.Random(seed)
    people = [await make.user(name, private=name == "pia") for name in ("ada", "bob", "eve", "joe", "pia")]
    posts = [await make.post(person) for person in people]
    comments = [await make.comment(person, post) for person in people for post in posts]

    def deed() -> tuple[Any, str, str]:
        doer, other = chance.sample(people, 2)
        kind = chance.random()
        if kind < 0.05:
            return doer, "deleteComment", chance.choice(comments).gid
        if kind < 0.5:
            return doer, chance.choice(ON_POSTS), chance.choice(posts).gid
        return doer, chance.choice(ON_PEOPLE), other.gid

    for _ in range(GUSTS):
        deeds = [deed() for _ in range(GUST)]
        answers = await _all_at_once(Api(wide), deeds)
        assert {answer for answer in answers if not answer.endswith("Payload")} <= EXPECTED
        assert len(answers) == GUST
        assert await broken(owner) == {}
        assert await owner.fetchval(_DEADLOCKS) == deadlocks
        await wide.stores.redis.flushdb()
        forget(wide)


async def _all_at_once(api: Api, deeds: list[tuple[Any, str, str]]) -> list[str]:
    """Each client takes the next deed as soon as its last is answered."""
    answers: list[str] = []
    left = iter(deeds)

    async def client() -> None:
        for doer, name, target in left:
            answers.append(await _answer(api, doer, name, target))

    # A group, for none may go on after one has failed.
    async with asyncio.TaskGroup() as clients:
        for _ in range(CLIENTS):
            clients.create_task(client())
    return answers


async def _answer(api: Api, doer: Any, name: str, target: str) -> str:
    tries = 0
    while True:
        try:
            answer = await api(_document(name), viewer=doer, id=target)
        except Refused as refused:
            # What a client is told on a machine too slow for all of them: try again.
            tries += 1
            if refused.code != "UNAVAILABLE" or tries == 5:
                raise
        else:
            return str(answer["__typename"])


def _document(name: str) -> str:
    target = {"deleteComment": "commentId"}.get(name, "postId" if name in ON_POSTS else "userId")
    text = ', text: "Indeed"' if name == "createComment" else ""
    return f"mutation ($id: ID!) {{ {name}(input: {{{target}: $id{text}}}) {{ __typename }} }}"
