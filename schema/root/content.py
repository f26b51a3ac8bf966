"""Posts, comments and likes."""

from typing import Final

import strawberry

from db.models import TokenScope
from resolvers import comments, posts
from resolvers.limits import limited
from schema.comments import CreateCommentResult, DeleteCommentResult, UpdateCommentResult
from schema.posts import CreatePostResult, DeletePostResult, LikePostResult, UnlikePostResult, UpdatePostResult
from schema.scopes import opened_by

_POSTS: Final = "30/5m"
_REACTIONS: Final = "120/5m"
_COMMENTS: Final = "60/5m"


@strawberry.type
class Content:
    create_post: CreatePostResult | None = strawberry.mutation(
        resolver=posts.create_post,
        description="Publish a post.",
        metadata=limited(_POSTS, bucket="post") | opened_by(TokenScope.POST),
    )
    update_post: UpdatePostResult | None = strawberry.mutation(
        resolver=posts.update_post,
        description="Change a post of yours.",
        metadata=limited(_POSTS, bucket="post") | opened_by(TokenScope.POST),
    )
    delete_post: DeletePostResult | None = strawberry.mutation(
        resolver=posts.delete_post,
        description="Delete a post of yours.",
        metadata=limited(_POSTS, bucket="post") | opened_by(TokenScope.POST),
    )
    like_post: LikePostResult | None = strawberry.mutation(
        resolver=posts.like_post,
        description="Like a post; harmless when you do already.",
        metadata=limited(_REACTIONS, bucket="reaction") | opened_by(TokenScope.POST),
    )
    unlike_post: UnlikePostResult | None = strawberry.mutation(
        resolver=posts.unlike_post,
        description="Like a post no longer; harmless when you do not.",
        metadata=limited(_REACTIONS, bucket="reaction") | opened_by(TokenScope.POST),
    )
    create_comment: CreateCommentResult | None = strawberry.mutation(
        resolver=comments.create_comment,
        description="Comment on a post, or reply to one of its comments.",
        metadata=limited(_COMMENTS, bucket="comment") | opened_by(TokenScope.POST),
    )
    update_comment: UpdateCommentResult | None = strawberry.mutation(
        resolver=comments.update_comment,
        description="Change a comment of yours.",
        metadata=limited(_COMMENTS, bucket="comment") | opened_by(TokenScope.POST),
    )
    delete_comment: DeleteCommentResult | None = strawberry.mutation(
        resolver=comments.delete_comment,
        description="Delete a comment of yours, or one on a post of yours; its replies stay.",
        metadata=limited(_COMMENTS, bucket="comment") | opened_by(TokenScope.POST),
    )
