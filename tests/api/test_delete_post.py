"""deletePost: where a deleted post is missing, and who may do it."""

import pytest

from db.models import AuditEntry, Post, Role, UserStatus
from tests.api.posts import DELETE, NO_POST, update
from tests.conftest import Api
from tests.factories import Make
from tests.rows import Rows

EVERYWHERE = """
query ($post: ID!, $comment: ID!) {
  post(id: $post) { id }
  node(id: $post) { id }
  nodes(ids: [$post, $comment]) { id }
  user(username: "ada") { postCount posts { totalCount edges { node { id } } } }
  publicFeed { edges { node { id } } }
  homeFeed { edges { node { id } } }
  searchPosts(query: "hello") { edges { node { id } } }
  viewer { likedPosts { edges { node { id } } } }
}
"""


async def test_a_deleted_post_is_missing_from_every_list(api: Api, make: Make, rows: Rows) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    post, kept = await make.post(ada), await make.post(ada)
    comment = await make.comment(bob, post)
    await make.follow(bob, ada)
    await make.like(bob, kept)
    await make.like(bob, post)
    ids = {"post": post.gid, "comment": comment.gid}
    both = {"edges": [{"node": {"id": kept.gid}}, {"node": {"id": post.gid}}]}
    liked_both = {"edges": [{"node": {"id": post.gid}}, {"node": {"id": kept.gid}}]}
    assert await api(EVERYWHERE, viewer=bob, **ids) == {
        "post": {"id": post.gid},
        "node": {"id": post.gid},
        "nodes": [{"id": post.gid}, {"id": comment.gid}],
        "user": {"postCount": 2, "posts": {"totalCount": 2, **both}},
        "publicFeed": both,
        "homeFeed": both,
        "searchPosts": both,
        "viewer": {"likedPosts": liked_both},
    }
    assert await api(DELETE, viewer=ada, id=post.gid) == {
        "__typename": "DeletePostPayload",
        "deletedPostId": post.gid,
    }
    one = {"edges": [{"node": {"id": kept.gid}}]}
    for person in (ada, bob):
        seen = await api(EVERYWHERE, viewer=person, **ids)
        assert seen | {"viewer": None} == {
            "post": None,
            "node": None,
            "nodes": [None, None],
            "user": {"postCount": 1, "posts": {"totalCount": 1, **one}},
            "publicFeed": one,
            "homeFeed": one,
            "searchPosts": one,
            "viewer": None,
        }
    assert seen["viewer"] == {"likedPosts": one}


async def test_deleting_twice_is_harmless_for_the_author(api: Api, make: Make, rows: Rows) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    post = await make.post(ada)
    for _ in range(2):
        answer = await api(DELETE, viewer=ada, id=post.gid)
        assert answer == {"__typename": "DeletePostPayload", "deletedPostId": post.gid}
    assert await api(DELETE, viewer=bob, id=post.gid) == NO_POST
    assert await update(api, ada, post, text="Back") == NO_POST
    assert [entry.event for entry in await rows(AuditEntry)] == ["post_deleted"]


@pytest.mark.parametrize(
    ("role", "status", "may"),
    [
        (Role.USER, UserStatus.ACTIVE, False),
        (Role.MODERATOR, UserStatus.ACTIVE, True),
        (Role.ADMIN, UserStatus.ACTIVE, True),
        (Role.ADMIN, UserStatus.SUSPENDED, False),
    ],
)
async def test_moderators_delete_any_post_and_strangers_none(
    api: Api, make: Make, rows: Rows, role: Role, status: UserStatus, may: bool
) -> None:
    ada, person = await make.user("ada"), await make.user("person", role=role, status=status)
    post = await make.post(ada)
    answer = await api(DELETE, viewer=person, id=post.gid)
    assert answer["__typename"] == ("DeletePostPayload" if may else "NotAllowed")
    entries = [(e.event, e.actor_id, e.subject_id, e.details) for e in await rows(AuditEntry)]
    assert entries == ([("post_deleted", person.id, ada.id, {"post_id": post.id})] if may else [])
    assert [row.deleted_at is not None for row in await rows(Post)] == [may]
