"""Likes through the API: harmless to repeat, and counted as often as they stand."""

import asyncio
import random
from typing import Any

import asyncpg
import pytest

from db.models import Like
from schema.context import Services
from schema.nodes import global_id
from server.app import open_services
from server.settings import Settings
from tests.conftest import Api, Refused
from tests.factories import Make, Person, Thing
from tests.invariants import broken
from tests.rows import Rows

LIKE = """
mutation ($id: ID!) {
  likePost(input: { postId: $id }) {
    __typename
    ... on LikePostPayload {
      post { likeCount viewerHasLiked likers { totalCount } }
      likerEdge { cursor node { username } }
    }
    ... on UserError { message }
    ... on InvalidInput { field }
  }
}
"""
UNLIKE = """
mutation ($id: ID!) {
  unlikePost(input: { postId: $id }) {
    __typename
    ... on UnlikePostPayload { post { likeCount viewerHasLiked likers { totalCount } } }
    ... on UserError { message }
    ... on InvalidInput { field }
  }
}
"""
LIKERS = """
query ($id: ID!, $after: String) {
  post(id: $id) { likers(after: $after) { totalCount edges { cursor node { username } } } }
}
"""
LIKED = """
query ($username: SafeText!, $after: String) {
  user(username: $username) { likedPosts(after: $after) { totalCount edges { cursor node { text } } } }
}
"""
NO_POST = {"__typename": "NotFound", "message": "There is no such post."}


def standing(count: int, *, mine: bool) -> dict[str, Any]:
    return {"likeCount": count, "viewerHasLiked": mine, "likers": {"totalCount": count}}


async def test_likes_once_however_often_it_is_said(api: Api, make: Make, rows: Rows) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    post = await make.post(ada)
    first = await api(LIKE, viewer=bob, id=post.gid)
    assert (first["post"], first["likerEdge"]["node"]) == (standing(1, mine=True), {"username": "bob"})
    again = await api(LIKE, viewer=bob, id=post.gid)
    assert (again["post"], again["likerEdge"]) == (standing(1, mine=True), None)
    assert [(row.post_id, row.user_id) for row in await rows(Like)] == [(post.id, bob.id)]


async def test_takes_a_like_back_once_however_often_it_is_said(api: Api, make: Make, rows: Rows) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    post = await make.post(ada)
    await make.like(ada, post)
    await make.like(bob, post)
    for _ in range(2):
        assert (await api(UNLIKE, viewer=bob, id=post.gid))["post"] == standing(1, mine=False)
    assert [row.user_id for row in await rows(Like)] == [ada.id]


async def test_one_may_like_one_s_own(api: Api, make: Make) -> None:
    ada = await make.user("ada")
    answer = await api(LIKE, viewer=ada, id=(await make.post(ada)).gid)
    assert answer["post"] == standing(1, mine=True)


async def test_the_suspended_like_nothing_but_may_take_likes_back(api: Api, make: Make, rows: Rows) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    liked, other = await make.post(ada), await make.post(ada)
    await make.like(bob, liked)
    bob = await make.suspend(bob)
    suspended = {"__typename": "NotAllowed", "message": "Your account is suspended."}
    assert await api(LIKE, viewer=bob, id=other.gid) == suspended
    assert (await api(UNLIKE, viewer=bob, id=liked.gid))["post"] == standing(0, mine=False)
    assert await rows(Like) == []


@pytest.mark.parametrize("document", [LIKE, UNLIKE])
async def test_posts_out_of_sight_and_not_there_are_refused_alike(api: Api, make: Make, document: str) -> None:
    ada, eve = await make.user("ada"), await make.user("eve")
    hidden = await make.post(ada, audience="FOLLOWERS")
    for post_id in (hidden.gid, global_id("Post", hidden.id + 1)):
        assert await api(document, viewer=eve, id=post_id) == NO_POST


