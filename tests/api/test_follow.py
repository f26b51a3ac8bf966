"""`follow` and `unfollow` through the API."""

from typing import Any

import asyncpg
import pytest

from db.limits import FOLLOWING
from db.models import Follow, FollowRequest, UserStatus
from schema.nodes import global_id
from tests.conftest import Api, Refused
from tests.factories import Make, Person
from tests.invariants import broken
from tests.rows import Rows

PERSON = """
fragment Person on User {
  username followerCount followingCount viewerFollows viewerHasRequestedFollow followsViewer
}
"""
FOLLOW = PERSON + (
    """
mutation ($id: ID!) {
  follow(input: {userId: $id}) {
    __typename
    ... on FollowPayload { user { ...Person } followingEdge { cursor node { username } } }
    ... on UserError { message }
    ... on InvalidInput { field }
  }
}
"""
)
UNFOLLOW = PERSON + (
    """
mutation ($id: ID!) {
  unfollow(input: {userId: $id}) {
    __typename
    ... on UnfollowPayload { user { ...Person } }
    ... on UserError { message }
    ... on InvalidInput { field }
  }
}
"""
)
LISTS = """
query ($name: SafeText!, $after: String) {
  user(username: $name) {
    followerCount followingCount
    followers(after: $after) { totalCount edges { cursor node { username } } }
    following(after: $after) { totalCount edges { cursor node { username } } }
    posts { totalCount edges { node { text } } }
  }
}
"""
NO_SUCH_PERSON = {"__typename": "NotFound", "message": "There is no such person."}


def person(username: str, **differing: Any) -> dict[str, Any]:
    stranger = {
        "username": username,
        "followerCount": 0,
        "followingCount": 0,
        "viewerFollows": False,
        "viewerHasRequestedFollow": False,
        "followsViewer": False,
    }
    return stranger | differing


async def test_follows_a_public_account_and_gives_its_place_in_the_list(
    api: Api, make: Make, rows: Rows, owner: asyncpg.Connection
) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    answer = await api(FOLLOW, viewer=ada, id=bob.gid)
    assert answer["user"] == person("bob", followerCount=1, viewerFollows=True)
    assert answer["followingEdge"]["node"] == {"username": "bob"}
    assert [(row.follower_id, row.followee_id) for row in await rows(Follow)] == [(ada.id, bob.id)]
    listed = await api(LISTS, name="ada")
    assert listed["following"] == {"totalCount": 1, "edges": [answer["followingEdge"]]}
    assert await broken(owner) == {}


async def test_one_cursor_fits_both_lists_that_a_follow_stands_in(api: Api, make: Make) -> None:
    ada, bob, eve = await make.user("ada"), await make.user("bob"), await make.user("eve")
    await api(FOLLOW, viewer=ada, id=bob.gid)
    edge = (await api(FOLLOW, viewer=eve, id=bob.gid))["followingEdge"]
    older = await api(LISTS, name="bob", after=edge["cursor"])
    assert [each["node"]["username"] for each in older["followers"]["edges"]] == ["ada"]
    assert (await api(LISTS, name="eve", after=edge["cursor"]))["following"]["edges"] == []


async def test_asks_a_private_account_and_shows_nothing_of_it_yet(
    api: Api, make: Make, rows: Rows, owner: asyncpg.Connection
) -> None:
    ada, pia = await make.user("ada"), await make.user("pia", private=True)
    await make.post(pia, "For my followers")
    await make.follow(await make.user("bob"), pia)
    answer = await api(FOLLOW, viewer=ada, id=pia.gid)
    assert answer["user"] == person("pia", followerCount=1, viewerHasRequestedFollow=True)
    assert answer["followingEdge"] is None
    assert [(row.requester_id, row.target_id) for row in await rows(FollowRequest)] == [(ada.id, pia.id)]
    assert len(await rows(Follow)) == 1
    assert await api(LISTS, viewer=ada, name="pia") == {
        "followerCount": 1,
        "followingCount": 0,
        "followers": {"totalCount": 1, "edges": []},
        "following": {"totalCount": 0, "edges": []},
        "posts": {"totalCount": 1, "edges": []},
    }
    assert await broken(owner) == {}


async def test_following_twice_is_harmless(api: Api, make: Make, owner: asyncpg.Connection) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    await api(FOLLOW, viewer=ada, id=bob.gid)
    again = await api(FOLLOW, viewer=ada, id=bob.gid)
    assert again["user"] == person("bob", followerCount=1, viewerFollows=True)
    assert again["followingEdge"] is None
    assert await broken(owner) == {}


async def test_asking_twice_is_harmless(api: Api, make: Make, owner: asyncpg.Connection) -> None:
    ada, pia = await make.user("ada"), await make.user("pia", private=True)
    first = await api(FOLLOW, viewer=ada, id=pia.gid)
    assert await api(FOLLOW, viewer=ada, id=pia.gid) == first
    assert await broken(owner) == {}


async def test_a_follower_of_a_private_account_does_not_ask_again(api: Api, make: Make, rows: Rows) -> None:
    ada, pia = await make.user("ada"), await make.user("pia", private=True)
    await make.follow(ada, pia)
    answer = await api(FOLLOW, viewer=ada, id=pia.gid)
    assert answer["user"] == person("pia", followerCount=1, viewerFollows=True)
    assert answer["followingEdge"] is None
    assert await rows(FollowRequest) == []


