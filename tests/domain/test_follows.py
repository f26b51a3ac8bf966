"""Rules between two people, and what keeps them true against deeds beside them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest
from sqlalchemy import update

from db.limits import FOLLOWING
from db.locks import hold_counters
from db.models import Block, Follow, FollowRequest, Like, Mute, PostStats, User
from db.transaction import write
from domain import blocks, follows, mutes, posts
from domain.errors import Conflict, DomainError, NotFound
from schema.context import Services
from tests.factories import Make, Person
from tests.invariants import broken
from tests.races import done, in_turn, until_waiting
from tests.rows import Rows

Verb = Callable[..., Awaitable[Any]]
Do = Callable[..., Awaitable[Any]]

ROUNDS = 10


@pytest.fixture
def do(services: Services) -> Do:
    """`await do(follows.follow, ada, bob.id)`: one deed in a transaction of its own; a refusal is its answer."""

    async def deed(verb: Verb, person: Person, *args: Any, **kwargs: Any) -> Any:
        return await done(services.stores.sessions, lambda session: verb(session, person.viewer, *args, **kwargs))

    return deed


async def test_a_follow_answers_the_key_it_is_listed_by(do: Do, make: Make, rows: Rows) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    row, key = await do(follows.follow, ada, bob.id)
    [edge] = await rows(Follow)
    assert (row.id, key) == (bob.id, edge.id)


@pytest.mark.parametrize("verb", [follows.unfollow, follows.remove_follower, blocks.unblock, mutes.unmute])
async def test_undoing_what_one_never_did_to_oneself_is_harmless(do: Do, make: Make, verb: Any) -> None:
    ada = await make.user("ada")
    assert (await do(verb, ada, ada.id)).id == ada.id


@pytest.mark.parametrize(
    "verb", [follows.follow, follows.unfollow, follows.remove_follower, blocks.block, blocks.unblock, mutes.mute]
)
async def test_not_visible_and_not_there_are_the_same_words(do: Do, make: Make, verb: Any) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    await make.block(bob, ada)
    hidden, absent = await do(verb, ada, bob.id), await do(verb, ada, 1)
    assert isinstance(hidden, NotFound)
    assert isinstance(absent, NotFound)
    assert hidden.message == absent.message == "There is no such person."


async def test_of_two_last_follows_at_once_one_is_refused(
    do: Do, make: Make, rows: Rows, owner: asyncpg.Connection
) -> None:
    ada, bob, eve = await make.user("ada"), await make.user("bob"), await make.user("eve")
    await owner.execute("UPDATE user_stats SET following_count = $2 WHERE user_id = $1", ada.id, FOLLOWING - 1)
    answers = await asyncio.gather(do(follows.follow, ada, bob.id), do(follows.follow, ada, eve.id))
    assert [isinstance(answer, Conflict) for answer in answers].count(True) == 1
    assert len(await rows(Follow)) == 1


async def test_whoever_is_being_followed_cannot_turn_private_meanwhile(
    services: Services, make: Make, owner: asyncpg.Connection
) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    async with write(services.stores.sessions) as session:
        await follows.follow(session, ada.viewer, bob.id)
        async with owner.transaction():
            with pytest.raises(asyncpg.LockNotAvailableError):
                await owner.execute("SELECT FROM users WHERE id = $1 FOR NO KEY UPDATE NOWAIT", bob.id)


async def test_turning_private_and_public_never_leaves_both_a_request_and_a_follow(
    do: Do, make: Make, services: Services, owner: asyncpg.Connection
) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")

    async def turn(session: Any, _: Any, *, private: bool) -> None:
        await session.execute(update(User).where(User.id == bob.id).values(is_private=private))

    for round_ in range(ROUNDS):
        answers = await asyncio.gather(
            do(follows.follow, ada, bob.id),
            do(turn, bob, private=round_ % 2 == 0),
            do(follows.follow, ada, bob.id),
            do(follows.accept, bob, ada.id),
            do(follows.follow, ada, bob.id),
        )
        assert [a for a in answers if isinstance(a, DomainError) and not isinstance(a, NotFound)] == []
        assert await broken(owner) == {}
        await do(follows.unfollow, ada, bob.id)


async def test_asking_anew_while_the_request_is_being_accepted_leaves_the_follow_alone(
    services: Services, make: Make, rows: Rows, owner: asyncpg.Connection
) -> None:
    ada, pia = await make.user("ada"), await make.user("pia", private=True)
    await make.follow_request(ada, pia)
    await in_turn(
        owner,
        services.stores.sessions,
        lambda session: follows.accept(session, pia.viewer, ada.id),
        lambda session: follows.follow(session, ada.viewer, pia.id),
    )
    assert (len(await rows(Follow)), await rows(FollowRequest)) == (1, [])
    assert await broken(owner) == {}


@pytest.mark.parametrize("private", [False, True])
async def test_a_block_and_a_follow_at_once_never_leave_both(
    do: Do, make: Make, rows: Rows, owner: asyncpg.Connection, private: bool
) -> None:
    ada, eve = await make.user("ada"), await make.user("eve", private=private)
    for _ in range(ROUNDS):
        await asyncio.gather(
            do(follows.follow, ada, eve.id), do(blocks.block, eve, ada.id), do(follows.follow, ada, eve.id)
        )
        assert (len(await rows(Block)), await rows(Follow), await rows(FollowRequest)) == (1, [], [])
        assert await broken(owner) == {}
        await do(blocks.unblock, eve, ada.id)


async def test_a_block_and_a_like_at_once_never_leave_both(
    do: Do, make: Make, rows: Rows, owner: asyncpg.Connection
) -> None:
    ada, eve = await make.user("ada"), await make.user("eve")
    made = [await make.post(ada) for _ in range(4)]
    for _ in range(ROUNDS):
        likes = [do(posts.like, eve, post.id) for post in made]
        await asyncio.gather(*likes[:2], do(blocks.block, ada, eve.id), *likes[2:])
        assert (len(await rows(Block)), await rows(Like)) == (1, [])
        assert await broken(owner) == {}
        await do(blocks.unblock, ada, eve.id)


async def test_a_block_takes_counters_in_the_order_that_a_like_does(
    services: Services, make: Make, owner: asyncpg.Connection
) -> None:
    ada, eve = await make.user("ada"), await make.user("eve")
    post = await make.post(ada)
    await make.comment(eve, post)
    sessions = services.stores.sessions
    async with write(sessions) as session:
        # A like of one's own post, half-way: the person's counters are locked, the post's are not yet.
        await hold_counters(session, [ada.id])
        block = asyncio.ensure_future(done(sessions, lambda other: blocks.block(other, ada.viewer, eve.id)))
        await until_waiting(owner, block)
        await session.get_one(PostStats, post.id, with_for_update={"nowait": True})
    assert (await block).id == eve.id


async def test_two_who_block_each_other_at_once_do_not_wait_for_ever(
    do: Do, make: Make, rows: Rows, owner: asyncpg.Connection
) -> None:
    ada, eve = await make.user("ada"), await make.user("eve")
    await make.follow(ada, eve)
    await make.follow(eve, ada)
    answers = await asyncio.gather(do(blocks.block, ada, eve.id), do(blocks.block, eve, ada.id))
    # The second is too late: the first has put its author out of sight.
    assert [isinstance(answer, NotFound) for answer in answers].count(True) == 1
    assert (len(await rows(Block)), await rows(Follow)) == (1, [])
    assert await broken(owner) == {}


async def test_the_same_mute_at_once_is_one(do: Do, make: Make, rows: Rows) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    await asyncio.gather(*(do(mutes.mute, ada, bob.id) for _ in range(4)))
    assert len(await rows(Mute)) == 1
