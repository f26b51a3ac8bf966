"""Walks: whoever pages through a list meets every row that stays, once and in order, whatever comes and goes.

Every connection of the schema has a row in `LISTS`. Walks page forwards and backwards in pages of random size;
beside each page other connections add rows to the list and take rows away, often the very next ones.
`PLAZA_DOSE=full` walks many more times.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any, TypeAlias

import pytest
from graphql import GraphQLObjectType, get_named_type

from db.reads import PoolReads
from schema.nodes import global_id, parse_global_id
from schema.root import schema
from tests.conftest import Api, Empty
from tests.dose import IS_FULL
from tests.factories import Make, Person

SEEDS = range(1, 4 if IS_FULL else 2)
# In each direction, with one seed.
WALKS = 6 if IS_FULL else 1
ROWS = 12
# Changes beside one walk: an end, for a walk towards the end at which rows arrive could go on for ever.
CHANGES = 24

# One new person or one new post, for an edge to it; `$1` is a name that nobody has.
_PERSON = "WITH person AS (INSERT INTO users (username, display_name) VALUES ($1, 'Sailor') RETURNING id)"
_POST = "WITH post AS (INSERT INTO posts (author_id, text) VALUES ({bob}, $1) RETURNING id)"
_ANYBODY = "(ARRAY[{ada}, {bob}, {cat}])[1 + abs(hashtext($1)) % 3]"


@dataclass(frozen=True)
class List:
    """A list of Ada's in SQL: its ids in the documented order, a row more, and the row of the id `$1` no more."""

    ids: str
    add: str
    remove: str
    arguments: str = ""


_POSTS = List(
    ids="SELECT id FROM posts WHERE deleted_at IS NULL ORDER BY id DESC",
    add=f"INSERT INTO posts (author_id, text) VALUES ({_ANYBODY}, 'On the plaza, ' || $1::text)",
    remove="UPDATE posts SET deleted_at = now() WHERE id = $1",
)

LISTS = {
    "Query.homeFeed": _POSTS,
    "Query.publicFeed": _POSTS,
    "Query.searchPosts": List(_POSTS.ids, _POSTS.add, _POSTS.remove, 'query: "plaza"'),
    "Query.searchUsers": List(
        ids="""
            SELECT id FROM users WHERE status = 'ACTIVE' AND 'plaza' <% search_name
            ORDER BY round((word_similarity('plaza', search_name) * 1000)::numeric) DESC, id DESC
        """,
        add="""
            INSERT INTO users (username, display_name) VALUES
                ($1, (ARRAY['Plaza', 'The plazas', 'Plazza', 'Plaz', 'Plazamar'])[1 + abs(hashtext($1)) % 5])
        """,
        remove="UPDATE users SET status = 'SUSPENDED' WHERE id = $1",
        arguments='query: "plaza"',
    ),
    "User.posts": List(
        ids="SELECT id FROM posts WHERE author_id = {ada} AND deleted_at IS NULL ORDER BY id DESC",
        add="INSERT INTO posts (author_id, text) VALUES ({ada}, $1)",
        remove=_POSTS.remove,
    ),
    "User.followers": List(
        ids="SELECT follower_id FROM follows WHERE followee_id = {ada} ORDER BY id DESC",
        add=f"{_PERSON} INSERT INTO follows (follower_id, followee_id) SELECT id, {{ada}} FROM person",
        remove="DELETE FROM follows WHERE follower_id = $1 AND followee_id = {ada}",
    ),
    "User.following": List(
        ids="SELECT followee_id FROM follows WHERE follower_id = {ada} ORDER BY id DESC",
        add=f"{_PERSON} INSERT INTO follows (follower_id, followee_id) SELECT {{ada}}, id FROM person",
        remove="DELETE FROM follows WHERE follower_id = {ada} AND followee_id = $1",
    ),
    "User.followRequests": List(
        ids="SELECT requester_id FROM follow_requests WHERE target_id = {ada} ORDER BY id DESC",
        add=f"{_PERSON} INSERT INTO follow_requests (requester_id, target_id) SELECT id, {{ada}} FROM person",
        remove="DELETE FROM follow_requests WHERE requester_id = $1 AND target_id = {ada}",
    ),
    "User.likedPosts": List(
        ids="SELECT post_id FROM likes WHERE user_id = {ada} ORDER BY id DESC",
        add=f"{_POST} INSERT INTO likes (post_id, user_id) SELECT id, {{ada}} FROM post",
        remove="DELETE FROM likes WHERE post_id = $1 AND user_id = {ada}",
    ),
    "Post.likers": List(
        ids="SELECT user_id FROM likes WHERE post_id = {post} ORDER BY id DESC",
        add=f"{_PERSON} INSERT INTO likes (post_id, user_id) SELECT {{post}}, id FROM person",
        remove="DELETE FROM likes WHERE post_id = {post} AND user_id = $1",
    ),
    "Post.comments": List(
        ids="SELECT id FROM comments WHERE post_id = {post} AND parent_id IS NULL ORDER BY id",
        add="INSERT INTO comments (post_id, author_id, text) VALUES ({post}, {bob}, $1)",
        remove="DELETE FROM comments WHERE id = $1",
    ),
    "Comment.replies": List(
        ids="SELECT id FROM comments WHERE parent_id = {comment} ORDER BY id",
        add="""
            INSERT INTO comments (post_id, author_id, parent_id, depth, text)
            VALUES ({post}, {bob}, {comment}, 1, $1)
        """,
        remove="DELETE FROM comments WHERE id = $1",
    ),
}