async def test_following_an_account_that_turned_public_ends_the_request(
    api: Api, make: Make, rows: Rows, owner: asyncpg.Connection
) -> None:
    ada, pia = await make.user("ada"), await make.user("pia")
    await make.follow_request(ada, pia)
    answer = await api(FOLLOW, viewer=ada, id=pia.gid)
    assert answer["user"] == person("pia", followerCount=1, viewerFollows=True)
    assert await rows(FollowRequest) == []
    assert await broken(owner) == {}


async def test_nobody_follows_themselves(api: Api, make: Make, rows: Rows) -> None:
    ada = await make.user("ada")
    assert await api(FOLLOW, viewer=ada, id=ada.gid) == {
        "__typename": "InvalidInput",
        "field": "userId",
        "message": "You cannot follow yourself.",
    }
    assert await rows(Follow) == []


@pytest.mark.parametrize("document", [FOLLOW, UNFOLLOW])
@pytest.mark.parametrize("why", ["blocked", "blocking", "suspended", "deleted", "absent", "a post's"])
async def test_whoever_is_out_of_sight_is_not_there(
    api: Api, make: Make, rows: Rows, document: str, why: str
) -> None:
    ada = await make.user("ada")
    target = await _out_of_sight(make, ada, why)
    answer = await api(document, viewer=ada, id=target)
    if why == "a post's":
        assert (answer["__typename"], answer["field"]) == ("InvalidInput", "userId")
    else:
        assert answer == NO_SUCH_PERSON
    assert await rows(Follow) == await rows(FollowRequest) == []


async def test_the_suspended_may_let_go_but_not_follow(
    api: Api, make: Make, rows: Rows, owner: asyncpg.Connection
) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    await make.follow(ada, bob)
    ada = await make.suspend(ada)
    refusal = {"__typename": "NotAllowed", "message": "Your account is suspended."}
    assert await api(FOLLOW, viewer=ada, id=bob.gid) == refusal
    assert (await api(UNFOLLOW, viewer=ada, id=bob.gid))["__typename"] == "UnfollowPayload"
    assert await rows(Follow) == []
    assert await broken(owner) == {}


@pytest.mark.parametrize("private", [False, True])
async def test_nobody_follows_more_than_the_limit(
    api: Api, make: Make, rows: Rows, owner: asyncpg.Connection, private: bool
) -> None:
    ada, bob = await make.user("ada"), await make.user("bob", private=private)
    await _follows_so_many(owner, ada, FOLLOWING)
    answer = await api(FOLLOW, viewer=ada, id=bob.gid)
    assert answer["__typename"] == "Conflict"
    assert "7,500" in answer["message"]
    assert await rows(Follow) == await rows(FollowRequest) == []
    await _follows_so_many(owner, ada, FOLLOWING - 1)
    assert (await api(FOLLOW, viewer=ada, id=bob.gid))["__typename"] == "FollowPayload"


async def test_unfollows_and_counts_it_once(api: Api, make: Make, rows: Rows, owner: asyncpg.Connection) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    await make.follow(ada, bob)
    await make.follow(bob, ada)
    for _ in range(2):
        answer = await api(UNFOLLOW, viewer=ada, id=bob.gid)
        assert answer["user"] == person("bob", followingCount=1, followsViewer=True)
    assert [(row.follower_id, row.followee_id) for row in await rows(Follow)] == [(bob.id, ada.id)]
    assert await broken(owner) == {}


async def test_unfollowing_takes_a_request_back(
    api: Api, make: Make, rows: Rows, owner: asyncpg.Connection
) -> None:
    ada, pia = await make.user("ada"), await make.user("pia", private=True)
    await make.follow_request(ada, pia)
    assert (await api(UNFOLLOW, viewer=ada, id=pia.gid))["user"] == person("pia")
    assert await rows(FollowRequest) == []
    assert await broken(owner) == {}


@pytest.mark.parametrize("document", [FOLLOW, UNFOLLOW])
async def test_refuses_the_anonymous(api: Api, make: Make, document: str) -> None:
    ada = await make.user("ada")
    with pytest.raises(Refused) as refused:
        await api(document, id=ada.gid)
    assert refused.value.code == "UNAUTHENTICATED"


@pytest.mark.usefixtures("no_time_passes")
async def test_follows_and_unfollows_share_one_limit(api: Api, make: Make) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    for _ in range(60):
        await api(FOLLOW, viewer=ada, id=bob.gid)
        await api(UNFOLLOW, viewer=ada, id=bob.gid)
    for document in (FOLLOW, UNFOLLOW):
        with pytest.raises(Refused) as refused:
            await api(document, viewer=ada, id=bob.gid)
        assert refused.value.code == "RATE_LIMITED"


async def _out_of_sight(make: Make, ada: Person, why: str) -> str:
    if why == "absent":
        return global_id("User", 1)
    if why == "a post's":
        return (await make.post(ada)).gid
    statuses = {"suspended": UserStatus.SUSPENDED, "deleted": UserStatus.DELETED}
    bob = await make.user("bob", status=statuses.get(why, UserStatus.ACTIVE))
    if why == "blocked":
        await make.block(bob, ada)
    if why == "blocking":
        await make.block(ada, bob)
    return bob.gid


async def _follows_so_many(owner: asyncpg.Connection, whoever: Person, count: int) -> None:
    await owner.execute("UPDATE user_stats SET following_count = $2 WHERE user_id = $1", whoever.id, count)
