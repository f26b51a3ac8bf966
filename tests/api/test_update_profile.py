"""Changing one's profile through the API."""

import asyncio
from typing import Any

import asyncpg
import pytest

from db.limits import FOLLOWING
from db.models import Follow, FollowRequest, User, UserStats, UserStatus
from tests.api.accounts import Rows
from tests.conftest import Api, Refused
from tests.factories import Make, Person

UPDATE = """
mutation ($input: UpdateProfileInput!) {
  updateProfile(input: $input) {
    __typename
    ... on UpdateProfilePayload { user { displayName bio avatarUrl isPrivate followerCount } }
    ... on UserError { message }
    ... on InvalidInput { field }
  }
}
"""


@pytest.fixture
async def ada(make: Make) -> Person:
    return await make.user("ada", bio="Mathematician", avatar_url="https://example.org/ada.png")


def as_made(**changes: Any) -> dict[str, Any]:
    return {
        "displayName": "Ada",
        "bio": "Mathematician",
        "avatarUrl": "https://example.org/ada.png",
        "isPrivate": False,
        "followerCount": 0,
    } | changes


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({}, {}),
        ({"displayName": "  Ada L. "}, {"displayName": "Ada L."}),
        ({"displayName": None, "isPrivate": None}, {}),
        ({"bio": " Poet\n"}, {"bio": "Poet"}),
        ({"bio": None}, {"bio": ""}),
        ({"avatarUrl": "https://example.org/a.png"}, {"avatarUrl": "https://example.org/a.png"}),
        ({"avatarUrl": None}, {"avatarUrl": None}),
        ({"isPrivate": True}, {"isPrivate": True}),
    ],
)
async def test_changes_what_is_given_and_nothing_else(
    api: Api, ada: Person, changes: dict[str, Any], shown: dict[str, Any]
) -> None:
    assert (await api(UPDATE, viewer=ada, input=changes))["user"] == as_made(**shown)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("displayName", ""),
        ("displayName", "\u2800"),
        ("displayName", "x" * 51),
        ("bio", "x" * 501),
        ("avatarUrl", ""),
        ("avatarUrl", "http://example.org/ada.png"),
        ("avatarUrl", "javascript:alert(1)"),
        ("avatarUrl", "https://ada:secret@example.org/"),
    ],
)
async def test_refuses_what_no_profile_can_hold(api: Api, ada: Person, rows: Rows, field: str, value: str) -> None:
    answer = await api(UPDATE, viewer=ada, input={"isPrivate": True, field: value})
    assert (answer["__typename"], answer["field"]) == ("InvalidInput", field)
    (row,) = await rows(User)
    assert (row.display_name, row.bio, row.is_private) == ("Ada", "Mathematician", False)


async def test_opening_a_private_account_accepts_everyone_who_asked(api: Api, make: Make, rows: Rows) -> None:
    ada = await make.user("ada", private=True)
    bob, eve, zoe = [await make.user(name) for name in ("bob", "eve", "zoe")]
    await make.follow_request(bob, ada)
    await make.follow_request(eve, ada)
    await make.follow(zoe, ada)
    answer = await api(UPDATE, viewer=ada, input={"isPrivate": False})
    assert (answer["user"]["isPrivate"], answer["user"]["followerCount"]) == (False, 3)
    assert await rows(FollowRequest) == []
    assert {(row.follower_id, row.followee_id) for row in await rows(Follow)} == {
        (each.id, ada.id) for each in (bob, eve, zoe)
    }
    counted = {
        row.user_id: (row.follower_count, row.following_count, row.request_count) for row in await rows(UserStats)
    }
    assert counted == {ada.id: (3, 0, 0), bob.id: (0, 1, 0), eve.id: (0, 1, 0), zoe.id: (0, 1, 0)}


async def test_a_request_of_somebody_who_follows_already_just_goes(api: Api, make: Make, rows: Rows) -> None:
    ada, bob = await make.user("ada", private=True), await make.user("bob")
    await make.follow(bob, ada)
    await make.follow_request(bob, ada)
    await api(UPDATE, viewer=ada, input={"isPrivate": False})
    counted = [(row.follower_count, row.following_count, row.request_count) for row in await rows(UserStats)]
    assert counted == [(1, 0, 0), (0, 1, 0)]


async def test_a_request_of_somebody_who_follows_as_many_as_one_can_just_goes(
    api: Api, make: Make, rows: Rows, owner: asyncpg.Connection
) -> None:
    ada, bob = await make.user("ada", private=True), await make.user("bob")
    await make.follow_request(bob, ada)
    await owner.execute("UPDATE user_stats SET following_count = $1", FOLLOWING)
    await api(UPDATE, viewer=ada, input={"isPrivate": False})
    assert (await rows(FollowRequest), await rows(Follow)) == ([], [])
    counted = [(row.follower_count, row.following_count, row.request_count) for row in await rows(UserStats)]
    assert counted == [(0, FOLLOWING, 0)] * 2


@pytest.mark.parametrize(("before", "after"), [(True, True), (True, None), (False, True)])
async def test_requests_wait_as_long_as_the_account_is_private(
    api: Api, make: Make, rows: Rows, before: bool, after: bool | None
) -> None:
    ada, bob = await make.user("ada", private=before), await make.user("bob")
    await make.follow_request(bob, ada)
    await api(UPDATE, viewer=ada, input={"isPrivate": after, "bio": "Poet"})
    assert (len(await rows(FollowRequest)), len(await rows(Follow))) == (1, 0)


async def test_two_accounts_that_open_to_each_other_at_once_count_right(api: Api, make: Make, rows: Rows) -> None:
    people = [await make.user(private=True) for _ in range(6)]
    for one in people:
        for other in people:
            if one is not other:
                await make.follow_request(one, other)
    await asyncio.gather(*(api(UPDATE, viewer=one, input={"isPrivate": False}) for one in people))
    counted = [(row.follower_count, row.following_count, row.request_count) for row in await rows(UserStats)]
    assert counted == [(5, 5, 0)] * 6


async def test_refuses_the_suspended(api: Api, make: Make) -> None:
    eve = await make.user("eve", status=UserStatus.SUSPENDED)
    answer = await api(UPDATE, viewer=eve, input={"bio": "Hello"})
    assert answer == {"__typename": "NotAllowed", "message": "Your account is suspended."}


@pytest.mark.parametrize("field", ["role", "status", "username", "followerCount", "createdAt", "id"])
async def test_has_no_input_for_what_is_not_theirs_to_say(api: Api, ada: Person, field: str) -> None:
    with pytest.raises(Refused) as refused:
        await api(UPDATE, viewer=ada, input={field: "ADMIN"})
    assert refused.value.code == "BAD_USER_INPUT"


async def test_refuses_the_anonymous(api: Api) -> None:
    with pytest.raises(Refused) as refused:
        await api(UPDATE, input={"bio": "Hello"})
    assert refused.value.code == "UNAUTHENTICATED"
