"""Documents about posts that several files of tests send."""

from typing import Any

from tests.conftest import Api
from tests.factories import Person, Thing

CREATE = """
mutation ($input: CreatePostInput!) {
  createPost(input: $input) {
    __typename
    ... on CreatePostPayload {
      post { text type linkUrl imageUrl altText audience author { username postCount } likeCount viewerHasLiked }
      postEdge { cursor node { text } }
    }
    ... on UserError { message }
    ... on InvalidInput { field }
  }
}
"""
UPDATE = """
mutation ($input: UpdatePostInput!) {
  updatePost(input: $input) {
    __typename
    ... on UpdatePostPayload { post { text linkUrl imageUrl altText audience editedAt } }
    ... on UserError { message }
    ... on InvalidInput { field }
  }
}
"""
DELETE = """
mutation ($id: ID!) {
  deletePost(input: { postId: $id }) {
    __typename
    ... on DeletePostPayload { deletedPostId }
    ... on UserError { message }
    ... on InvalidInput { field }
  }
}
"""
NO_POST = {"__typename": "NotFound", "message": "There is no such post."}
PICTURE, PAGE = "https://example.org/cat.png", "http://example.org/"


async def create(api: Api, person: Person, **fields: Any) -> Any:
    return await api(CREATE, viewer=person, input={"text": "Hello", **fields})


async def update(api: Api, person: Person, post: Thing | str, **fields: Any) -> Any:
    post_id = post.gid if isinstance(post, Thing) else post
    return await api(UPDATE, viewer=person, input={"postId": post_id, **fields})
