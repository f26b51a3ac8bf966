"""People as the API shows them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, TypeVar

import strawberry

from db.queries.users import RelationshipRow, UserRow, UserStatsRow
from engine.batch import batch
from schema import posts as post_types
from schema.addresses import OwnAddress
from schema.audit import OwnSecurityEvents
from schema.context import Info
from schema.devices import OwnDevices
from schema.exports import OwnExports
from schema.identities import OwnIdentities
from schema.nodes import Node, global_id
from schema.pagination import PAGE, Connection, Paging, connections, counted, paged
from schema.passkeys import OwnPasskeys
from schema.personal_tokens import OwnTokens
from schema.rows import of_row, shows_row
from schema.second_factors import OwnFactors
from schema.standing import OwnStanding

if TYPE_CHECKING:
    from schema.posts import Post

T = TypeVar("T")
LazyPost = Annotated["Post", strawberry.lazy("schema.posts")]


@shows_row
@strawberry.type(description="A person on the network.")
class User(
    OwnAddress,
    OwnDevices,
    OwnFactors,
    OwnIdentities,
    OwnPasskeys,
    OwnTokens,
    OwnStanding,
    OwnSecurityEvents,
    OwnExports,
    Node,
):
    username: str = of_row(description="Unique in any case of letters; part of the profile's address.")
    display_name: str = of_row(description="The name shown to people, 1–50 characters.")
    bio: str = of_row(description="What they say about themselves; may be empty.")
    avatar_url: str | None = of_row(description="An https address of their picture.")
    is_private: bool = of_row(
        description="Whether only people they accepted as followers see their posts and lists."
    )
    created_at: float = of_row(graphql_type=datetime, description="When they joined.")
    row_id: strawberry.Private[int]
    row: strawberry.Private[UserRow]

    # Strawberry's own takes its values by name: for a page of posts and people three times as long.
    def __init__(self, row: UserRow) -> None:
        self.id = global_id("User", row.id)
        self.row_id = row.id
        self.row = row

    @batch(description="How many posts they have published.")
    @staticmethod
    async def post_count(users: list["User"], info: Info) -> list[int]:
        return [stats.post_count for stats in await _stats(users, info)]

    @batch(description="How many people follow them.")
    @staticmethod
    async def follower_count(users: list["User"], info: Info) -> list[int]:
        return [stats.follower_count for stats in await _stats(users, info)]

    @batch(description="How many people they follow.")
    @staticmethod
    async def following_count(users: list["User"], info: Info) -> list[int]:
        return [stats.following_count for stats in await _stats(users, info)]

    @batch(description="Whether you follow them.")
    @staticmethod
    async def viewer_follows(users: list["User"], info: Info) -> list[bool]:
        return [to.viewer_follows for to in await _relationships(users, info)]

    @batch(description="Whether you have asked to follow them and wait for an answer.")
    @staticmethod
    async def viewer_has_requested_follow(users: list["User"], info: Info) -> list[bool]:
        return [to.viewer_has_requested for to in await _relationships(users, info)]

    @batch(description="Whether they follow you.")
    @staticmethod
    async def follows_viewer(users: list["User"], info: Info) -> list[bool]:
        return [to.follows_viewer for to in await _relationships(users, info)]

    @batch(description="Whether you block them.")
    @staticmethod
    async def viewer_blocks(users: list["User"], info: Info) -> list[bool]:
        return [to.viewer_blocks for to in await _relationships(users, info)]

    @batch(description="Whether you mute them at this moment.")
    @staticmethod
    async def viewer_mutes(users: list["User"], info: Info) -> list[bool]:
        return [to.viewer_mutes for to in await _relationships(users, info)]

    @batch(
        description="Their posts, newest first; none when they are private and you do not follow them.",
        directives=[PAGE],
    )
    @paged("posts")
    @staticmethod
    async def posts(users: list["User"], info: Info, paging: Paging) -> list[Connection[LazyPost]]:
        loaders = info.context.loaders
        return await connections(
            post_types.Post,
            paging,
            loaders.posts_by_author_id(paging.page),
            None,
            _ids(users),
            counted(loaders.stats_by_user_id, "post_count", _ids(users)),
        )

    @batch(
        description="Who follows them, newest first; none when they are private and you do not.",
        directives=[PAGE],
    )
    @paged("follows")
    @staticmethod
    async def followers(users: list["User"], info: Info, paging: Paging) -> list[Connection["User"]]:
        loaders = info.context.loaders
        return await connections(
            User,
            paging,
            loaders.followers_by_user_id(paging.page),
            loaders.user_by_id,
            _ids(users),
            counted(loaders.stats_by_user_id, "follower_count", _ids(users)),
        )

    @batch(
        description="Whom they follow, newest first; none when they are private and you do not follow them.",
        directives=[PAGE],
    )
    @paged("follows")
    @staticmethod
    async def following(users: list["User"], info: Info, paging: Paging) -> list[Connection["User"]]:
        loaders = info.context.loaders
        return await connections(
            User,
            paging,
            loaders.following_by_user_id(paging.page),
            loaders.user_by_id,
            _ids(users),
            counted(loaders.stats_by_user_id, "following_count", _ids(users)),
        )

    @batch(description="What you have liked, newest first; null on anybody but yourself.", directives=[PAGE])
    @paged("likes")
    @staticmethod
    async def liked_posts(users: list["User"], info: Info, paging: Paging) -> list[Connection[LazyPost] | None]:
        loaders = info.context.loaders
        lists = await connections(
            post_types.Post,
            paging,
            loaders.liked_posts_by_user_id(paging.page),
            None,
            _ids(users),
            counted(loaders.stats_by_user_id, "liked_count", _ids(users)),
        )
        return _own_only(users, info, lists)

    @batch(description="Who asks to follow you, newest first; null on anybody but yourself.", directives=[PAGE])
    @paged("followRequests")
    @staticmethod
    async def follow_requests(users: list["User"], info: Info, paging: Paging) -> list[Connection["User"] | None]:
        loaders = info.context.loaders
        lists = await connections(
            User,
            paging,
            loaders.requests_by_user_id(paging.page),
            loaders.user_by_id,
            _ids(users),
            counted(loaders.stats_by_user_id, "request_count", _ids(users)),
        )
        return _own_only(users, info, lists)


def _ids(users: list[User]) -> list[int]:
    return [user.row_id for user in users]


def _own_only(users: list[User], info: Info, lists: list[T]) -> list[T | None]:
    viewer_id = info.context.viewer_id
    return [mine if user.row_id == viewer_id else None for user, mine in zip(users, lists, strict=True)]


async def _stats(users: list[User], info: Info) -> list[UserStatsRow]:
    rows = await info.context.loaders.stats_by_user_id.many(_ids(users))
    return [row or UserStatsRow(user.row_id, 0, 0, 0, 0, 0) for user, row in zip(users, rows, strict=True)]


async def _relationships(users: list[User], info: Info) -> list[RelationshipRow]:
    rows = await info.context.loaders.relationship_by_user_id.many(_ids(users))
    return [row for row in rows if row is not None]
