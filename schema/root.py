"""The table of contents: one entry an operation, with its limit."""

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.types import get_object_definition

from db.limits import MAX_PAGE_SIZE
from engine import pipeline
from engine.caching import CacheControl, CacheControlScope
from engine.cost import Cost, ListSize
from resolvers import (
    accounts,
    blocks,
    comments,
    feeds,
    follows,
    mutes,
    nodes,
    posts,
    search,
    server,
    sessions,
    users,
)
from resolvers.charging import Charging
from resolvers.limits import Per, limited, limits_of
from schema.accounts import ChangePasswordResult, DeleteAccountResult, RegisterResult, UpdateProfileResult
from schema.blocks import BlockResult, UnblockResult
from schema.comments import CreateCommentResult, DeleteCommentResult, UpdateCommentResult
from schema.context import Context
from schema.deprecations import tell_deprecations
from schema.follows import (
    AcceptFollowRequestResult,
    FollowResult,
    RejectFollowRequestResult,
    RemoveFollowerResult,
    UnfollowResult,
)
from schema.guards import keep_schema, note_kind, refuse_bad_token
from schema.mutes import MuteResult, UnmuteResult
from schema.nodes import Node
from schema.pagination import PAGE, Connection
from schema.posts import (
    CreatePostResult,
    DeletePostResult,
    LikePostResult,
    Post,
    UnlikePostResult,
    UpdatePostResult,
)
from schema.scalars import SCALARS
from schema.server import RateLimit, ServerInfo
from schema.sessions import (
    CancelDeletionResult,
    LoginResult,
    LogoutEverywhereResult,
    LogoutResult,
    RefreshSessionResult,
)
from schema.users import User

# Figures from other networks' public limits; a like, a follow and their undoing share one bucket. What needs no
# signing in counts by address; behind that, each account counts its own failures.
_REGISTRATIONS = "5/h"
_SIGN_INS = "20/5m"
_PROFILE = "30/5m"
_POSTS = "30/5m"
_REACTIONS = "120/5m"
_COMMENTS = "60/5m"
_CIRCLE = "60/5m"
_SEARCHES = "30/m"

_SEARCH = Cost(weight="10")  # points, besides what it finds
# A shared cache may show people who are not signed in what was taken back, for so many seconds.
_BRIEFLY = CacheControl(max_age=5, scope=CacheControlScope.PUBLIC)


@strawberry.type(description="Everything that can be read.")
class Query:
    viewer: User | None = strawberry.field(
        resolver=users.viewer, description="You; null when nobody is signed in."
    )
    user: User | None = strawberry.field(
        resolver=users.user,
        description="The person of that username, in any case of letters.",
        directives=[_BRIEFLY],
    )
    post: Post | None = strawberry.field(resolver=posts.post, description="One post.", directives=[_BRIEFLY])
    home_feed: Connection[Post] | None = strawberry.field(
        resolver=feeds.home_feed,
        description="Posts of the people you follow and your own, newest first.",
        directives=[PAGE],
    )
    public_feed: Connection[Post] | None = strawberry.field(
        resolver=feeds.public_feed,
        description="Public posts of everyone, newest first.",
        directives=[PAGE, _BRIEFLY],
    )
    search_users: Connection[User] | None = strawberry.field(
        resolver=search.search_users,
        description="People whose username or name is close to the query, best match first.",
        metadata=limited(_SEARCHES, bucket="search"),
        directives=[PAGE, _SEARCH],
    )
    search_posts: Connection[Post] | None = strawberry.field(
        resolver=search.search_posts,
        description='Posts that hold the words of the query, newest first; knows "phrases", or and -not.',
        metadata=limited(_SEARCHES, bucket="search"),
        directives=[PAGE, _SEARCH],
    )
    node: Node | None = strawberry.field(resolver=nodes.node, description="Anything by its id.")
    nodes: list[Node | None] | None = strawberry.field(
        resolver=nodes.nodes,
        description="Up to 100 things by their ids, in the ids' order.",
        directives=[ListSize(assumed_size=MAX_PAGE_SIZE, slicing_arguments=["ids"])],
    )
    server_info: ServerInfo = strawberry.field(
        resolver=server.server_info,
        description="The server and its limits.",
        directives=[CacheControl(max_age=60, scope=CacheControlScope.PUBLIC)],
    )
    rate_limit: RateLimit | None = strawberry.field(
        resolver=server.rate_limit,
        description="What this operation costs and what is left; null where nothing is charged.",
        directives=[Cost(weight="0")],
    )


