"""`acceptFollowRequest`, `rejectFollowRequest` and `removeFollower` through the API."""

import asyncpg
import pytest

from db.limits import FOLLOWING
from db.models import Follow, FollowRequest
from tests.conftest import Api, Refused
from tests.factories import Make
from tests.invariants import broken
from tests.rows import Rows

ACCEPT = """
mutation ($id: ID!) {
  acceptFollowRequest(input: {userId: $id}) {
    __typename
    ... on AcceptFollowRequestPayload {
      follower { username followsViewer followingCount }
      followerEdge { cursor node { username } }
    }
    ... on UserError { message }
  }
}
"""
REJECT = """
mutation ($id: ID!) {
  rejectFollowRequest(input: {userId: $id}) {
    __typename
    ... on RejectFollowRequestPayload { user { username followsViewer } }
    ... on UserError { message }
  }
}
"""
REMOVE = """
mutation ($id: ID!) {
  removeFollower(input: {userId: $id}) {
    __typename
    ... on RemoveFollowerPayload { user { username followsViewer viewerFollows followingCount } }
    ... on UserError { message }
  }
}
"""
MINE = """
{
  viewer {
    followerCount
    followers { totalCount edges { cursor node { username } } }
    followRequests { totalCount edges { node { username } } }
  }
}
"""
POSTS = "query ($name: SafeText!) { user(username: $name) { posts { edges { node { text } } } } }"
NO_REQUEST = {"__typename": "NotFound", "message": "There is no such request."}


async def test_an_accepted_request_becomes_a_follow(api: Api, make: Make, owner: asyncpg.Connection) -> None:
    ada, pia = await make.user("ada"), await make.user("pia", private=True)
    await make.post(pia, "For my followers")
    await make.follow_request(ada, pia)
    assert (await api(MINE, viewer=pia))["followRequests"] == {
        "totalCount": 1,
        "edges": [{"node": {"username": "ada"}}],
    }
    answer = await api(ACCEPT, viewer=pia, id=ada.gid)
    assert answer["follower"] == {"username": "ada", "followsViewer": True, "followingCount": 1}
    assert await api(MINE, viewer=pia) == {
        "followerCount": 1,
        "followers": {"totalCount": 1, "edges": [answer["followerEdge"]]},
        "followRequests": {"totalCount": 0, "edges": []},
    }
    shown = await api(POSTS, viewer=ada, name="pia")
    assert shown["posts"]["edges"] == [{"node": {"text": "For my followers"}}]
    assert await broken(owner) == {}


async def test_accepting_twice_is_harmless(api: Api, make: Make, owner: asyncpg.Connection) -> None:
    ada, pia = await make.user("ada"), await make.user("pia", private=True)
    await make.follow_request(ada, pia)
    first = await api(ACCEPT, viewer=pia, id=ada.gid)
    assert await api(ACCEPT, viewer=pia, id=ada.gid) == first | {"followerEdge": None}
    assert await broken(owner) == {}


async def test_a_request_beside_a_follow_just_goes(api: Api, make: Make, rows: Rows) -> None:
    ada, pia = await make.user("ada"), await make.user("pia", private=True)
    await make.follow(ada, pia)
    await make.follow_request(ada, pia)
    answer = await api(ACCEPT, viewer=pia, id=ada.gid)
    assert answer["followerEdge"] is None
    assert (len(await rows(Follow)), await rows(FollowRequest)) == (1, [])


async def test_a_rejected_request_leaves_nothing_and_may_be_made_again(
    api: Api, make: Make, rows: Rows, owner: asyncpg.Connection
) -> None:
    ada, pia = await make.user("ada"), await make.user("pia", private=True)
    await make.follow_request(ada, pia)
    answer = await api(REJECT, viewer=pia, id=ada.gid)
    assert answer["user"] == {"username": "ada", "followsViewer": False}
    assert await rows(Follow) == await rows(FollowRequest) == []
    assert await broken(owner) == {}
    assert await api(REJECT, viewer=pia, id=ada.gid) == NO_REQUEST