Page: TypeAlias = dict[str, Any]
Beside: TypeAlias = Callable[[list[int]], Awaitable[None]]


class Stage:
    """One list, as its owner pages through it and as SQL changes it."""

    def __init__(self, name: str, api: Api, viewer: Person, ids: dict[str, int], fresh_limits: Empty) -> None:
        owner, field = name.split(".")
        at = LISTS[name]
        self.document = _document(owner, field, at.arguments)
        self.parent = "" if owner == "Query" else global_id(owner, ids[_PARENTS[owner]])
        self._sql = {verb: getattr(at, verb).format(**ids) for verb in ("ids", "add", "remove")}
        self._api, self._viewer, self._fresh_limits = api, viewer, fresh_limits
        reads = api.services.stores.reads
        assert isinstance(reads, PoolReads)
        self._pool = reads.pool
        self._names = (f"sailor_{number}" for number in count(1))

    async def page(self, size: int, at: str | None, *, backwards: bool) -> Page:
        await self._fresh_limits()  # which have tests of their own
        asked = {"last": size, "before": at} if backwards else {"first": size, "after": at}
        answer = await self._api(self.document, viewer=self._viewer, id=self.parent, **asked)
        page: Page = answer.get("list", answer)
        return page

    async def ids(self) -> list[int]:
        """What is in the list, in its order."""
        async with self._pool.lent() as connection:
            return [row[0] for row in await connection.fetch(self._sql["ids"])]

    async def add(self) -> None:
        async with self._pool.lent() as connection:
            await connection.execute(self._sql["add"], next(self._names))

    async def remove(self, node_id: int) -> None:
        async with self._pool.lent() as connection:
            await connection.execute(self._sql["remove"], node_id)


_PARENTS = {"User": "ada", "Post": "post", "Comment": "comment"}


def _document(owner: str, field: str, arguments: str) -> str:
    page = f"""
        {field}(first: $first, after: $after, last: $last, before: $before {arguments}) {{
            edges {{ cursor node {{ id }} }}
            pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }}
        }}
    """
    if owner == "Query":
        body, variable = page, ""
    else:
        body, variable = f"node(id: $id) {{ ... on {owner} {{ list: {page} }} }}", "$id: ID!, "
    return f"query ({variable}$first: Int, $after: String, $last: Int, $before: String) {{ {body} }}"


@pytest.fixture
async def stage(request: pytest.FixtureRequest, make: Make, api: Api, fresh_limits: Empty) -> Stage:
    ada, bob, cat = [await make.user(name) for name in ("ada", "bob", "cat")]
    post = await make.post(bob, "On the plaza")
    comment = await make.comment(bob, post)
    for followee in (bob, cat):
        await make.follow(ada, followee)
    ids = {"ada": ada.id, "bob": bob.id, "cat": cat.id, "post": post.id, "comment": comment.id}
    stage = Stage(request.param, api, ada, ids, fresh_limits)
    for _ in range(ROWS):
        await stage.add()
    return stage


# Nothing comes or goes in their midst; their own tests page through them.
_LOGS = ["Query.auditLog", "User.securityEvents"]


