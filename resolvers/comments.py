"""Root fields about comments."""

from domain import comments
from resolvers.errors import user_errors
from resolvers.targets import target
from schema.comments import (
    Comment,
    CreateCommentInput,
    CreateCommentPayload,
    CreateCommentResult,
    DeleteCommentInput,
    DeleteCommentPayload,
    DeleteCommentResult,
    UpdateCommentInput,
    UpdateCommentPayload,
    UpdateCommentResult,
)
from schema.context import Info
from schema.nodes import global_id
from schema.pagination import Edge, cursor
from schema.posts import Post


@user_errors
async def create_comment(info: Info, input: CreateCommentInput) -> CreateCommentResult:
    author = info.context.signed_in
    post_id = target(input.post_id, "Post", field="post_id")
    parent_id = None if input.parent_id is None else target(input.parent_id, "Comment", field="parent_id")
    async with info.context.write() as session:
        row, post = await comments.say(session, author, post_id, text=input.text, parent_id=parent_id)
    made = Comment(row)
    edge = Edge(cursor=cursor("comments", row.id), node=made)
    return CreateCommentPayload(comment=made, comment_edge=edge, post=Post(post))


@user_errors
async def update_comment(info: Info, input: UpdateCommentInput) -> UpdateCommentResult:
    editor = info.context.signed_in
    comment_id = target(input.comment_id, "Comment", field="comment_id")
    async with info.context.write() as session:
        row = await comments.edit(session, editor, comment_id, text=input.text)
    return UpdateCommentPayload(comment=Comment(row))


@user_errors
async def delete_comment(info: Info, input: DeleteCommentInput) -> DeleteCommentResult:
    viewer = info.context.signed_in
    comment_id = target(input.comment_id, "Comment", field="comment_id")
    async with info.context.write() as session:
        post_id = await comments.delete(session, viewer, comment_id, origin=info.context.origin)
    post = await info.context.loaders.post_by_id.load(post_id)
    return DeleteCommentPayload(
        deleted_comment_id=global_id("Comment", comment_id), post=None if post is None else Post(post)
    )
