"""Posts as the API shows them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, TypeAlias

import strawberry
from strawberry import UNSET

from auth.permissions import may_delete_post, may_edit_post
from db.models import Audience, PostType
from db.queries.posts import PostRow
from engine.batch import batch
from schema import comments as comment_types
from schema import users as user_types
from schema.context import Info
from schema.errors import Conflict, InvalidInput, NotAllowed, NotFound
from schema.nodes import Node, global_id
from schema.pagination import PAGE, Connection, Edge, Paging, connections, paged
from schema.rows import of_row, shows_row
from schema.scalars import SafeText

if TYPE_CHECKING:
    from schema.comments import Comment
    from schema.users import User


LazyUser = Annotated["User", strawberry.lazy("schema.users")]
LazyComment = Annotated["Comment", strawberry.lazy("schema.comments")]


@shows_row
@strawberry.type(description="Something a person said.")
class Post(Node):
    type: PostType = of_row(description="What it carries besides its words.")
    text: str = of_row(description="Plain text, up to 5,000 characters; empty only with an image or link.")
    link_url: str | None = of_row(description="The http(s) address a LINK post points at.")
    image_url: str | None = of_row(description="The https address of an IMAGE post's picture.")
    alt_text: str | None = of_row(description="The picture in words, for those who cannot see it.")
    audience: Audience = of_row(description="Who may see it.")
    created_at: float = of_row(graphql_type=datetime, description="When it was published.")
    edited_at: float | None = of_row(
        graphql_type=datetime | None, description="When it was last changed, if ever."
    )
    like_count: int = of_row(description="How many people like it.")
    comment_count: int = of_row(description="How many comments it has, replies included.")
    viewer_has_liked: bool = of_row(description="Whether you like it.")
    author: LazyUser | None = strawberry.field(
        description="Who wrote it; there whenever the post is, though clients had better not count on it."
    )
    row: strawberry.Private[PostRow]

    # Strawberry's own takes its values by name: for a page of posts and people three times as long.
    def __init__(self, row: PostRow) -> None:
        self.id = global_id("Post", row.id)
        self.author = user_types.User(row.author)
        self.row = row

    @strawberry.field(description="Whether you may change it.")
    def viewer_can_edit(self, info: Info) -> bool:
        return may_edit_post(info.context.viewer, self.row)

    @strawberry.field(description="Whether you may delete it.")
    def viewer_can_delete(self, info: Info) -> bool:
        return may_delete_post(info.context.viewer, self.row)

    @batch(
        description="The comments made on the post itself, oldest first; replies hang on each of them.",
        directives=[PAGE],
    )
    @paged("comments")
    @staticmethod
    async def comments(posts: list["Post"], info: Info, paging: Paging) -> list[Connection[LazyComment]]:
        loaders = info.context.loaders
        return await connections(
            comment_types.Comment,
            paging,
            loaders.comments_by_post_id(paging.page),
            loaders.comment_by_id,
            _ids(posts),
            [post.row.thread_count for post in posts],
        )

    @batch(description="Who likes it, newest first.", directives=[PAGE])
    @paged("likes")
    @staticmethod
    async def likers(posts: list["Post"], info: Info, paging: Paging) -> list[Connection[LazyUser]]:
        loaders = info.context.loaders
        return await connections(
            user_types.User,
            paging,
            loaders.likers_by_post_id(paging.page),
            loaders.user_by_id,
            _ids(posts),
            [post.row.like_count for post in posts],
        )


def _ids(posts: list[Post]) -> list[int]:
    return [post.row.id for post in posts]


@strawberry.input(description="A post to publish.")
class CreatePostInput:
    text: SafeText = strawberry.field(
        description="Plain text, up to 5,000 characters; may be empty only with an image or a link."
    )
    type: PostType = strawberry.field(default=PostType.TEXT, description="What it carries besides its words.")
    link_url: SafeText | None = strawberry.field(default=None, description="For LINK: an http(s) address.")
    image_url: SafeText | None = strawberry.field(default=None, description="For IMAGE: an https address.")
    alt_text: SafeText | None = strawberry.field(
        default=None, description="For IMAGE: the picture in words, up to 1,500 characters."
    )
    audience: Audience = strawberry.field(default=Audience.PUBLIC, description="Who may see it.")


@strawberry.input(description="Changes to a post; what is left out stays as it is.")
class UpdatePostInput:
    post_id: strawberry.ID = strawberry.field(description="The post to change.")
    text: SafeText | None = strawberry.field(default=UNSET, description="The new text.")
    link_url: SafeText | None = strawberry.field(default=UNSET, description="For LINK: the new address.")
    image_url: SafeText | None = strawberry.field(default=UNSET, description="For IMAGE: the new address.")
    alt_text: SafeText | None = strawberry.field(
        default=UNSET, description="For IMAGE: the new alternative text; null takes it away."
    )
    audience: Audience | None = strawberry.field(default=UNSET, description="Who may see it from now on.")


@strawberry.input(description="A post to delete.")
class DeletePostInput:
    post_id: strawberry.ID = strawberry.field(description="The post to delete.")


@strawberry.input(description="A post to like.")
class LikePostInput:
    post_id: strawberry.ID = strawberry.field(description="The post to like.")


@strawberry.input(description="A post to like no longer.")
class UnlikePostInput:
    post_id: strawberry.ID = strawberry.field(description="The post to like no longer.")


@strawberry.type(description="The post as published, and its place at the head of its author's posts.")
class CreatePostPayload:
    post: Post = strawberry.field(description="The new post.")
    post_edge: Edge[Post] = strawberry.field(description="Its place in every list of posts it belongs to.")


@strawberry.type(description="The post as it now stands.")
class UpdatePostPayload:
    post: Post = strawberry.field(description="The changed post.")


@strawberry.type(description="The post is gone, now or before.")
class DeletePostPayload:
    deleted_post_id: strawberry.ID = strawberry.field(description="The id to drop from your lists.")


@strawberry.type(description="The post, liked by you.")
class LikePostPayload:
    post: Post = strawberry.field(description="The post, with you among its likers.")
    liker_edge: Edge[LazyUser] | None = strawberry.field(
        description="Your place in the post's likers; null when you liked it before."
    )


@strawberry.type(description="The post, not liked by you.")
class UnlikePostPayload:
    post: Post = strawberry.field(description="The post, without you among its likers.")


CreatePostResult: TypeAlias = Annotated[
    CreatePostPayload | InvalidInput | NotFound | NotAllowed | Conflict,
    strawberry.union("CreatePostResult", description="The new post, or why there is none."),
]
UpdatePostResult: TypeAlias = Annotated[
    UpdatePostPayload | InvalidInput | NotFound | NotAllowed | Conflict,
    strawberry.union("UpdatePostResult", description="The changed post, or why it stays as it was."),
]
DeletePostResult: TypeAlias = Annotated[
    DeletePostPayload | InvalidInput | NotFound | NotAllowed | Conflict,
    strawberry.union("DeletePostResult", description="That the post is gone, or why it stays."),
]
LikePostResult: TypeAlias = Annotated[
    LikePostPayload | InvalidInput | NotFound | NotAllowed | Conflict,
    strawberry.union("LikePostResult", description="The post, liked, or why not."),
]
UnlikePostResult: TypeAlias = Annotated[
    UnlikePostPayload | InvalidInput | NotFound | NotAllowed | Conflict,
    strawberry.union("UnlikePostResult", description="The post, no longer liked, or why not."),
]
