"""Posts under contention: a deed that waited for another sees what it left."""

from functools import partial

import asyncpg

from db.models import AuditEntry, Like, Post
from domain import blocks, posts
from domain.audit import Origin
from domain.errors import NotFound
from schema.context import Services
from tests.factories import Make, Person, Thing
from tests.invariants import broken
from tests.races import Deed, in_turn
from tests.rows import Rows

Owner = asyncpg.Connection


def delete(person: Person, post: Thing) -> Deed:
    return partial(posts.delete, viewer=person.viewer, post_id=post.id, origin=Origin())


async def test_a_post_deleted_twice_at_once_is_deleted_once(
    services: Services, make: Make, owner: Owner, rows: Rows
) -> None:
    ada = await make.user("ada")
    post = await make.post(ada)
    answers = await in_turn(owner, services.stores.sessions, delete(ada, post), delete(ada, post))
    assert answers == [True, False]
    assert [entry.event for entry in await rows(AuditEntry)] == ["post_deleted"]
    assert await broken(owner) == {}


async def test_an_edit_waits_for_a_deletion_and_is_refused(
    services: Services, make: Make, owner: Owner, rows: Rows
) -> None:
    ada = await make.user("ada")
    post = await make.post(ada)
    edit = partial(posts.edit, editor=ada.viewer, post_id=post.id, text="Other")
    _, refusal = await in_turn(owner, services.stores.sessions, delete(ada, post), edit)
    assert (type(refusal), refusal.message) == (NotFound, "There is no such post.")
    assert [row.text for row in await rows(Post)] == ["Hello"]


async def test_a_like_waits_for_a_block_and_is_refused(
    services: Services, make: Make, owner: Owner, rows: Rows
) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    post = await make.post(ada)
    block = partial(blocks.block, viewer=ada.viewer, user_id=bob.id)
    like = partial(posts.like, viewer=bob.viewer, post_id=post.id)
    _, refusal = await in_turn(owner, services.stores.sessions, block, like)
    assert (type(refusal), refusal.message) == (NotFound, "There is no such post.")
    assert await rows(Like) == []


async def test_a_block_waits_for_a_like_and_takes_it_away(
    services: Services, make: Make, owner: Owner, rows: Rows
) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    post = await make.post(ada)
    like = partial(posts.like, viewer=bob.viewer, post_id=post.id)
    block = partial(blocks.block, viewer=ada.viewer, user_id=bob.id)
    await in_turn(owner, services.stores.sessions, like, block)
    assert await rows(Like) == []
    assert await broken(owner) == {}
