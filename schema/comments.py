"""Comments as the API shows them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, TypeAlias

import strawberry

from auth.permissions import may_delete_comment, may_edit_comment
from db.queries.comments import CommentRow
from engine.batch import batch
from schema import posts as post_types
from schema import users as user_types
from schema.context import Info
from schema.errors import Conflict, InvalidInput, NotAllowed, NotFound
from schema.nodes import Node, global_id, shown
from schema.pagination import PAGE, Connection, Edge, Paging, connections, counted, paged
from schema.rows import of_row, shows_row
from schema.scalars import SafeText

if TYPE_CHECKING:
    from schema.posts import Post
    from schema.users import User

LazyPost = Annotated["Post", strawberry.lazy("schema.posts")]
LazyUser = Annotated["User", strawberry.lazy("schema.users")]


@shows_row
@strawberry.type(
    description="Something said in reply to a post or to another comment. A deleted comment that has replies "
    "keeps its place, without author and text."
)
class Comment(Node):
    text: str | None = strawberry.field(description="Plain text, up to 2,000 characters; null once deleted.")
    depth: int = of_row(description="0 on the post itself, one more with each reply, at most 8.")
    created_at: float = of_row(graphql_type=datetime, description="When it was made.")
    edited_at: float | None = of_row(
        graphql_type=datetime | None, description="When it was last changed, if ever."
    )
    row: strawberry.Private[CommentRow]

    # Strawberry's own takes its values by name: for a page of comments three times as long.
    def __init__(self, row: CommentRow) -> None:
        self.id = global_id("Comment", row.id)
        self.text = row.text if row.deleted_at is None else None
        self.row = row

    @batch(description="Who made it; null once deleted.")
    @staticmethod
    async def author(comments: list["Comment"], info: Info) -> list[LazyUser | None]:
        standing = {c.row.id: c.row.author_id for c in comments if c.row.deleted_at is None and c.row.author_id}
        rows = await info.context.loaders.user_by_id.many(list(standing.values()))
        found = dict(zip(standing, rows, strict=True))
        return shown(user_types.User, (found.get(comment.row.id) for comment in comments))

    @batch(description="The post it belongs to; null if it went out of sight this very moment.")
    @staticmethod
    async def post(comments: list["Comment"], info: Info) -> list[LazyPost | None]:
        rows = await info.context.loaders.post_by_id.many([comment.row.post_id for comment in comments])
        return shown(post_types.Post, rows)

    @batch(description="The comment it replies to; null on the post itself, or when that is not for you to see.")
    @staticmethod
    async def parent(comments: list["Comment"], info: Info) -> list["Comment | None"]:
        wanted = [comment.row.parent_id for comment in comments]
        rows = await info.context.loaders.comment_by_id.many([row_id for row_id in wanted if row_id])
        found = {row.id: row for row in rows if row is not None}
        return shown(Comment, (found.get(row_id or 0) for row_id in wanted))

    @strawberry.field(description="Whether you may change it.")
    def viewer_can_edit(self, info: Info) -> bool:
        return may_edit_comment(info.context.viewer, self.row)

    @strawberry.field(description="Whether you may delete it: your own, any on your own post.")
    def viewer_can_delete(self, info: Info) -> bool:
        return may_delete_comment(info.context.viewer, self.row)

    @batch(description="Replies to it, oldest first.", directives=[PAGE])
    @paged("comments")
    @staticmethod
    async def replies(comments: list["Comment"], info: Info, paging: Paging) -> list[Connection["Comment"]]:
        loaders = info.context.loaders
        ids = [comment.row.id for comment in comments]
        return await connections(
            Comment,
            paging,
            loaders.replies_by_comment_id(paging.page),
            loaders.comment_by_id,
            ids,
            counted(loaders.stats_by_comment_id, "reply_count", ids),
        )


@strawberry.input(description="Something to say about a post, or in reply to one of its comments.")
class CreateCommentInput:
    post_id: strawberry.ID = strawberry.field(description="The post it is about.")
    parent_id: strawberry.ID | None = strawberry.field(
        default=None, description="The comment of that post that it replies to; leave out to comment on the post."
    )
    text: SafeText = strawberry.field(description="Plain text, 1–2,000 characters.")


@strawberry.input(description="New words for a comment.")
class UpdateCommentInput:
    comment_id: strawberry.ID = strawberry.field(description="The comment to change.")
    text: SafeText = strawberry.field(description="The new text, 1–2,000 characters.")


@strawberry.input(description="A comment to delete.")
class DeleteCommentInput:
    comment_id: strawberry.ID = strawberry.field(description="The comment to delete.")


@strawberry.type(description="The comment as it was made, and its place at the end of its list.")
class CreateCommentPayload:
    comment: Comment = strawberry.field(description="The new comment.")
    comment_edge: Edge[Comment] = strawberry.field(
        description="Its place in the post's comments, or in the replies of the comment it replies to."
    )
    post: LazyPost = strawberry.field(description="The post with its new counts.")


@strawberry.type(description="The comment as it now stands.")
class UpdateCommentPayload:
    comment: Comment = strawberry.field(description="The changed comment.")


@strawberry.type(description="The comment is gone, now or before.")
class DeleteCommentPayload:
    deleted_comment_id: strawberry.ID = strawberry.field(
        description="The id to drop from your lists, or to show without its words while it has replies."
    )
    post: LazyPost | None = strawberry.field(
        description="The post with its new counts; null if it is out of your sight."
    )


CreateCommentResult: TypeAlias = Annotated[
    CreateCommentPayload | InvalidInput | NotFound | NotAllowed | Conflict,
    strawberry.union("CreateCommentResult", description="The new comment, or why there is none."),
]
UpdateCommentResult: TypeAlias = Annotated[
    UpdateCommentPayload | InvalidInput | NotFound | NotAllowed | Conflict,
    strawberry.union("UpdateCommentResult", description="The changed comment, or why it stays as it was."),
]
DeleteCommentResult: TypeAlias = Annotated[
    DeleteCommentPayload | InvalidInput | NotFound | NotAllowed | Conflict,
    strawberry.union("DeleteCommentResult", description="That the comment is gone, or why it stays."),
]