@strawberry.type(description="Everything that can be changed.")
class Mutation:
    register: RegisterResult | None = strawberry.mutation(
        resolver=accounts.register,
        description=(
            "Make an account. Answers alike whether or not the e-mail address has one already; signs nobody in."
        ),
        metadata=limited(_REGISTRATIONS, bucket="register", per=Per.ADDRESS),
    )
    login: LoginResult | None = strawberry.mutation(
        resolver=sessions.login,
        description="Sign in; what follows in the same operation is done as you.",
        metadata=limited(_SIGN_INS, bucket="sign-in", per=Per.ADDRESS),
    )
    refresh_session: RefreshSessionResult | None = strawberry.mutation(
        resolver=sessions.refresh_session,
        description=(
            "Exchange the refresh token for new tokens. One that was exchanged before ends the session: somebody "
            "else may have it."
        ),
    )
    logout: LogoutResult | None = strawberry.mutation(
        resolver=sessions.logout, description="End the session you ask through."
    )
    logout_everywhere: LogoutEverywhereResult | None = strawberry.mutation(
        resolver=sessions.logout_everywhere, description="End all your sessions, this one too."
    )
    change_password: ChangePasswordResult | None = strawberry.mutation(
        resolver=accounts.change_password, description="Change your password; ends your other sessions."
    )
    update_profile: UpdateProfileResult | None = strawberry.mutation(
        resolver=accounts.update_profile,
        description="Change your profile.",
        metadata=limited(_PROFILE, bucket="profile"),
    )
    delete_account: DeleteAccountResult | None = strawberry.mutation(
        resolver=accounts.delete_account,
        description="Hide your account from everyone at once, and have it erased after 30 days.",
    )
    cancel_deletion: CancelDeletionResult | None = strawberry.mutation(
        resolver=sessions.cancel_deletion,
        description="Take the deletion of your account back before it is purged, and sign in.",
        metadata=limited(_SIGN_INS, bucket="sign-in", per=Per.ADDRESS),
    )
    create_post: CreatePostResult | None = strawberry.mutation(
        resolver=posts.create_post,
        description="Publish a post.",
        metadata=limited(_POSTS, bucket="post"),
    )
    update_post: UpdatePostResult | None = strawberry.mutation(
        resolver=posts.update_post,
        description="Change a post of yours.",
        metadata=limited(_POSTS, bucket="post"),
    )
    delete_post: DeletePostResult | None = strawberry.mutation(
        resolver=posts.delete_post,
        description="Delete a post of yours.",
        metadata=limited(_POSTS, bucket="post"),
    )
    like_post: LikePostResult | None = strawberry.mutation(
        resolver=posts.like_post,
        description="Like a post; harmless when you do already.",
        metadata=limited(_REACTIONS, bucket="reaction"),
    )
    unlike_post: UnlikePostResult | None = strawberry.mutation(
        resolver=posts.unlike_post,
        description="Like a post no longer; harmless when you do not.",
        metadata=limited(_REACTIONS, bucket="reaction"),
    )
    create_comment: CreateCommentResult | None = strawberry.mutation(
        resolver=comments.create_comment,
        description="Comment on a post, or reply to one of its comments.",
        metadata=limited(_COMMENTS, bucket="comment"),
    )
    update_comment: UpdateCommentResult | None = strawberry.mutation(
        resolver=comments.update_comment,
        description="Change a comment of yours.",
        metadata=limited(_COMMENTS, bucket="comment"),
    )
    delete_comment: DeleteCommentResult | None = strawberry.mutation(
        resolver=comments.delete_comment,
        description="Delete a comment of yours, or one on a post of yours; its replies stay.",
        metadata=limited(_COMMENTS, bucket="comment"),
    )
    follow: FollowResult | None = strawberry.mutation(
        resolver=follows.follow,
        description="Follow someone, or ask to when their account is private; harmless when you do already.",
        metadata=limited(_REACTIONS, bucket="reaction"),
    )
    unfollow: UnfollowResult | None = strawberry.mutation(
        resolver=follows.unfollow,
        description="Follow someone no longer, or take your request back; harmless when there is neither.",
        metadata=limited(_REACTIONS, bucket="reaction"),
    )
    accept_follow_request: AcceptFollowRequestResult | None = strawberry.mutation(
        resolver=follows.accept_follow_request,
        description="Let someone who asks follow you.",
        metadata=limited(_CIRCLE, bucket="circle"),
    )
    reject_follow_request: RejectFollowRequestResult | None = strawberry.mutation(
        resolver=follows.reject_follow_request,
        description="Do not let someone who asks follow you; they are not told.",
        metadata=limited(_CIRCLE, bucket="circle"),
    )
    remove_follower: RemoveFollowerResult | None = strawberry.mutation(
        resolver=follows.remove_follower,
        description="Have someone follow you no longer; harmless when they do not.",
        metadata=limited(_CIRCLE, bucket="circle"),
    )
    block: BlockResult | None = strawberry.mutation(
        resolver=blocks.block,
        description=(
            "Block someone: neither of you sees the other, you follow each other no longer, and their likes and "
            "comments on your posts are taken away."
        ),
        metadata=limited(_CIRCLE, bucket="circle"),
    )
    unblock: UnblockResult | None = strawberry.mutation(
        resolver=blocks.unblock,
        description="Block someone no longer; what the block took away does not come back.",
        metadata=limited(_CIRCLE, bucket="circle"),
    )
    mute: MuteResult | None = strawberry.mutation(
        resolver=mutes.mute,
        description="Keep someone's posts out of your feeds, for a while or for good; they are not told.",
        metadata=limited(_CIRCLE, bucket="circle"),
    )
    unmute: UnmuteResult | None = strawberry.mutation(
        resolver=mutes.unmute,
        description="Let someone's posts into your feeds again; harmless when you do not mute them.",
        metadata=limited(_CIRCLE, bucket="circle"),
    )


