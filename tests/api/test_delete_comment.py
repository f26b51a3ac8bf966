"""deleteComment: what is left of a thread afterwards, and who may do it."""

from typing import Any

import asyncpg
import pytest

from db.models import AuditEntry, Comment, Role, UserStatus
from tests.api.comments import NO_COMMENT, THREAD, delete, gone
from tests.conftest import Api
from tests.factories import Make
from tests.invariants import broken
from tests.rows import Rows


async def test_a_comment_without_replies_leaves_nothing(
    api: Api, make: Make, rows: Rows, owner: "asyncpg.Connection[Any]"
) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    post = await make.post(ada)
    await make.comment(ada, post)
    comment = await make.comment(bob, post)
    assert await delete(api, bob, comment) == gone(comment, 1, 1)
    assert [row.author_id for row in await rows(Comment)] == [ada.id]
    assert await broken(owner) == {}


async def test_a_comment_with_replies_keeps_its_place_without_words_or_author(
    api: Api, make: Make, owner: "asyncpg.Connection[Any]"
) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    post = await make.post(ada)
    comment = await make.comment(bob, post)
    await make.comment(ada, post, "Thanks", parent=comment)
    assert await delete(api, bob, comment) == gone(comment, 1, 0)
    seen = await api(THREAD, viewer=bob, id=post.gid)
    assert seen["comments"]["edges"] == [
        {
            "node": {
                "text": None,
                "author": None,
                "editedAt": None,
                "viewerCanDelete": False,
                "viewerCanEdit": False,
                "replies": {
                    "totalCount": 1,
                    "edges": [{"node": {"text": "Thanks", "author": {"username": "ada"}, "depth": 1}}],
                },
            }
        }
    ]
    assert await broken(owner) == {}


async def test_the_last_reply_takes_the_tombstones_above_it_along(
    api: Api, make: Make, rows: Rows, owner: "asyncpg.Connection[Any]"
) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    post = await make.post(ada)
    root = await make.comment(ada, post, "root")
    middle = await make.comment(bob, post, "middle", parent=root)
    low = await make.comment(bob, post, "low", parent=middle)
    leaf = await make.comment(ada, post, "leaf", parent=low)
    await delete(api, bob, middle)
    await delete(api, bob, low)
    assert [row.text for row in await rows(Comment)] == ["root", "", "", "leaf"]
    assert await broken(owner) == {}
    assert await delete(api, ada, leaf) == gone(leaf, 1, 1)
    assert [row.text for row in await rows(Comment)] == ["root"]
    assert await broken(owner) == {}


async def test_climbing_stops_at_a_tombstone_with_another_reply(
    api: Api, make: Make, rows: Rows, owner: "asyncpg.Connection[Any]"
) -> None:
    ada = await make.user("ada")
    post = await make.post(ada)
    root = await make.comment(ada, post, "root")
    first = await make.comment(ada, post, "first", parent=root)
    await make.comment(ada, post, "second", parent=root)
    await delete(api, ada, root)
    await delete(api, ada, first)
    assert [row.text for row in await rows(Comment)] == ["", "second"]
    assert await broken(owner) == {}


@pytest.mark.parametrize("has_reply", [False, True])
async def test_deleting_twice_is_harmless_for_the_author_and_whoever_did_it(
    api: Api, make: Make, rows: Rows, has_reply: bool
) -> None:
    ada, bob, eve = await make.user("ada"), await make.user("bob"), await make.user("eve")
    post = await make.post(ada)
    comment = await make.comment(bob, post)
    if has_reply:
        await make.comment(eve, post, parent=comment)
    left = int(has_reply)
    for person in (ada, bob, ada):
        assert await delete(api, person, comment) == gone(comment, left, 0)
    assert await delete(api, eve, comment) == NO_COMMENT
    assert [entry.actor_id for entry in await rows(AuditEntry)] == [ada.id]


async def test_deleting_again_tells_nothing_of_a_post_out_of_sight(api: Api, make: Make) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    comment = await make.comment(bob, await make.post(ada))
    await delete(api, bob, comment)
    await make.block(ada, bob)
    assert await delete(api, bob, comment) == {
        "__typename": "DeleteCommentPayload",
        "deletedCommentId": comment.gid,
        "post": None,
    }


@pytest.mark.parametrize(
    ("role", "status", "may"),
    [
        (Role.USER, UserStatus.ACTIVE, False),
        (Role.MODERATOR, UserStatus.ACTIVE, True),
        (Role.ADMIN, UserStatus.ACTIVE, True),
        (Role.MODERATOR, UserStatus.SUSPENDED, False),
    ],
)
async def test_moderators_delete_any_comment_and_strangers_none(
    api: Api, make: Make, rows: Rows, role: Role, status: UserStatus, may: bool
) -> None:
    ada, person = await make.user("ada"), await make.user("person", role=role, status=status)
    comment = await make.comment(ada, await make.post(ada))
    answer = await delete(api, person, comment)
    assert answer["__typename"] == ("DeleteCommentPayload" if may else "NotAllowed")
    assert len(await rows(Comment)) == (0 if may else 1)


async def test_a_deletion_leaves_an_audit_row_without_words(api: Api, make: Make, rows: Rows) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    post = await make.post(ada)
    comment = await make.comment(bob, post)
    await delete(api, ada, comment)
    (entry,) = await rows(AuditEntry)
    assert (entry.event, entry.actor_id, entry.subject_id) == ("comment_deleted", ada.id, bob.id)
    assert entry.details == {"comment_id": comment.id, "post_id": post.id}
    assert entry.request_id == "test-request"
