"""createComment: where a comment stands, what it is counted in, and what may not be answered."""

import pytest

from db.models import Comment
from schema.nodes import global_id
from tests.api.comments import CREATE, DELETED, THREAD, delete, say
from tests.conftest import Api
from tests.factories import Make
from tests.rows import Rows

NO_POST = {"__typename": "NotFound", "message": "There is no such post."}
NO_PARENT = {
    "__typename": "InvalidInput",
    "message": "There is no such comment on this post.",
    "field": "parentId",
}


async def test_comments_on_a_post(api: Api, make: Make, rows: Rows) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    answer = await say(api, bob, await make.post(ada), "  Well said  ")
    assert answer["comment"] | {"id": None} == {
        "id": None,
        "text": "Well said",
        "depth": 0,
        "author": {"username": "bob"},
        "parent": None,
        "viewerCanDelete": True,
    }
    assert answer["commentEdge"]["node"] == {"text": "Well said"}
    assert answer["post"] == {"commentCount": 1, "comments": {"totalCount": 1}}
    assert [(row.text, row.author_id) for row in await rows(Comment)] == [("Well said", bob.id)]


async def test_replies_to_a_comment_and_counts_it_there(api: Api, make: Make) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    post = await make.post(ada)
    answer = await say(api, ada, post, "Thanks", await make.comment(bob, post))
    assert answer["comment"]["depth"] == 1
    assert answer["comment"]["parent"] == {"text": "Indeed", "replies": {"totalCount": 1}}
    assert answer["post"] == {"commentCount": 2, "comments": {"totalCount": 1}}


async def test_the_new_edge_s_cursor_fits_the_list_it_grows(api: Api, make: Make) -> None:
    ada = await make.user("ada")
    post = await make.post(ada)
    top = await say(api, ada, post, "first")
    reply = await say(api, ada, post, "reply to the first", top["comment"]["id"])
    second = await say(api, ada, post, "second")
    await say(api, ada, post, "reply to the second", second["comment"]["id"])
    after_top = await api(THREAD, viewer=ada, id=post.gid, after=top["commentEdge"]["cursor"])
    assert [edge["node"]["text"] for edge in after_top["comments"]["edges"]] == ["second"]
    after_reply = await api(THREAD, viewer=ada, id=post.gid, after=reply["commentEdge"]["cursor"])
    (edge,) = after_reply["comments"]["edges"]
    assert [below["node"]["text"] for below in edge["node"]["replies"]["edges"]] == ["reply to the second"]


async def test_takes_two_thousand_characters(api: Api, make: Make) -> None:
    ada = await make.user("ada")
    answer = await say(api, ada, await make.post(ada), " " + "ż" * 2000 + " ")
    assert answer["comment"]["text"] == "ż" * 2000


async def test_a_post_out_of_sight_and_a_post_that_is_not_there_are_refused_alike(api: Api, make: Make) -> None:
    ada, eve = await make.user("ada", private=True), await make.user("eve")
    post = await make.post(ada)
    comment = await make.comment(ada, post)
    for answer in (
        await say(api, eve, post),
        await say(api, eve, post, parent=comment),
        await say(api, eve, global_id("Post", post.id + 1)),
    ):
        assert answer == NO_POST


@pytest.mark.parametrize("field", ["postId", "parentId"])
@pytest.mark.parametrize("bad", ["", "nonsense", global_id("User", 1), global_id("Post", 2**53), "UG9zdDow"])
async def test_refuses_an_id_that_is_none_by_the_name_of_its_field(
    api: Api, make: Make, field: str, bad: str
) -> None:
    ada = await make.user("ada")
    ids = {"postId": (await make.post(ada)).gid, field: bad}
    answer = await api(CREATE, viewer=ada, input={**ids, "text": "Indeed"})
    assert (answer["__typename"], answer["field"]) == ("InvalidInput", field)


async def test_replies_only_to_comments_in_sight_on_that_post(api: Api, make: Make, rows: Rows) -> None:
    ada, bob, eve = await make.user("ada"), await make.user("bob"), await make.user("eve")
    post, other = await make.post(ada), await make.post(ada)
    elsewhere, hidden = await make.comment(bob, other), await make.comment(eve, post)
    await make.block(eve, bob)
    for parent in (elsewhere.gid, hidden.gid, global_id("Comment", post.id)):
        assert await say(api, bob, post, "Well", parent) == NO_PARENT
    assert len(await rows(Comment)) == 2


async def test_replies_go_eight_levels_deep(api: Api, make: Make) -> None:
    ada = await make.user("ada")
    post = await make.post(ada)
    parent = None
    for depth in range(9):
        answer = await say(api, ada, post, f"depth {depth}", parent)
        parent = answer["comment"]["id"]
        assert answer["comment"]["depth"] == depth
    refused = await say(api, ada, post, "too deep", parent)
    assert refused == {
        "__typename": "InvalidInput",
        "field": "parentId",
        "message": "Replies go 8 levels deep; reply to a comment above this one.",
    }


async def test_nobody_replies_to_a_tombstone(api: Api, make: Make) -> None:
    ada = await make.user("ada")
    post = await make.post(ada)
    parent = await make.comment(ada, post)
    await make.comment(ada, post, parent=parent)
    await delete(api, ada, parent)
    assert await say(api, ada, post, "Still there?", parent) == DELETED
