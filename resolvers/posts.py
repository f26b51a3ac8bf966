"""Root fields about posts."""

from typing import Any

import strawberry
from strawberry import UNSET

from domain import posts
from resolvers.errors import user_errors
from resolvers.targets import target
from schema.context import Info
from schema.nodes import global_id, row_id
from schema.pagination import Edge, cursor
from schema.posts import (
    CreatePostInput,
    CreatePostPayload,
    CreatePostResult,
    DeletePostInput,
    DeletePostPayload,
    DeletePostResult,
    LikePostInput,
    LikePostPayload,
    LikePostResult,
    Post,
    UnlikePostInput,
    UnlikePostPayload,
    UnlikePostResult,
    UpdatePostInput,
    UpdatePostPayload,
    UpdatePostResult,
)
from schema.users import User


async def post(info: Info, id: strawberry.ID) -> Post | None:
    row = await info.context.loaders.post_by_id.load(row_id(id, "Post", argument="id"))
    return None if row is None else Post(row)


@user_errors
async def create_post(info: Info, input: CreatePostInput) -> CreatePostResult:
    author = info.context.signed_in
    async with info.context.write() as session:
        row = await posts.publish(
            session,
            author,
            text=input.text,
            type=input.type,
            link_url=input.link_url,
            image_url=input.image_url,
            alt_text=input.alt_text,
            audience=input.audience,
        )
    made = Post(row)
    return CreatePostPayload(post=made, post_edge=Edge(cursor=cursor("posts", row.id), node=made))


@user_errors
async def update_post(info: Info, input: UpdatePostInput) -> UpdatePostResult:
    editor = info.context.signed_in
    async with info.context.write() as session:
        row = await posts.edit(session, editor, target(input.post_id, "Post", field="post_id"), **_changes(input))
    return UpdatePostPayload(post=Post(row))


@user_errors
async def delete_post(info: Info, input: DeletePostInput) -> DeletePostResult:
    viewer = info.context.signed_in
    post_id = target(input.post_id, "Post", field="post_id")
    async with info.context.write() as session:
        await posts.delete(session, viewer, post_id, origin=info.context.origin)
    return DeletePostPayload(deleted_post_id=global_id("Post", post_id))


@user_errors
async def like_post(info: Info, input: LikePostInput) -> LikePostResult:
    viewer = info.context.signed_in
    async with info.context.write() as session:
        row, key = await posts.like(session, viewer, target(input.post_id, "Post", field="post_id"))
    return LikePostPayload(post=Post(row), liker_edge=await _edge_of_viewer(info, "likes", key))


@user_errors
async def unlike_post(info: Info, input: UnlikePostInput) -> UnlikePostResult:
    viewer = info.context.signed_in
    async with info.context.write() as session:
        row = await posts.unlike(session, viewer, target(input.post_id, "Post", field="post_id"))
    return UnlikePostPayload(post=Post(row))


def _changes(input: UpdatePostInput) -> dict[str, Any]:
    given = {name: getattr(input, name) for name in ("text", "link_url", "image_url", "alt_text", "audience")}
    # Only the alternative text can be taken away; null for the others leaves them as they are.
    return {
        name: value
        for name, value in given.items()
        if value is not UNSET and (value is not None or name == "alt_text")
    }


async def _edge_of_viewer(info: Info, kind: str, key: int | None) -> Edge[User] | None:
    row = await info.context.loaders.user_by_id.load(info.context.signed_in.user_id)
    if key is None or row is None:
        return None
    return Edge(cursor=cursor(kind, key), node=User(row))
