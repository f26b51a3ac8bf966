"""Documents about comments that several files of tests send, and their refusals."""

from typing import Any

from tests.conftest import Api
from tests.factories import Person, Thing

CREATE = """
mutation ($input: CreateCommentInput!) {
  createComment(input: $input) {
    __typename
    ... on CreateCommentPayload {
      comment { id text depth author { username } parent { text replies { totalCount } } viewerCanDelete }
      commentEdge { cursor node { text } }
      post { commentCount comments { totalCount } }
    }
    ... on UserError { message }
    ... on InvalidInput { field }
  }
}
"""
UPDATE = """
mutation ($id: ID!, $text: SafeText!) {
  updateComment(input: { commentId: $id, text: $text }) {
    __typename
    ... on UpdateCommentPayload { comment { text editedAt } }
    ... on UserError { message }
    ... on InvalidInput { field }
  }
}
"""
DELETE = """
mutation ($id: ID!) {
  deleteComment(input: { commentId: $id }) {
    __typename
    ... on DeleteCommentPayload { deletedCommentId post { commentCount comments { totalCount } } }
    ... on UserError { message }
    ... on InvalidInput { field }
  }
}
"""
THREAD = """
query ($id: ID!, $after: String) {
  post(id: $id) {
    comments(after: $after) {
      edges { node { text author { username } editedAt viewerCanDelete viewerCanEdit
        replies(after: $after) { totalCount edges { node { text author { username } depth } } } } }
    }
  }
}
"""
NO_COMMENT = {"__typename": "NotFound", "message": "There is no such comment."}
DELETED = {"__typename": "Conflict", "message": "This comment was deleted."}


async def say(
    api: Api, person: Person | None, post: Thing | str, text: str = "Indeed", parent: Thing | str | None = None
) -> Any:
    post_id, parent_id = (thing.gid if isinstance(thing, Thing) else thing for thing in (post, parent))
    return await api(CREATE, viewer=person, input={"postId": post_id, "parentId": parent_id, "text": text})


async def delete(api: Api, person: Person, comment: Thing | str) -> Any:
    return await api(DELETE, viewer=person, id=comment.gid if isinstance(comment, Thing) else comment)


def gone(comment: Thing, count: int, threads: int) -> dict[str, Any]:
    return {
        "__typename": "DeleteCommentPayload",
        "deletedCommentId": comment.gid,
        "post": {"commentCount": count, "comments": {"totalCount": threads}},
    }
