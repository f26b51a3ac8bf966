"""Comments: what creating, changing and deleting refuse alike."""

import pytest

from db.buckets import Charge, Limit
from db.models import Comment
from schema.context import Services
from schema.nodes import global_id
from tests.api.comments import CREATE, DELETE, NO_COMMENT, UPDATE, delete, gone, say
from tests.conftest import Api, Refused
from tests.factories import Make
from tests.rows import Rows

SUSPENDED = {"__typename": "NotAllowed", "message": "Your account is suspended."}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Write something."),
        (" \n ", "Write something."),
        ("\u3164\u200b", "Write something."),
        ("x" * 2001, "Write at most 2000 characters."),
    ],
)
async def test_refuses_text_that_is_blank_or_too_long(
    api: Api, make: Make, rows: Rows, text: str, message: str
) -> None:
    ada = await make.user("ada")
    post = await make.post(ada)
    refused = {"__typename": "InvalidInput", "message": message, "field": "text"}
    assert await say(api, ada, post, text) == refused
    assert await rows(Comment) == []
    comment = await make.comment(ada, post)
    assert await api(UPDATE, viewer=ada, id=comment.gid, text=text) == refused
    assert [(row.text, row.edited_at) for row in await rows(Comment)] == [("Indeed", None)]


async def test_the_suspended_neither_say_nor_change_anything_but_may_delete_their_own(
    api: Api, make: Make, rows: Rows
) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    post = await make.post(ada)
    comment = await make.comment(bob, post)
    bob = await make.suspend(bob)
    assert await say(api, bob, post) == SUSPENDED
    assert await api(UPDATE, viewer=bob, id=comment.gid, text="Other") == SUSPENDED
    assert [row.text for row in await rows(Comment)] == ["Indeed"]
    assert await delete(api, bob, comment) == gone(comment, 0, 0)
    assert await rows(Comment) == []


async def test_the_anonymous_are_told_to_sign_in(api: Api, make: Make) -> None:
    ada = await make.user("ada")
    comment = await make.comment(ada, await make.post(ada))
    for asked in (
        api(CREATE, input={"postId": "", "text": ""}),
        api(UPDATE, id=comment.gid, text="Other"),
        api(DELETE, id=comment.gid),
    ):
        with pytest.raises(Refused) as refused:
            await asked
        assert refused.value.code == "UNAUTHENTICATED"


async def test_comments_out_of_sight_and_not_there_are_refused_alike(api: Api, make: Make) -> None:
    ada, bob, eve = await make.user("ada", private=True), await make.user("bob"), await make.user("eve")
    await make.follow(bob, ada)
    hidden = await make.comment(bob, await make.post(ada))
    for comment_id in (hidden.gid, global_id("Comment", hidden.id + 1)):
        assert await api(UPDATE, viewer=eve, id=comment_id, text="Mine") == NO_COMMENT
        assert await delete(api, eve, comment_id) == NO_COMMENT


@pytest.mark.parametrize("bad", ["", "nonsense", global_id("Post", 1)])
async def test_changing_and_deleting_need_the_id_of_a_comment(api: Api, make: Make, bad: str) -> None:
    ada = await make.user("ada")
    for answer in (await api(UPDATE, viewer=ada, id=bad, text="Other"), await delete(api, ada, bad)):
        assert answer == {
            "__typename": "InvalidInput",
            "message": "This is not the id of a Comment.",
            "field": "commentId",
        }


@pytest.mark.usefixtures("no_time_passes")
async def test_comments_have_a_limit_of_their_own(services: Services, api: Api, make: Make, rows: Rows) -> None:
    ada = await make.user("ada")
    post = await make.post(ada)
    comment = await make.comment(ada, post)
    charge = Charge(f"comment:user:{ada.id}", Limit.parse("60/5m"))
    assert all([(await services.buckets.take([charge])).allowed for _ in range(60)])
    for asked in (
        say(api, ada, post),
        api(UPDATE, viewer=ada, id=comment.gid, text="Other"),
        delete(api, ada, comment),
    ):
        with pytest.raises(Refused) as refused:
            await asked
        assert refused.value.code == "RATE_LIMITED"
    assert [row.text for row in await rows(Comment)] == ["Indeed"]
