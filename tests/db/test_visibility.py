"""The visibility policy, clause by clause, as the query functions give it to every kind of viewer."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from db.models import Audience, Role, UserStatus
from db.queries import comments, feeds, follows, posts, users
from db.queries.pages import EdgeRow, Page
from db.queries.posts import PostEdgeRow
from db.reads import Reads
from schema.context import Services
from tests.factories import Make, Person

PAGE = Page(100)
KINDS = (
    "anonymous",
    "stranger",
    "follower",
    "requester",
    "followed",
    "blocked",
    "blocker",
    "muter",
    "suspended follower",
    "moderator",
    "themselves",
)
# Those from whom a block hides a person, whatever else holds.
APART = {"blocked", "blocker"}
EVERYONE = set(KINDS) - APART
FOLLOWERS = {"follower", "suspended follower", "themselves"}


@dataclass
class World:
    """Ada, and one viewer of each kind, as they stand to her; `None` is nobody signed in."""

    ada: Person
    viewers: dict[str, int | None]


@pytest.fixture
def db(services: Services) -> Reads:
    return services.stores.reads


async def world(make: Make, *, private: bool = False, status: UserStatus = UserStatus.ACTIVE) -> World:
    ada = await make.user("ada", private=private, status=status)
    people = {kind: await make.user() for kind in KINDS if kind not in ("anonymous", "moderator", "themselves")}
    people |= {"moderator": await make.user(role=Role.MODERATOR), "themselves": ada}
    await make.follow(people["follower"], ada)
    await make.follow(people["suspended follower"], ada)
    await make.suspend(people["suspended follower"])
    await make.follow(ada, people["followed"])
    await make.follow_request(people["requester"], ada)
    await make.block(ada, people["blocked"])
    await make.block(people["blocker"], ada)
    await make.mute(people["muter"], ada)
    return World(ada, {"anonymous": None, **{kind: person.id for kind, person in people.items()}})


@pytest.mark.parametrize(
    ("status", "seen_by"),
    [
        (UserStatus.ACTIVE, EVERYONE),
        (UserStatus.SUSPENDED, {"themselves"}),
        (UserStatus.DELETED, {"themselves"}),
    ],
)
@pytest.mark.parametrize("private", [False, True])
async def test_a_person_is_seen_by_all_but_those_a_block_stands_between(
    db: Reads, make: Make, status: UserStatus, seen_by: set[str], private: bool
) -> None:
    it = await world(make, private=private, status=status)
    by_id, by_name, found = set(), set(), set()
    for kind, viewer_id in it.viewers.items():
        if it.ada.id in await users.by_ids(db, [it.ada.id, 1], viewer_id=viewer_id):
            by_id.add(kind)
        if await users.by_username(db, "ADA", viewer_id=viewer_id):
            by_name.add(kind)
        if (await users.search(db, PAGE, "ada", viewer_id=viewer_id)).edges:
            found.add(kind)
    assert by_id == by_name == found == seen_by


@pytest.mark.parametrize(
    ("status", "private", "seen_by"),
    [
        (UserStatus.ACTIVE, False, EVERYONE),
        (UserStatus.ACTIVE, True, FOLLOWERS),
        (UserStatus.SUSPENDED, False, {"themselves"}),
        (UserStatus.SUSPENDED, True, {"themselves"}),
        (UserStatus.DELETED, False, {"themselves"}),
        (UserStatus.DELETED, True, {"themselves"}),
    ],
)
async def test_whom_a_private_account_knows_is_for_its_followers(
    db: Reads, make: Make, status: UserStatus, private: bool, seen_by: set[str]
) -> None:
    it = await world(make, private=private, status=status)
    friend = await make.user()
    await make.follow(friend, it.ada)
    await make.follow(it.ada, friend)
    followers, following = set(), set()
    for kind, viewer_id in it.viewers.items():
        lists = await follows.followers(db, [it.ada.id], PAGE, viewer_id=viewer_id)
        if friend.id in _nodes(lists[it.ada.id].edges):
            followers.add(kind)
        lists = await follows.following(db, [it.ada.id], PAGE, viewer_id=viewer_id)
        if friend.id in _nodes(lists[it.ada.id].edges):
            following.add(kind)
    assert followers == following == seen_by


async def test_a_list_leaves_out_members_whom_the_viewer_may_not_see(db: Reads, make: Make) -> None:
    it = await world(make)
    bob = await make.user("bob")
    await make.follow(it.ada, bob)
    await make.follow(bob, it.ada)
    await make.follow(await make.user(status=UserStatus.SUSPENDED), bob)
    for kind, viewer_id in it.viewers.items():
        seen = (await follows.followers(db, [bob.id], PAGE, viewer_id=viewer_id))[bob.id]
        assert _nodes(seen.edges) == ([] if kind in APART else [it.ada.id]), kind
        seen = (await follows.following(db, [bob.id], PAGE, viewer_id=viewer_id))[bob.id]
        assert _nodes(seen.edges) == ([] if kind in APART else [it.ada.id]), kind


async def test_who_asks_and_what_one_liked_is_for_oneself(db: Reads, make: Make) -> None:
    it = await world(make, private=True)
    liked = await make.post(await make.user())
    await make.like(it.ada, liked)
    for kind, viewer_id in it.viewers.items():
        requests = (await follows.requests(db, [it.ada.id], PAGE, viewer_id=viewer_id))[it.ada.id]
        assert _nodes(requests.edges) == ([it.viewers["requester"]] if kind == "themselves" else []), kind
        likes = (await posts.liked_by(db, [it.ada.id], PAGE, viewer_id=viewer_id))[it.ada.id]
        assert _nodes(likes.edges) == ([liked.id] if kind == "themselves" else []), kind


@pytest.mark.parametrize(
    ("status", "private", "audience", "seen_by"),
    [
        (UserStatus.ACTIVE, False, Audience.PUBLIC, EVERYONE),
        (UserStatus.ACTIVE, False, Audience.FOLLOWERS, FOLLOWERS),
        (UserStatus.ACTIVE, True, Audience.PUBLIC, FOLLOWERS),
        (UserStatus.ACTIVE, True, Audience.FOLLOWERS, FOLLOWERS),
        (UserStatus.SUSPENDED, False, Audience.PUBLIC, {"themselves"}),
        (UserStatus.DELETED, False, Audience.PUBLIC, {"themselves"}),
    ],
)
async def test_a_post_is_seen_by_its_audience(
    db: Reads, make: Make, status: UserStatus, private: bool, audience: Audience, seen_by: set[str]
) -> None:
    it = await world(make, private=private, status=status)
    post = await make.post(it.ada, "rarely said", audience=audience)
    liker = await make.user()
    await make.like(liker, post)
    by_id, by_author, found, its_likers = set(), set(), set(), set()
    for kind, viewer_id in it.viewers.items():
        if post.id in await posts.by_ids(db, [post.id], viewer_id=viewer_id):
            by_id.add(kind)
        if (await posts.by_author(db, [it.ada.id], PAGE, viewer_id=viewer_id))[it.ada.id].edges:
            by_author.add(kind)
        if (await posts.search(db, PAGE, "rarely", viewer_id=viewer_id)).edges:
            found.add(kind)
        if (await posts.likers(db, [post.id], PAGE, viewer_id=viewer_id))[post.id].edges:
            its_likers.add(kind)
    assert by_id == by_author == found == its_likers == seen_by


async def test_a_deleted_post_is_seen_by_nobody(db: Reads, make: Make) -> None:
    it = await world(make)
    post = await make.post(it.ada, "rarely said", deleted_at=datetime.now(UTC))
    comment = await make.comment(it.ada, post)
    for viewer_id in it.viewers.values():
        assert await posts.by_ids(db, [post.id], viewer_id=viewer_id) == {}
        assert (await posts.by_author(db, [it.ada.id], PAGE, viewer_id=viewer_id))[it.ada.id].edges == []
        assert (await posts.search(db, PAGE, "rarely", viewer_id=viewer_id)).edges == []
        assert await comments.by_ids(db, [comment.id], viewer_id=viewer_id) == {}


@pytest.mark.parametrize(
    ("status", "seen_by"),
    [
        (UserStatus.ACTIVE, EVERYONE),
        (UserStatus.SUSPENDED, {"themselves"}),
        (UserStatus.DELETED, {"themselves"}),
    ],
)
async def test_a_comment_is_seen_where_its_writer_is(
    db: Reads, make: Make, status: UserStatus, seen_by: set[str]
) -> None:
    it = await world(make, private=True, status=status)
    post = await make.post(await make.user())
    comment = await make.comment(it.ada, post)
    reply = await make.comment(it.ada, post, parent=await make.comment(await make.user(), post))
    seen = {
        kind
        for kind, viewer_id in it.viewers.items()
        if comment.id in await _all_comments(db, post.id, viewer_id)
        and len(await comments.by_ids(db, [comment.id, reply.id], viewer_id=viewer_id)) == 2
    }
    assert seen == seen_by


async def test_a_comment_is_seen_only_where_its_post_is(db: Reads, make: Make) -> None:
    it = await world(make, private=True)
    post = await make.post(it.ada)
    comment = await make.comment(await make.user(), post)
    seen = {
        kind
        for kind, viewer_id in it.viewers.items()
        if comment.id in await comments.by_ids(db, [comment.id], viewer_id=viewer_id)
    }
    assert seen == FOLLOWERS


async def test_a_tombstone_is_for_everyone_who_sees_the_post(
    db: Reads, make: Make, owner: asyncpg.Connection
) -> None:
    it = await world(make)
    open_post, her_post = await make.post(await make.user()), await make.post(it.ada)
    tombstones = [await make.comment(it.ada, post) for post in (open_post, her_post)]
    await owner.execute("UPDATE comments SET text = '', deleted_at = now()")
    everywhere, on_hers = (thing.id for thing in tombstones)
    for kind, viewer_id in it.viewers.items():
        seen = set(await comments.by_ids(db, [everywhere, on_hers], viewer_id=viewer_id))
        assert seen == ({everywhere} if kind in APART else {everywhere, on_hers}), kind


NOW = datetime.now(UTC)


@pytest.mark.parametrize(
    ("until", "hides"),
    [
        (None, True),
        (NOW + timedelta(days=1), True),
        (datetime(9999, 12, 31, tzinfo=UTC), True),
        (NOW - timedelta(days=1), False),
    ],
)
async def test_a_mute_hides_from_feeds_alone_and_until_it_ends(
    db: Reads, make: Make, until: datetime | None, hides: bool
) -> None:
    ada, bob = await make.user("ada"), await make.user("bob")
    his, hers = await make.post(bob, "rarely said"), await make.post(ada)
    await make.follow(ada, bob)
    await make.follow(bob, ada)
    await make.mute(ada, bob, until=until)
    in_feeds = [hers.id] if hides else [hers.id, his.id]
    assert _nodes((await feeds.home(db, PAGE, viewer_id=ada.id)).edges) == in_feeds
    assert _nodes((await feeds.public(db, PAGE, viewer_id=ada.id)).edges) == in_feeds
    relationship = (await users.relationships(db, [bob.id], viewer_id=ada.id))[bob.id]
    assert relationship.viewer_mutes is hides

    assert his.id in await posts.by_ids(db, [his.id], viewer_id=ada.id)
    assert _nodes((await posts.search(db, PAGE, "rarely", viewer_id=ada.id)).edges) == [his.id]
    for viewer_id in (bob.id, (await make.user()).id, None):
        assert _nodes((await feeds.public(db, PAGE, viewer_id=viewer_id)).edges) == [hers.id, his.id]
    assert _nodes((await feeds.home(db, PAGE, viewer_id=bob.id)).edges) == [hers.id, his.id]


async def test_feeds_hold_what_their_reader_may_see(db: Reads, make: Make) -> None:
    it = await world(make)
    public = await make.post(it.ada)
    close = await make.post(it.ada, audience=Audience.FOLLOWERS)
    pia = await make.user(private=True)
    private = await make.post(pia)
    for kind, viewer_id in it.viewers.items():
        in_public = _nodes((await feeds.public(db, PAGE, viewer_id=viewer_id)).edges)
        assert in_public == ([] if kind in {*APART, "muter"} else [public.id]), kind
        if viewer_id is not None:
            at_home = _nodes((await feeds.home(db, PAGE, viewer_id=viewer_id)).edges)
            assert at_home == ([close.id, public.id] if kind in FOLLOWERS else []), kind
    assert _nodes((await feeds.home(db, PAGE, viewer_id=pia.id)).edges) == [private.id]


async def _all_comments(db: Reads, post_id: int, viewer_id: int | None) -> list[int]:
    return _nodes((await comments.on_posts(db, [post_id], PAGE, viewer_id=viewer_id))[post_id].edges)


def _nodes(edges: Iterable[EdgeRow | PostEdgeRow]) -> list[int]:
    return [edge.node_id if isinstance(edge, EdgeRow) else edge.node.id for edge in edges]
