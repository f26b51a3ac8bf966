"""`mute` and `unmute` through the API."""

from datetime import UTC, datetime, timedelta

import pytest

from db.models import Mute, UserStatus
from schema.nodes import global_id
from tests.conftest import Api, Refused
from tests.factories import Make
from tests.rows import Rows

MUTE = """
mutation ($id: ID!, $until: DateTime) {
  mute(input: {userId: $id, until: $until}) {
    __typename
    ... on MutePayload { user { username viewerMutes } }
    ... on UserError { message }
    ... on InvalidInput { field }
  }
}
"""
UNMUTE = """
mutation ($id: ID!) {
  unmute(input: {userId: $id}) {
    __typename
    ... on UnmutePayload { user { username viewerMutes } }
    ... on UserError { message }
  }
}
"""
SIGHT = """
query ($name: SafeText!, $user: ID!, $post: ID!) {
  user(username: $name) { viewerMutes posts { edges { node { id } } } }
  node(id: $user) { id }
  post(id: $post) { id }
  homeFeed { edges { node { id } } }
  publicFeed { edges { node { id } } }
  searchUsers(query: $name) { edges { node { id } } }
  searchPosts(query: "speaks") { edges { node { id } } }
}
"""
NO_SUCH_PERSON = {"__typename": "NotFound", "message": "There is no such person."}
MUTED = {"__typename": "MutePayload", "user": {"username": "bob", "viewerMutes": True}}
NOT_MUTED = {"__typename": "UnmutePayload", "user": {"username": "bob", "viewerMutes": False}}


async def test_a_mute_hides_from_feeds_and_from_nothing_else(api: Api, make: Make) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    post = await make.post(bob, "Bob speaks")
    await make.follow(ada, bob)
    names = {"name": "bob", "user": bob.gid, "post": post.gid}
    his = {"edges": [{"node": {"id": post.gid}}]}
    before = await api(SIGHT, viewer=ada, **names)
    assert (before["homeFeed"], before["publicFeed"]) == (his, his)

    assert await api(MUTE, viewer=ada, id=bob.gid) == MUTED
    assert await api(SIGHT, viewer=ada, **names) == {
        "user": {"viewerMutes": True, "posts": his},
        "node": {"id": bob.gid},
        "post": {"id": post.gid},
        "homeFeed": {"edges": []},
        "publicFeed": {"edges": []},
        "searchUsers": {"edges": [{"node": {"id": bob.gid}}]},
        "searchPosts": his,
    }

    assert await api(UNMUTE, viewer=ada, id=bob.gid) == NOT_MUTED
    assert await api(SIGHT, viewer=ada, **names) == before


async def test_the_muted_are_not_told(api: Api, make: Make) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    names = {"name": "ada", "user": ada.gid, "post": (await make.post(ada, "Ada speaks")).gid}
    before = await api(SIGHT, viewer=bob, **names)
    await api(MUTE, viewer=ada, id=bob.gid)
    assert await api(SIGHT, viewer=bob, **names) == before


@pytest.mark.parametrize(
    ("until", "stored"),
    [
        ("9999-12-31T23:59:59Z", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("2100-01-01T01:30:00+01:30", datetime(2100, 1, 1, tzinfo=UTC)),
        (None, None),
    ],
)
async def test_a_mute_lasts_until_the_moment_given(
    api: Api, make: Make, rows: Rows, until: str | None, stored: datetime | None
) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    assert await api(MUTE, viewer=ada, id=bob.gid, until=until) == MUTED
    assert [(row.muter_id, row.muted_id, row.expires_at) for row in await rows(Mute)] == [(ada.id, bob.id, stored)]


async def test_a_later_word_replaces_an_earlier_one(api: Api, make: Make, rows: Rows) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    for until in ("2100-01-01T00:00:00Z", "2050-01-01T00:00:00Z", None):
        assert await api(MUTE, viewer=ada, id=bob.gid, until=until) == MUTED
        [row] = await rows(Mute)
        assert row.expires_at == (until and datetime.fromisoformat(until))


async def test_a_mute_that_ran_out_may_be_made_anew(api: Api, make: Make, rows: Rows) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    await make.mute(ada, bob, until=datetime.now(UTC) - timedelta(seconds=1))
    assert await api(MUTE, viewer=ada, id=bob.gid) == MUTED
    assert [row.expires_at for row in await rows(Mute)] == [None]


async def test_refuses_a_moment_that_has_passed(api: Api, make: Make, rows: Rows) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    answer = await api(MUTE, viewer=ada, id=bob.gid, until=datetime.now(UTC).isoformat())
    assert answer == {
        "__typename": "InvalidInput",
        "field": "until",
        "message": "Choose a moment that is still to come.",
    }
    assert await rows(Mute) == []


async def test_nobody_mutes_themselves(api: Api, make: Make, rows: Rows) -> None:
    ada = await make.user("ada")
    assert await api(MUTE, viewer=ada, id=ada.gid) == {
        "__typename": "InvalidInput",
        "field": "userId",
        "message": "You cannot mute yourself.",
    }
    assert await rows(Mute) == []


@pytest.mark.parametrize("document", [MUTE, UNMUTE])
async def test_whoever_is_out_of_sight_is_not_there(api: Api, make: Make, rows: Rows, document: str) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    await make.block(bob, ada)
    suspended = await make.user("sue", status=UserStatus.SUSPENDED)
    for target in (bob.gid, suspended.gid, global_id("User", 1)):
        assert await api(document, viewer=ada, id=target) == NO_SUCH_PERSON
    assert await rows(Mute) == []


async def test_unmuting_twice_is_harmless(api: Api, make: Make, rows: Rows) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    await make.mute(ada, bob)
    for _ in range(2):
        assert await api(UNMUTE, viewer=ada, id=bob.gid) == NOT_MUTED
    assert await rows(Mute) == []


async def test_a_mute_of_somebody_out_of_sight_can_be_taken_back(api: Api, make: Make, rows: Rows) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    await make.mute(ada, bob)
    await make.block(bob, ada)
    assert await api(UNMUTE, viewer=ada, id=bob.gid) == {"__typename": "UnmutePayload", "user": None}
    assert await rows(Mute) == []


async def test_the_suspended_may_mute_and_unmute(api: Api, make: Make) -> None:
    ada, bob = await make.suspend(await make.user("ada")), await make.user("bob")
    assert await api(MUTE, viewer=ada, id=bob.gid) == MUTED
    assert await api(UNMUTE, viewer=ada, id=bob.gid) == NOT_MUTED


@pytest.mark.parametrize("document", [MUTE, UNMUTE])
async def test_refuses_the_anonymous(api: Api, make: Make, document: str) -> None:
    ada = await make.user("ada")
    with pytest.raises(Refused) as refused:
        await api(document, id=ada.gid)
    assert refused.value.code == "UNAUTHENTICATED"