# What root fields are asked with, described once for all of them.
_ARGUMENTS = {
    "input": "What to do, and to what.",
    "id": "The opaque id that the API gave.",
    "ids": "Opaque ids that the API gave, at most 100.",
    "username": "The username, in any case of letters.",
    "query": "What to search for, up to 256 characters.",
}


def _describe_arguments(*roots: type) -> None:
    for root in roots:
        for field in get_object_definition(root, strict=True).fields:
            for argument in field.arguments:
                argument.description = argument.description or _ARGUMENTS[argument.python_name]


_describe_arguments(Query, Mutation)


def build(*, is_sorted: bool = False) -> pipeline.Schema[Context]:
    """The schema; sorted only to be printed, for a sorted one no longer finds the types of its unions."""
    charging = Charging(limits_of(Query, Mutation))
    return pipeline.Schema(
        gates=[refuse_bad_token, keep_schema, charging.charge],
        afterwards=[note_kind, charging.settle, tell_deprecations],
        query=Query,
        mutation=Mutation,
        config=StrawberryConfig(scalar_map=SCALARS, sort_schema=is_sorted, disable_field_suggestions=True),
    )


schema = build()


def sdl() -> str:
    """The schema in its own language, sorted, ending in a line feed."""
    return build(is_sorted=True).as_str().strip() + "\n"