@pytest.mark.parametrize("document", [LIKE, UNLIKE])
async def test_refuses_what_is_not_the_id_of_a_post(api: Api, make: Make, document: str) -> None:
    ada = await make.user("ada")
    for bad in ("", "nonsense", ada.gid):
        assert await api(document, viewer=ada, id=bad) == {
            "__typename": "InvalidInput",
            "field": "postId",
            "message": "This is not the id of a Post.",
        }


@pytest.mark.parametrize("document", [LIKE, UNLIKE])
async def test_refuses_the_anonymous(api: Api, document: str) -> None:
    with pytest.raises(Refused) as refused:
        await api(document, id="")
    assert refused.value.code == "UNAUTHENTICATED"


async def test_likers_are_newest_first_and_the_new_edge_fits_among_them(api: Api, make: Make) -> None:
    ada = await make.user("ada")
    post = await make.post(ada)
    cursors = {}
    for name in ("bob", "eve", "joe"):
        answer = await api(LIKE, viewer=await make.user(name), id=post.gid)
        cursors[name] = answer["likerEdge"]["cursor"]
    listed = await api(LIKERS, id=post.gid)
    expected = [{"cursor": cursors[name], "node": {"username": name}} for name in ("joe", "eve", "bob")]
    assert listed == {"likers": {"totalCount": 3, "edges": expected}}
    after = await api(LIKERS, id=post.gid, after=cursors["joe"])
    assert after["likers"]["edges"] == expected[1:]


async def test_a_liker_out_of_sight_counts_but_is_not_shown(api: Api, make: Make) -> None:
    ada, bob, eve = await make.user("ada"), await make.user("bob"), await make.user("eve")
    post = await make.post(ada)
    await make.like(bob, post)
    await make.like(eve, post)
    await make.block(eve, ada)
    listed = (await api(LIKERS, viewer=ada, id=post.gid))["likers"]
    assert (listed["totalCount"], [edge["node"] for edge in listed["edges"]]) == (2, [{"username": "bob"}])


async def test_liked_posts_are_one_s_own_affair_newest_like_first(api: Api, make: Make) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    first, second = await make.post(ada, "first"), await make.post(ada, "second")
    await make.like(bob, second)
    await make.like(bob, first)
    listed = (await api(LIKED, viewer=bob, username="bob"))["likedPosts"]
    assert (listed["totalCount"], [edge["node"]["text"] for edge in listed["edges"]]) == (2, ["first", "second"])
    after = await api(LIKED, viewer=bob, username="bob", after=listed["edges"][0]["cursor"])
    assert after["likedPosts"]["edges"] == listed["edges"][1:]
    for person in (ada, None):
        assert await api(LIKED, viewer=person, username="bob") == {"likedPosts": None}


@pytest.mark.storm
async def test_thirty_two_clients_at_five_posts_leave_every_counter_right(
    services: Services, settings: Settings, make: Make, owner: "asyncpg.Connection[Any]"
) -> None:
    ada = await make.user("ada")
    posts = [await make.post(ada) for _ in range(5)]
    people = [await make.user() for _ in range(8)]
    async with open_services(settings.model_copy(update={"database_pool_size": 32})) as wide:
        api = Api(wide)

        async def done(deed: str, person: Person, post: Thing) -> str:
            while True:
                try:
                    return str((await api(deed, viewer=person, id=post.gid))["__typename"])
                except Refused as refused:
                    # What a client is told on a machine too slow for all of them: try again.
                    if refused.code != "UNAVAILABLE":
                        raise

        async def client(number: int) -> set[str]:
            chance = random.Random(number)
            deeds = [(chance.choice((LIKE, LIKE, UNLIKE)), chance.choice(posts)) for _ in range(8)]
            person = people[number % len(people)]
            return {await done(deed, person, post) for deed, post in deeds}

        answers = await asyncio.gather(*(client(number) for number in range(32)))
    assert set[str]().union(*answers) == {"LikePostPayload", "UnlikePostPayload"}
    assert await broken(owner) == {}
