"""`block` and `unblock` through the API."""

from typing import Any

import asyncpg
import pytest

from db.models import Block, Comment, Follow, FollowRequest, Like, UserStatus
from schema.nodes import global_id
from tests.conftest import Api, Refused
from tests.factories import Make, Person, Thing
from tests.invariants import broken
from tests.rows import Rows

BLOCK = """
mutation ($id: ID!) {
  block(input: {userId: $id}) {
    __typename
    ... on BlockPayload {
      user {
        username viewerBlocks viewerFollows followsViewer viewerHasRequestedFollow followerCount followingCount
        posts { edges { node { text } } } followers { edges { node { username } } }
      }
    }
    ... on UserError { message }
    ... on InvalidInput { field }
  }
}
"""
UNBLOCK = """
mutation ($id: ID!) {
  unblock(input: {userId: $id}) {
    __typename
    ... on UnblockPayload { user { username viewerBlocks posts { edges { node { text } } } } }
    ... on UserError { message }
    ... on InvalidInput { field }
  }
}
"""
# Every way to a person and what they said.
SIGHT = """
query ($name: SafeText!, $user: ID!, $post: ID!, $comment: ID!) {
  user(username: $name) { id }
  node(id: $user) { id }
  post(id: $post) { id }
  nodes(ids: [$post, $comment]) { id }
  homeFeed { edges { node { id } } }
  publicFeed { edges { node { id } } }
  searchUsers(query: $name) { edges { node { id } } }
  searchPosts(query: $name) { edges { node { id } } }
}
"""
NOTHING: dict[str, Any] = {
    "user": None,
    "node": None,
    "post": None,
    "nodes": [None, None],
    "searchUsers": {"edges": []},
    "searchPosts": {"edges": []},
}
MEMBERS = """
query ($id: ID!) {
  post(id: $id) {
    likeCount likers { totalCount edges { node { username } } }
    commentCount comments { edges { node { text } } }
    author { followerCount followers { edges { node { username } } } following { edges { node { username } } } }
  }
}
"""
NO_SUCH_PERSON = {"__typename": "NotFound", "message": "There is no such person."}


async def test_a_block_ends_all_that_bound_the_two(
    api: Api, make: Make, rows: Rows, owner: asyncpg.Connection
) -> None:
    ada, eve, bob = await make.user("ada"), await make.user("eve"), await make.user("bob")
    mine, other, gone = await make.post(ada), await make.post(ada), await make.post(ada)
    hers, his = await make.post(eve, "Eve speaks"), await make.post(bob)
    await make.follow(ada, eve)
    await make.follow(eve, ada)
    await make.follow(bob, eve)
    for person, post in [(eve, mine), (eve, other), (eve, gone), (eve, his), (bob, mine), (ada, hers)]:
        await make.like(person, post)
    for person, post in [(eve, mine), (eve, his), (bob, mine), (ada, hers)]:
        await make.comment(person, post)
    await _tombstone(owner, gone, ada)

    assert (await api(BLOCK, viewer=ada, id=eve.gid))["user"] == {
        "username": "eve",
        "viewerBlocks": True,
        "viewerFollows": False,
        "followsViewer": False,
        "viewerHasRequestedFollow": False,
        "followerCount": 1,
        "followingCount": 0,
        "posts": {"edges": []},
        "followers": {"edges": []},
    }
    assert [(row.blocker_id, row.blocked_id) for row in await rows(Block)] == [(ada.id, eve.id)]
    assert [(row.follower_id, row.followee_id) for row in await rows(Follow)] == [(bob.id, eve.id)]
    left = {(row.user_id, row.post_id) for row in await rows(Like)}
    assert left == {(eve.id, his.id), (bob.id, mine.id), (ada.id, hers.id)}
    assert {(row.author_id, row.post_id) for row in await rows(Comment)} == left
    assert await broken(owner) == {}


@pytest.mark.parametrize("who_asks", ["blocker", "blocked"])
async def test_a_block_ends_requests_both_ways(
    api: Api, make: Make, rows: Rows, owner: asyncpg.Connection, who_asks: str
) -> None:
    ada, eve = await make.user("ada", private=True), await make.user("eve", private=True)
    await (make.follow_request(ada, eve) if who_asks == "blocker" else make.follow_request(eve, ada))
    await api(BLOCK, viewer=ada, id=eve.gid)
    assert await rows(FollowRequest) == []
    assert await broken(owner) == {}


async def test_neither_sees_the_other_by_any_way(api: Api, make: Make) -> None:
    ada, eve = await make.user("ada"), await make.user("eve")
    post = {person: await make.post(person, f"{person.username} speaks") for person in (ada, eve)}
    comment = {person: await make.comment(person, post[person]) for person in (ada, eve)}
    await make.follow(ada, eve)
    await make.follow(eve, ada)

    async def seen(viewer: Person, other: Person) -> Any:
        ids = {"user": other.gid, "post": post[other].gid, "comment": comment[other].gid}
        return await api(SIGHT, viewer=viewer, name=other.username, **ids)

    before = await seen(eve, ada)
    assert before["nodes"] == [{"id": post[ada].gid}, {"id": comment[ada].gid}]
    assert before["homeFeed"] == {"edges": [{"node": {"id": post[eve].gid}}, {"node": {"id": post[ada].gid}}]}
    assert before["searchUsers"] == {"edges": [{"node": {"id": ada.gid}}]}
    assert before["searchPosts"] == {"edges": [{"node": {"id": post[ada].gid}}]}

    await api(BLOCK, viewer=ada, id=eve.gid)
    for viewer, other in [(ada, eve), (eve, ada)]:
        one_s_own = {"edges": [{"node": {"id": post[viewer].gid}}]}
        assert await seen(viewer, other) == NOTHING | {"homeFeed": one_s_own, "publicFeed": one_s_own}


