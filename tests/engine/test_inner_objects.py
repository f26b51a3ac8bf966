"""Objects that are attributes of others are read together with them, and answer as graphql-core has it."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

import pytest
import strawberry
from aiodataloader import DataLoader
from graphql import ExecutionResult, parse
from graphql import execute as by_graphql_core

from engine.batch import batch
from engine.execution import execute, no_fallthrough
from engine.execution.levels import _FAILURES_MAX

TEXT = """{
  edges {
    cursor
    node { id stats { likes } names liked author { id name liked } maybe { id name } }
  }
}"""
ASKED: list[int] = []


@dataclass
class Context:
    batches: dict[Hashable, DataLoader[Any, Any]] = field(default_factory=dict)


@strawberry.interface
class Node:
    id: strawberry.ID


@strawberry.type
class Stats:
    likes: int


@strawberry.type
class User(Node):
    name: str

    @batch
    @staticmethod
    async def liked(users: list["User"], info: strawberry.Info) -> list[bool]:
        ASKED.append(len(users))
        return [user.name == "ada" for user in users]


@strawberry.type
class Post(Node):
    stats: Stats
    names: list[str]
    author: User | None
    maybe: User | None = None

    @batch
    @staticmethod
    async def liked(posts: list["Post"], info: strawberry.Info) -> list[bool | None]:
        ASKED.append(len(posts))
        return [ValueError("nobody knows") if post.id == "13" else True for post in posts]  # type: ignore[misc]


@strawberry.type
class Edge:
    cursor: str
    node: Post | None


@strawberry.type
class Query:
    @strawberry.field
    def edges(self, info: strawberry.Info) -> list[Edge]:
        found: list[Edge] = info.root_value
        return found


SCHEMA = strawberry.Schema(Query)._schema


def user(name: str) -> User:
    return User(id=strawberry.ID(f"u-{name}"), name=name)


def edge(number: int, **changed: Any) -> Edge:
    made: dict[str, Any] = {"stats": Stats(likes=number), "names": ["a", "b"], "author": user("ada")}
    return Edge(cursor=f"c{number}", node=Post(id=strawberry.ID(str(number)), **{**made, **changed}))


async def answers(edges: list[Edge], document: Any) -> tuple[Any, list[Any]]:
    with no_fallthrough():
        result = execute(SCHEMA, document, edges, Context())
    return _plain(result if isinstance(result, ExecutionResult) else await result)


async def expected(edges: list[Edge], document: Any) -> tuple[Any, list[Any]]:
    result = by_graphql_core(SCHEMA, document, edges, Context())
    return _plain(result if isinstance(result, ExecutionResult) else await result)


def _plain(result: ExecutionResult) -> tuple[Any, list[Any]]:
    # graphql-core tells them as they came up.
    return result.data, sorted(((error.message, error.path) for error in result.errors or ()), key=str)


def cast_to_another_type() -> Edge:
    made = edge(5)
    strawberry.cast(User, made.node)
    return made


class Younger(Post):
    pass


ODD: dict[str, Any] = {
    "as it should be": lambda: edge(5),
    "without a node": lambda: Edge(cursor="c", node=None),
    "an error in a batch": lambda: edge(13),
    "nobody wrote it": lambda: edge(5, author=None),
    "without what must be there": lambda: edge(5, stats=None),
    "an exception in place of it": lambda: edge(5, stats=ValueError("no stats")),
    "a leaf that is none": lambda: edge(5, stats=Stats(likes=2**40)),
    "another type altogether": lambda: edge(5, author=Stats(likes=1)),
    "of a class below": lambda: Edge(
        cursor="y", node=Younger(id=strawberry.ID("6"), stats=Stats(likes=1), names=[], author=user("bob"))
    ),
    "cast to another type": cast_to_another_type,
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
async def test_each_answers_as_by_graphql_core_however_often(odd: Any) -> None:
    document = parse(TEXT)
    edges = [edge(1), odd(), edge(2, maybe=user("bob"))]
    for _ in range(_FAILURES_MAX + 4):
        assert await answers(edges, document) == await expected(edges, document)


async def test_a_batch_within_is_one_call() -> None:
    document = parse(TEXT)
    await answers([edge(1)], document)
    ASKED.clear()
    await answers([edge(1), Edge(cursor="c", node=None), edge(2, author=None), edge(3)], document)
    assert sorted(ASKED) == [2, 3]


async def test_where_nobody_is_within_nobody_is_asked() -> None:
    document = parse(TEXT)
    await answers([edge(1)], document)
    ASKED.clear()
    data, errors = await answers([Edge(cursor="c", node=None)] * 2, document)
    assert (data, errors, ASKED) == ({"edges": [{"cursor": "c", "node": None}] * 2}, [], [])


async def test_an_object_at_several_places_has_rows_of_its_own() -> None:
    shared = edge(1)
    document = parse("{ edges { node { stats { likes } } } }")
    for _ in range(3):
        data, _errors = await answers([shared, shared], document)
        data["edges"][0]["node"]["stats"]["likes"] = 7
        assert data["edges"][1] == {"node": {"stats": {"likes": 1}}}