def test_every_connection_of_the_schema_is_walked() -> None:
    assert sorted([*LISTS, *_LOGS]) == sorted(_connections())


def _connections() -> Iterator[str]:
    for name, kind in schema._schema.type_map.items():
        if isinstance(kind, GraphQLObjectType):
            for field, definition in kind.fields.items():
                if get_named_type(definition.type).name.endswith("Connection"):
                    yield f"{name}.{field}"


every_list = pytest.mark.parametrize("stage", LISTS, indirect=True)
seeded = pytest.mark.parametrize("seed", SEEDS)


@seeded
@every_list
async def test_a_walk_meets_every_row_that_stays_once_and_in_order(stage: Stage, seed: int) -> None:
    chance = random.Random(seed)
    for backwards in [False, True] * WALKS:
        before = await stage.ids()
        met = await _walk(stage, chance, _crowd(stage, chance, backwards=backwards), backwards=backwards)
        after = set(await stage.ids())
        assert len(met) == len(set(met))
        stayed = [node_id for node_id in before if node_id in after]
        assert [node_id for node_id in met if node_id in set(stayed)] == stayed


@seeded
@every_list
async def test_a_walk_through_a_quiet_list_is_the_list_and_every_page_tells_where_it_stands(
    stage: Stage, seed: int
) -> None:
    for backwards in (False, True):
        await _walk_quietly(stage, random.Random(seed), backwards=backwards)


async def _walk_quietly(stage: Stage, chance: random.Random, *, backwards: bool) -> None:
    ids = await stage.ids()
    left, at = len(ids), None
    met: list[int] = []
    while left:
        size = chance.randint(1, 5)
        page = await stage.page(size, at, backwards=backwards)
        is_first, left = left == len(ids), max(0, left - size)
        here = _nodes(page)
        met = here + met if backwards else met + here
        assert len(met) == len(ids) - left
        cursors = [edge["cursor"] for edge in page["edges"]]
        assert page["pageInfo"] == {
            "hasNextPage": not is_first if backwards else left > 0,
            "hasPreviousPage": left > 0 if backwards else not is_first,
            "startCursor": cursors[0],
            "endCursor": cursors[-1],
        }
        at = cursors[0] if backwards else cursors[-1]
    assert met == ids
    beyond = await stage.page(1, at, backwards=backwards)
    assert beyond["edges"] == []
    assert beyond["pageInfo"]["hasPreviousPage" if backwards else "hasNextPage"] is False


async def _walk(stage: Stage, chance: random.Random, beside: Beside, *, backwards: bool) -> list[int]:
    """The ids met, in the list's order, going by what the pages themselves say."""
    onwards, start = ("hasPreviousPage", "hasNextPage") if backwards else ("hasNextPage", "hasPreviousPage")
    met: list[int] = []
    at: str | None = None
    while True:
        page, _ = await asyncio.gather(
            stage.page(chance.randint(1, 5), at, backwards=backwards), beside(list(met))
        )
        here, info = _nodes(page), page["pageInfo"]
        met = here + met if backwards else met + here
        if at is None:
            assert info[start] is False
        if not info[onwards]:
            return met
        at = info["startCursor" if backwards else "endCursor"]
        assert at is not None, "the list goes on, but nobody can follow"


def _crowd(stage: Stage, chance: random.Random, *, backwards: bool) -> Beside:
    """Up to four others at once, who add rows and take rows away, often just where the walk arrives."""
    left = CHANGES

    async def change(met: list[int]) -> None:
        nonlocal left
        ids = await stage.ids()
        ahead = [node_id for node_id in (reversed(ids) if backwards else ids) if node_id not in met]
        removed = chance.sample(ids, min(len(ids), chance.randint(0, 2)))
        if ahead and chance.random() < 0.5:
            removed = [*removed, *ahead[: chance.randint(1, 2)]]
        deeds = [stage.remove(node_id) for node_id in set(removed)]
        deeds += [stage.add() for _ in range(chance.randint(0, 2))]
        chance.shuffle(deeds)
        await asyncio.gather(*deeds)
        left -= len(deeds)

    async def beside(met: list[int]) -> None:
        if left > 0:
            await change(met)

    return beside


def _nodes(page: Page) -> list[int]:
    parsed = [parse_global_id(edge["node"]["id"]) for edge in page["edges"]]
    return [found[1] for found in parsed if found is not None]
