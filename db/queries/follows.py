"""Lists of people: followers, following, and requests to follow."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased

from db.models import Follow, FollowRequest, User
from db.queries.pages import IDS_ALONE, EdgeRow, Page, Slice, nested
from db.reads import Reads, Statement
from db.visibility import VIEWER, circle_visible, person_visible


def _followers(of: ColumnElement[int]) -> Statement:
    owner, member = aliased(User), aliased(User)
    return (
        select(Follow.id.label("key"), Follow.follower_id.label("node_id"))
        .join(owner, owner.id == Follow.followee_id)
        .join(member, member.id == Follow.follower_id)
        .where(Follow.followee_id == of, circle_visible(owner), person_visible(member))
    )


def _following(of: ColumnElement[int]) -> Statement:
    owner, member = aliased(User), aliased(User)
    return (
        select(Follow.id.label("key"), Follow.followee_id.label("node_id"))
        .join(owner, owner.id == Follow.follower_id)
        .join(member, member.id == Follow.followee_id)
        .where(Follow.follower_id == of, circle_visible(owner), person_visible(member))
    )


def _requests(of: ColumnElement[int]) -> Statement:
    # One's own list only, so the clause on the owner is that the viewer is the owner.
    member = aliased(User)
    return (
        select(FollowRequest.id.label("key"), FollowRequest.requester_id.label("node_id"))
        .join(member, member.id == FollowRequest.requester_id)
        .where(FollowRequest.target_id == of, FollowRequest.target_id == VIEWER, person_visible(member))
    )


_followers_of = nested(_followers, IDS_ALONE)
_following_of = nested(_following, IDS_ALONE)
_requests_to = nested(_requests, IDS_ALONE)


async def followers(
    db: Reads, user_ids: Sequence[int], page: Page, *, viewer_id: int | None
) -> dict[int, Slice[EdgeRow]]:
    return await _followers_of.each(db, user_ids, page, viewer_id=viewer_id)


async def following(
    db: Reads, user_ids: Sequence[int], page: Page, *, viewer_id: int | None
) -> dict[int, Slice[EdgeRow]]:
    return await _following_of.each(db, user_ids, page, viewer_id=viewer_id)


async def requests(
    db: Reads, user_ids: Sequence[int], page: Page, *, viewer_id: int | None
) -> dict[int, Slice[EdgeRow]]:
    """Who asked to follow; rows only for the viewer's own account."""
    return await _requests_to.each(db, user_ids, page, viewer_id=viewer_id)