@pytest.mark.parametrize("document", [ACCEPT, REJECT])
async def test_where_nobody_asked_there_is_no_request(api: Api, make: Make, document: str) -> None:
    ada, pia, gus = await make.user("ada"), await make.user("pia", private=True), await make.user("gus")
    await make.follow_request(ada, pia)
    await make.follow_request(gus, pia)
    await make.suspend(gus)
    assert await api(document, viewer=pia, id=(await make.user("bob")).gid) == NO_REQUEST
    assert await api(document, viewer=ada, id=pia.gid) == NO_REQUEST
    assert await api(document, viewer=pia, id=pia.gid) == NO_REQUEST
    assert await api(document, viewer=pia, id=gus.gid) == NO_REQUEST


async def test_a_request_is_not_accepted_when_who_asked_follows_as_many_as_one_can(
    api: Api, make: Make, rows: Rows, owner: asyncpg.Connection
) -> None:
    ada, pia = await make.user("ada"), await make.user("pia", private=True)
    await make.follow_request(ada, pia)
    await owner.execute("UPDATE user_stats SET following_count = $2 WHERE user_id = $1", ada.id, FOLLOWING)
    answer = await api(ACCEPT, viewer=pia, id=ada.gid)
    assert answer == {"__typename": "Conflict", "message": "Nobody can follow more than 7,500 people."}
    assert (await rows(Follow), len(await rows(FollowRequest))) == ([], 1)


async def test_the_suspended_may_refuse_but_not_accept(api: Api, make: Make, rows: Rows) -> None:
    ada, pia = await make.user("ada"), await make.user("pia", private=True)
    await make.follow_request(ada, pia)
    pia = await make.suspend(pia)
    answer = await api(ACCEPT, viewer=pia, id=ada.gid)
    assert answer == {"__typename": "NotAllowed", "message": "Your account is suspended."}
    assert (await api(REJECT, viewer=pia, id=ada.gid))["__typename"] == "RejectFollowRequestPayload"
    assert await rows(Follow) == await rows(FollowRequest) == []


async def test_a_removed_follower_follows_no_longer_and_sees_no_longer(
    api: Api, make: Make, rows: Rows, owner: asyncpg.Connection
) -> None:
    ada, pia = await make.user("ada"), await make.user("pia", private=True)
    await make.post(pia, "For my followers")
    await make.follow(ada, pia)
    await make.follow(pia, ada)
    for _ in range(2):
        answer = await api(REMOVE, viewer=pia, id=ada.gid)
        assert answer["user"] == {
            "username": "ada",
            "followsViewer": False,
            "viewerFollows": True,
            "followingCount": 0,
        }
    assert [(row.follower_id, row.followee_id) for row in await rows(Follow)] == [(pia.id, ada.id)]
    assert (await api(POSTS, viewer=ada, name="pia"))["posts"]["edges"] == []
    assert await broken(owner) == {}


async def test_removing_a_follower_leaves_a_request_to_be_answered(api: Api, make: Make, rows: Rows) -> None:
    ada, pia = await make.user("ada"), await make.user("pia", private=True)
    await make.follow_request(ada, pia)
    await api(REMOVE, viewer=pia, id=ada.gid)
    assert len(await rows(FollowRequest)) == 1


async def test_a_follower_out_of_sight_is_not_there(api: Api, make: Make) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    await make.block(bob, ada)
    answer = await api(REMOVE, viewer=ada, id=bob.gid)
    assert answer == {"__typename": "NotFound", "message": "There is no such person."}


@pytest.mark.parametrize("document", [ACCEPT, REJECT, REMOVE])
async def test_refuses_the_anonymous(api: Api, make: Make, document: str) -> None:
    ada = await make.user("ada")
    with pytest.raises(Refused) as refused:
        await api(document, id=ada.gid)
    assert refused.value.code == "UNAUTHENTICATED"
