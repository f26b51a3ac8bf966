"""Whom one follows, blocks and mutes."""

from typing import Final

import strawberry

from db.models import TokenScope
from resolvers import blocks, follows, mutes
from resolvers.limits import limited
from schema.blocks import BlockResult, UnblockResult
from schema.follows import (
    AcceptFollowRequestResult,
    FollowResult,
    RejectFollowRequestResult,
    RemoveFollowerResult,
    UnfollowResult,
)
from schema.mutes import MuteResult, UnmuteResult
from schema.scopes import opened_by

_REACTIONS: Final = "120/5m"
_CIRCLE: Final = "60/5m"


@strawberry.type
class Circle:
    follow: FollowResult | None = strawberry.mutation(
        resolver=follows.follow,
        description="Follow someone, or ask to when their account is private; harmless when you do already.",
        metadata=limited(_REACTIONS, bucket="reaction") | opened_by(TokenScope.CIRCLE),
    )
    unfollow: UnfollowResult | None = strawberry.mutation(
        resolver=follows.unfollow,
        description="Follow someone no longer, or take your request back; harmless when there is neither.",
        metadata=limited(_REACTIONS, bucket="reaction") | opened_by(TokenScope.CIRCLE),
    )
    accept_follow_request: AcceptFollowRequestResult | None = strawberry.mutation(
        resolver=follows.accept_follow_request,
        description="Let someone who asks follow you.",
        metadata=limited(_CIRCLE, bucket="circle") | opened_by(TokenScope.CIRCLE),
    )
    reject_follow_request: RejectFollowRequestResult | None = strawberry.mutation(
        resolver=follows.reject_follow_request,
        description="Do not let someone who asks follow you; they are not told.",
        metadata=limited(_CIRCLE, bucket="circle") | opened_by(TokenScope.CIRCLE),
    )
    remove_follower: RemoveFollowerResult | None = strawberry.mutation(
        resolver=follows.remove_follower,
        description="Have someone follow you no longer; harmless when they do not.",
        metadata=limited(_CIRCLE, bucket="circle") | opened_by(TokenScope.CIRCLE),
    )
    block: BlockResult | None = strawberry.mutation(
        resolver=blocks.block,
        description=(
            "Block someone: neither of you sees the other, you follow each other no longer, and their likes and "
            "comments on your posts are taken away."
        ),
        metadata=limited(_CIRCLE, bucket="circle") | opened_by(TokenScope.CIRCLE),
    )
    unblock: UnblockResult | None = strawberry.mutation(
        resolver=blocks.unblock,
        description="Block someone no longer; what the block took away does not come back.",
        metadata=limited(_CIRCLE, bucket="circle") | opened_by(TokenScope.CIRCLE),
    )
    mute: MuteResult | None = strawberry.mutation(
        resolver=mutes.mute,
        description="Keep someone's posts out of your feeds, for a while or for good; they are not told.",
        metadata=limited(_CIRCLE, bucket="circle") | opened_by(TokenScope.CIRCLE),
    )
    unmute: UnmuteResult | None = strawberry.mutation(
        resolver=mutes.unmute,
        description="Let someone's posts into your feeds again; harmless when you do not mute them.",
        metadata=limited(_CIRCLE, bucket="circle") | opened_by(TokenScope.CIRCLE),
    )