async def test_the_two_are_missing_from_each_others_lists_while_counts_stay(api: Api, make: Make) -> None:
    ada, eve, bob = await make.user("ada"), await make.user("eve"), await make.user("bob")
    post = await make.post(bob)
    for person in (ada, eve):
        await make.like(person, post)
        await make.comment(person, post, f"{person.username} thinks so")
        await make.follow(person, bob)
        await make.follow(bob, person)
    await api(BLOCK, viewer=ada, id=eve.gid)
    for looking in (ada, eve):
        just_me = {"edges": [{"node": {"username": looking.username}}]}
        assert await api(MEMBERS, viewer=looking, id=post.gid) == {
            "likeCount": 2,
            "likers": {"totalCount": 2, **just_me},
            "commentCount": 2,
            "comments": {"edges": [{"node": {"text": f"{looking.username} thinks so"}}]},
            "author": {"followerCount": 2, "followers": just_me, "following": just_me},
        }
    everyone = await api(MEMBERS, viewer=bob, id=post.gid)
    assert [edge["node"]["username"] for edge in everyone["likers"]["edges"]] == ["eve", "ada"]


async def test_blocking_twice_is_harmless_and_shows_them_no_more(api: Api, make: Make, rows: Rows) -> None:
    ada, eve = await make.user("ada"), await make.user("eve")
    await api(BLOCK, viewer=ada, id=eve.gid)
    assert await api(BLOCK, viewer=ada, id=eve.gid) == {"__typename": "BlockPayload", "user": None}
    assert len(await rows(Block)) == 1


async def test_nobody_blocks_themselves(api: Api, make: Make, rows: Rows) -> None:
    ada = await make.user("ada")
    assert await api(BLOCK, viewer=ada, id=ada.gid) == {
        "__typename": "InvalidInput",
        "field": "userId",
        "message": "You cannot block yourself.",
    }
    assert await rows(Block) == []


@pytest.mark.parametrize("document", [BLOCK, UNBLOCK])
async def test_whoever_is_out_of_sight_is_not_there(api: Api, make: Make, rows: Rows, document: str) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    await make.block(bob, ada)
    suspended = await make.user("sue", status=UserStatus.SUSPENDED)
    deleted = await make.user("dee", status=UserStatus.DELETED)
    for target in (bob.gid, suspended.gid, deleted.gid, global_id("User", 1)):
        assert await api(document, viewer=ada, id=target) == NO_SUCH_PERSON
    assert [row.blocker_id for row in await rows(Block)] == [bob.id]


async def test_the_suspended_may_block_and_unblock(api: Api, make: Make, rows: Rows) -> None:
    ada, eve = await make.user("ada"), await make.user("eve")
    ada = await make.suspend(ada)
    assert (await api(BLOCK, viewer=ada, id=eve.gid))["user"]["viewerBlocks"] is True
    assert (await api(UNBLOCK, viewer=ada, id=eve.gid))["user"]["viewerBlocks"] is False
    assert await rows(Block) == []


async def test_an_unblocked_person_is_seen_again_but_follows_no_longer(api: Api, make: Make, rows: Rows) -> None:
    ada, eve = await make.user("ada"), await make.user("eve")
    await make.post(eve, "Back again")
    await make.follow(ada, eve)
    await api(BLOCK, viewer=ada, id=eve.gid)
    for _ in range(2):
        assert (await api(UNBLOCK, viewer=ada, id=eve.gid))["user"] == {
            "username": "eve",
            "viewerBlocks": False,
            "posts": {"edges": [{"node": {"text": "Back again"}}]},
        }
    assert await rows(Block) == await rows(Follow) == []


@pytest.mark.parametrize("why", ["they block, too", "suspended"])
async def test_an_unblocked_person_may_stay_out_of_sight(api: Api, make: Make, rows: Rows, why: str) -> None:
    ada, eve = await make.user("ada"), await make.user("eve")
    await make.block(ada, eve)
    await (make.suspend(eve) if why == "suspended" else make.block(eve, ada))
    assert await api(UNBLOCK, viewer=ada, id=eve.gid) == {"__typename": "UnblockPayload", "user": None}
    assert [row.blocker_id for row in await rows(Block) if row.blocker_id == ada.id] == []
    assert await api(UNBLOCK, viewer=ada, id=eve.gid) == NO_SUCH_PERSON


@pytest.mark.parametrize("document", [BLOCK, UNBLOCK])
async def test_refuses_the_anonymous(api: Api, make: Make, document: str) -> None:
    ada = await make.user("ada")
    with pytest.raises(Refused) as refused:
        await api(document, id=ada.gid)
    assert refused.value.code == "UNAUTHENTICATED"


async def _tombstone(owner: asyncpg.Connection, post: Thing, author: Person) -> None:
    await owner.execute("UPDATE posts SET deleted_at = now() WHERE id = $1", post.id)
    await owner.execute("UPDATE user_stats SET post_count = post_count - 1 WHERE user_id = $1", author.id)
