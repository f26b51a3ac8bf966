"""Posts: what creating, changing and deleting refuse alike."""

import pytest

from db.models import Post
from schema.nodes import global_id
from tests.api.posts import CREATE, DELETE, NO_POST, UPDATE, create, update
from tests.conftest import Api, Refused
from tests.factories import Make
from tests.rows import Rows


async def test_refuses_the_anonymous(api: Api) -> None:
    for asked in (api(CREATE, input={"text": "Hi"}), api(UPDATE, input={"postId": ""}), api(DELETE, id="")):
        with pytest.raises(Refused) as refused:
            await asked
        assert refused.value.code == "UNAUTHENTICATED"


async def test_refuses_the_suspended_but_lets_them_delete_their_own(api: Api, make: Make, rows: Rows) -> None:
    ada = await make.user("ada")
    post = await make.post(ada)
    ada = await make.suspend(ada)
    suspended = {"__typename": "NotAllowed", "message": "Your account is suspended."}
    assert await create(api, ada) == suspended
    assert await update(api, ada, post, text="Other") == suspended
    assert [row.text for row in await rows(Post)] == ["Hello"]
    assert (await api(DELETE, viewer=ada, id=post.gid))["deletedPostId"] == post.gid


async def test_posts_out_of_sight_and_not_there_are_refused_alike(api: Api, make: Make) -> None:
    ada, eve = await make.user("ada", private=True), await make.user("eve")
    hidden = await make.post(ada)
    for post_id in (hidden.gid, global_id("Post", hidden.id + 1)):
        assert await update(api, eve, post_id, text="Other") == NO_POST
        assert await api(DELETE, viewer=eve, id=post_id) == NO_POST


@pytest.mark.parametrize("bad", ["", "nonsense", "UG9zdDow", "UG9zdDox=", global_id("User", 1)])
async def test_a_bad_id_is_told_by_the_name_of_its_field_or_argument(api: Api, make: Make, bad: str) -> None:
    ada = await make.user("ada")
    for answer in (await update(api, ada, bad, text="Other"), await api(DELETE, viewer=ada, id=bad)):
        assert answer == {
            "__typename": "InvalidInput",
            "field": "postId",
            "message": "This is not the id of a Post.",
        }
    with pytest.raises(Refused) as refused:
        await api("query ($id: ID!) { post(id: $id) { id } }", viewer=ada, id=bad)
    assert refused.value.extensions == {"code": "BAD_USER_INPUT", "argument": "id"}
