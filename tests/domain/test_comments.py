"""Comments under contention: what stands after two deeds at once, and what a block takes along."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import asyncpg
import pytest
from sqlalchemy import Engine, event

from db.models import AuditEntry, Comment, CommentStats
from domain import blocks, comments
from domain.audit import Origin
from domain.errors import Conflict, DomainError, InvalidInput, NotFound
from schema.context import Services
from tests.dose import IS_FULL
from tests.factories import Make, Person, Thing
from tests.invariants import broken
from tests.races import Deed, at_once, done, in_turn
from tests.rows import Rows

Owner = asyncpg.Connection

# In the small dose races are run so many times less often.
RARER = 1 if IS_FULL else 5


def say(person: Person, post: Thing, text: str = "Indeed", parent: Thing | None = None) -> Deed:
    parent_id = None if parent is None else parent.id
    return partial(comments.say, author=person.viewer, post_id=post.id, text=text, parent_id=parent_id)


def edit(person: Person, comment: Thing, text: str) -> Deed:
    return partial(comments.edit, editor=person.viewer, comment_id=comment.id, text=text)


def delete(person: Person, comment: Thing) -> Deed:
    return partial(comments.delete, viewer=person.viewer, comment_id=comment.id, origin=Origin())


def block(blocker: Person, blocked: Person) -> Deed:
    return partial(blocks.block, viewer=blocker.viewer, user_id=blocked.id)


def words(refusal: Any) -> tuple[type[DomainError], str]:
    return type(refusal), refusal.message


async def test_a_reply_waits_for_the_deletion_of_its_parent_and_is_refused(
    services: Services, make: Make, owner: Owner, rows: Rows
) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    post = await make.post(ada)
    parent = await make.comment(ada, post)
    _, refusal = await in_turn(
        owner, services.stores.sessions, delete(ada, parent), say(bob, post, "Wait", parent)
    )
    assert words(refusal) == (InvalidInput, "There is no such comment on this post.")
    assert await rows(Comment) == []


async def test_a_reply_waits_for_its_parent_to_become_a_tombstone_and_is_refused(
    services: Services, make: Make, owner: Owner, rows: Rows
) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    post = await make.post(ada)
    parent = await make.comment(ada, post)
    await make.comment(bob, post, "Before", parent=parent)
    _, refusal = await in_turn(
        owner, services.stores.sessions, delete(ada, parent), say(bob, post, "After", parent)
    )
    assert words(refusal) == (Conflict, "This comment was deleted.")
    assert [row.text for row in await rows(Comment)] == ["", "Before"]


async def test_a_deletion_waits_for_a_reply_and_leaves_a_tombstone_above_it(
    services: Services, make: Make, owner: Owner, rows: Rows
) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    post = await make.post(ada)
    parent = await make.comment(ada, post)
    await in_turn(owner, services.stores.sessions, say(bob, post, "Wait", parent), delete(ada, parent))
    assert [row.text for row in await rows(Comment)] == ["", "Wait"]
    assert await broken(owner) == {}


async def test_a_reply_racing_the_deletion_of_its_parent_never_hangs_in_the_air(
    services: Services, make: Make, owner: Owner, rows: Rows
) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    post = await make.post(ada)
    for number in range(100 // RARER):
        parent = await make.comment(ada, post)
        deeds = [say(bob, post, f"reply {number}", parent), delete(ada, parent)]
        if number % 2:
            deeds.reverse()
        answers = await at_once(services.stores.sessions, *deeds)
        replied = answers[number % 2]
        standing = [row for row in await rows(Comment) if row.parent_id == parent.id]
        if isinstance(replied, DomainError):
            assert words(replied) == (InvalidInput, "There is no such comment on this post.")
            assert standing == []
        else:
            assert [row.text for row in standing] == [f"reply {number}"]
        assert await broken(owner) == {}


async def test_the_last_two_replies_deleted_at_once_take_the_tombstone_along(
    services: Services, make: Make, owner: Owner, rows: Rows
) -> None:
    ada = await make.user("ada")
    post = await make.post(ada)
    for _ in range(50 // RARER):
        parent = await make.comment(ada, post)
        left, right = await make.comment(ada, post, parent=parent), await make.comment(ada, post, parent=parent)
        await done(services.stores.sessions, delete(ada, parent))
        await at_once(services.stores.sessions, delete(ada, left), delete(ada, right))
        assert await rows(Comment) == []
        assert await broken(owner) == {}


async def test_a_comment_and_its_only_reply_deleted_at_once_leave_nothing(
    services: Services, make: Make, owner: Owner, rows: Rows
) -> None:
    ada = await make.user("ada")
    post = await make.post(ada)
    for _ in range(50 // RARER):
        parent = await make.comment(ada, post)
        reply = await make.comment(ada, post, parent=parent)
        await at_once(services.stores.sessions, delete(ada, parent), delete(ada, reply))
        assert await rows(Comment) == []
        assert await broken(owner) == {}


async def test_a_comment_deleted_by_two_people_at_once_is_deleted_once(
    services: Services, make: Make, owner: Owner, rows: Rows
) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    post = await make.post(ada)
    comment = await make.comment(bob, post)
    answers = await in_turn(owner, services.stores.sessions, delete(ada, comment), delete(bob, comment))
    assert answers == [post.id, post.id]
    assert [entry.actor_id for entry in await rows(AuditEntry)] == [ada.id]
    assert await broken(owner) == {}


@pytest.mark.parametrize("has_reply", [False, True])
async def test_an_edit_waits_for_a_deletion_and_brings_nothing_back(
    services: Services, make: Make, owner: Owner, rows: Rows, has_reply: bool
) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    post = await make.post(ada)
    comment = await make.comment(bob, post)
    if has_reply:
        await make.comment(ada, post, "Thanks", parent=comment)
    _, refusal = await in_turn(owner, services.stores.sessions, delete(ada, comment), edit(bob, comment, "Other"))
    expected = (Conflict, "This comment was deleted.") if has_reply else (NotFound, "There is no such comment.")
    assert words(refusal) == expected
    assert [row.text for row in await rows(Comment)] == (["", "Thanks"] if has_reply else [])


async def test_an_edit_is_refused_once_a_block_made_meanwhile_hides_the_post(
    services: Services, make: Make, owner: Owner, rows: Rows
) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    comment = await make.comment(bob, await make.post(ada))
    _, refusal = await in_turn(owner, services.stores.sessions, block(ada, bob), edit(bob, comment, "Other"))
    assert words(refusal) == (NotFound, "There is no such comment.")
    assert await rows(Comment) == []


async def test_a_block_and_a_comment_at_once_never_stand_together(
    services: Services, make: Make, owner: Owner
) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    post = await make.post(ada)
    parent = await make.comment(ada, post)
    for number in range(200 // RARER):
        deeds = [block(ada, bob), say(bob, post, "Hello", parent if number % 4 < 2 else None)]
        if number % 2:
            deeds.reverse()
        answers = await at_once(services.stores.sessions, *deeds)
        assert [words(answer) for answer in answers if isinstance(answer, DomainError)] in (
            [],
            [(NotFound, "There is no such post.")],
        )
        assert await owner.fetchval("SELECT count(*) FROM blocks") == 1
        assert await broken(owner) == {}
        await owner.execute("DELETE FROM blocks")


async def test_a_block_waits_for_a_reply_to_the_blocker(services: Services, make: Make, owner: Owner) -> None:
    bob, eve = await make.user("bob"), await make.user("eve")
    post = await make.post(bob)
    parent = await make.comment(eve, post)
    (said, _), _ = await in_turn(owner, services.stores.sessions, say(bob, post, "Hi", parent), block(eve, bob))
    assert said.parent_id == parent.id
    assert await owner.fetchval("SELECT count(*) FROM blocks") == 1


async def test_a_reply_waits_for_a_block_by_the_one_it_answers_and_is_refused(
    services: Services, make: Make, owner: Owner, rows: Rows
) -> None:
    bob, eve = await make.user("bob"), await make.user("eve")
    post = await make.post(bob)
    parent = await make.comment(eve, post)
    _, refusal = await in_turn(owner, services.stores.sessions, block(eve, bob), say(bob, post, "Hi", parent))
    assert words(refusal) == (InvalidInput, "There is no such comment on this post.")
    assert [row.id for row in await rows(Comment)] == [parent.id]


async def test_a_block_takes_along_all_that_was_said_on_the_blocker_s_posts_and_nothing_else(
    services: Services, make: Make, owner: Owner, rows: Rows
) -> None:
    ada, bob, eve = await make.user("ada"), await make.user("bob"), await make.user("eve")
    first, second, elsewhere = await make.post(ada), await make.post(ada), await make.post(eve)
    top = await make.comment(bob, first, "bob's, answered")
    answer = await make.comment(eve, first, "eve's answer", parent=top)
    await make.comment(bob, first, "bob's last word", parent=answer)
    chain = await make.comment(bob, first, "bob's")
    for _ in range(3):
        chain = await make.comment(bob, first, "bob's to himself", parent=chain)
    await make.comment(bob, second, "bob's on another post")
    await make.comment(eve, second, "eve's")
    await make.comment(bob, elsewhere, "bob's elsewhere")
    await done(services.stores.sessions, block(ada, bob))
    assert [row.text for row in await rows(Comment)] == ["", "eve's answer", "eve's", "bob's elsewhere"]
    assert await broken(owner) == {}


async def test_a_block_clears_away_tombstones_it_leaves_bare(
    services: Services, make: Make, owner: Owner, rows: Rows
) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    post = await make.post(ada)
    root = await make.comment(ada, post)
    middle = await make.comment(ada, post, parent=root)
    await make.comment(bob, post, parent=middle)
    for comment in (middle, root):
        await done(services.stores.sessions, delete(ada, comment))
    assert len(await rows(Comment)) == 3
    await done(services.stores.sessions, block(ada, bob))
    assert (await rows(Comment), await rows(CommentStats)) == ([], [])
    assert await broken(owner) == {}


async def test_a_block_of_someone_who_said_nothing_takes_nothing(
    services: Services, make: Make, rows: Rows
) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    await make.comment(ada, await make.post(bob))
    await done(services.stores.sessions, block(ada, bob))
    assert [row.author_id for row in await rows(Comment)] == [ada.id]


@pytest.mark.parametrize("count", [2, 60])
async def test_a_block_runs_as_many_statements_for_two_comments_as_for_sixty(
    services: Services, make: Make, owner: Owner, count: int
) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    for _ in range(2):
        post = await make.post(ada)
        parent = await make.comment(bob, post)
        await make.comment(ada, post, parent=parent)
        for _ in range(count // 2):
            await make.comment(bob, post, parent=parent)
    with counted() as statements:
        async with services.stores.sessions() as session:
            await comments.remove_between(session, author_id=bob.id, on_posts_of=ada.id)
            await session.rollback()
    assert len(statements) == 10


@contextmanager
def counted() -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)
