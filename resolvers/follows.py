"""Root fields about follows and requests to follow."""

from db.queries.users import UserRow
from domain import follows
from resolvers.errors import user_errors
from resolvers.targets import target
from schema.context import Info
from schema.follows import (
    AcceptFollowRequestInput,
    AcceptFollowRequestPayload,
    AcceptFollowRequestResult,
    FollowInput,
    FollowPayload,
    FollowResult,
    RejectFollowRequestInput,
    RejectFollowRequestPayload,
    RejectFollowRequestResult,
    RemoveFollowerInput,
    RemoveFollowerPayload,
    RemoveFollowerResult,
    UnfollowInput,
    UnfollowPayload,
    UnfollowResult,
)
from schema.pagination import Edge, cursor
from schema.users import User


@user_errors
async def follow(info: Info, input: FollowInput) -> FollowResult:
    viewer = info.context.signed_in
    async with info.context.write() as session:
        row, key = await follows.follow(session, viewer, target(input.user_id, "User", field="user_id"))
    return FollowPayload(user=User(row), following_edge=_edge(row, key))


@user_errors
async def unfollow(info: Info, input: UnfollowInput) -> UnfollowResult:
    viewer = info.context.signed_in
    async with info.context.write() as session:
        row = await follows.unfollow(session, viewer, target(input.user_id, "User", field="user_id"))
    return UnfollowPayload(user=User(row))


@user_errors
async def accept_follow_request(info: Info, input: AcceptFollowRequestInput) -> AcceptFollowRequestResult:
    viewer = info.context.signed_in
    async with info.context.write() as session:
        row, key = await follows.accept(session, viewer, target(input.user_id, "User", field="user_id"))
    return AcceptFollowRequestPayload(follower=User(row), follower_edge=_edge(row, key))


@user_errors
async def reject_follow_request(info: Info, input: RejectFollowRequestInput) -> RejectFollowRequestResult:
    viewer = info.context.signed_in
    async with info.context.write() as session:
        row = await follows.reject(session, viewer, target(input.user_id, "User", field="user_id"))
    return RejectFollowRequestPayload(user=User(row))


@user_errors
async def remove_follower(info: Info, input: RemoveFollowerInput) -> RemoveFollowerResult:
    viewer = info.context.signed_in
    async with info.context.write() as session:
        row = await follows.remove_follower(session, viewer, target(input.user_id, "User", field="user_id"))
    return RemoveFollowerPayload(user=User(row))


def _edge(row: UserRow, key: int | None) -> Edge[User] | None:
    return None if key is None else Edge(cursor=cursor("follows", key), node=User(row))
