"""Inputs and answers of following, and of asking to."""

from typing import Annotated, TypeAlias

import strawberry

from schema.errors import Conflict, InvalidInput, NotAllowed, NotFound
from schema.pagination import Edge
from schema.users import User


@strawberry.input(description="Someone to follow.")
class FollowInput:
    user_id: strawberry.ID = strawberry.field(description="The person to follow.")


@strawberry.input(description="Someone to follow no longer.")
class UnfollowInput:
    user_id: strawberry.ID = strawberry.field(description="The person to follow no longer.")


@strawberry.input(description="A request to say yes to.")
class AcceptFollowRequestInput:
    user_id: strawberry.ID = strawberry.field(description="The person who asks to follow you.")


@strawberry.input(description="A request to say no to.")
class RejectFollowRequestInput:
    user_id: strawberry.ID = strawberry.field(description="The person who asks to follow you.")


@strawberry.input(description="A follower to part with.")
class RemoveFollowerInput:
    user_id: strawberry.ID = strawberry.field(description="The person to have among your followers no longer.")


@strawberry.type(description="You follow them, or have asked to when their account is private.")
class FollowPayload:
    user: User = strawberry.field(
        description="The person; `viewerFollows` and `viewerHasRequestedFollow` tell which of the two it is."
    )
    following_edge: Edge[User] | None = strawberry.field(
        description="Their place in the list of those you follow; null when you only asked, or followed before."
    )


@strawberry.type(description="You do not follow them, nor wait for their answer.")
class UnfollowPayload:
    user: User = strawberry.field(description="The person, without you among their followers.")


@strawberry.type(description="They follow you.")
class AcceptFollowRequestPayload:
    follower: User = strawberry.field(description="The person who asked.")
    follower_edge: Edge[User] | None = strawberry.field(
        description="Their place in the list of your followers; null when they followed you before."
    )


@strawberry.type(description="Their request is gone, and they are not told.")
class RejectFollowRequestPayload:
    user: User = strawberry.field(description="The person who asked.")


@strawberry.type(description="They do not follow you.")
class RemoveFollowerPayload:
    user: User = strawberry.field(description="The person, no longer among your followers.")


FollowResult: TypeAlias = Annotated[
    FollowPayload | InvalidInput | NotFound | NotAllowed | Conflict,
    strawberry.union("FollowResult", description="What became of `follow`."),
]
UnfollowResult: TypeAlias = Annotated[
    UnfollowPayload | InvalidInput | NotFound | NotAllowed | Conflict,
    strawberry.union("UnfollowResult", description="What became of `unfollow`."),
]
AcceptFollowRequestResult: TypeAlias = Annotated[
    AcceptFollowRequestPayload | InvalidInput | NotFound | NotAllowed | Conflict,
    strawberry.union("AcceptFollowRequestResult", description="What became of `acceptFollowRequest`."),
]
RejectFollowRequestResult: TypeAlias = Annotated[
    RejectFollowRequestPayload | InvalidInput | NotFound | NotAllowed | Conflict,
    strawberry.union("RejectFollowRequestResult", description="What became of `rejectFollowRequest`."),
]
RemoveFollowerResult: TypeAlias = Annotated[
    RemoveFollowerPayload | InvalidInput | NotFound | NotAllowed | Conflict,
    strawberry.union("RemoveFollowerResult", description="What became of `removeFollower`."),
]
