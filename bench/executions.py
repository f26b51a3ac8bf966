"""The same operations by graphql-core and by Plaza's engine, in this process and without SQL or JSON."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import graphql
from graphql import GraphQLSchema, build_schema, parse
from strawberry.execution import optimized_is_awaitable

from bench.operations import DOCUMENTS
from bench.peers.servers import compiled, stock
from bench.peers.servers.compiled import PostRow, UserRow
from bench.peers.servers.keys import SIZE
from engine import execution

# Gives a result at once or one to wait for.
Execution = Callable[[], Any]


@dataclass(frozen=True)
class Case:
    """An operation by both; the engine has to be so many times as fast."""

    name: str
    least: float
    theirs: Execution
    ours: Execution


def cases() -> list[Case]:
    return [
        _of_posts("100 posts of six plain fields, and their authors of three", 25, _schema()),
        _of_posts("the same with a resolver on every field", 5, _schema(resolve=_resolve)),
        _page(),
    ]


_SDL: Final = """
type Query { posts: [Post!]! }
type Post { id: ID! text: String! created: String! likes: Int! comments: Int! liked: Boolean! author: User }
type User { id: ID! username: String! name: String! }
"""
_POSTS: Final = parse("{ posts { id text created likes comments liked author { id username name } } }")


@dataclass(frozen=True, slots=True)
class _User:
    id: str
    username: str
    name: str


@dataclass(frozen=True, slots=True)
class _Post:
    id: str
    text: str
    created: str
    likes: int
    comments: int
    liked: bool
    author: _User


@dataclass(frozen=True, slots=True)
class _Root:
    posts: Sequence[_Post]


def _of_posts(name: str, least: float, schema: GraphQLSchema) -> Case:
    posts = [
        _Post(f"p{n}", f"Post {n}", "2026-11-01", n, 2 * n, n % 3 == 0, _User(f"u{n}", f"bob_{n}", f"Bob {n}"))
        for n in range(100)
    ]
    root = _Root(posts)
    return Case(
        name,
        least,
        lambda: graphql.execute(schema, _POSTS, root),
        lambda: execution.execute(schema, _POSTS, root),
    )


def _schema(resolve: Callable[[str], Callable[..., Any]] | None = None) -> GraphQLSchema:
    schema = build_schema(_SDL)
    if resolve is not None:
        for type_name in ("Query", "Post", "User"):
            for name, field in schema.type_map[type_name].fields.items():  # type: ignore[attr-defined] # all are objects
                field.resolve = resolve(name)
    return schema


def _resolve(name: str) -> Callable[..., Any]:
    return lambda source, info: getattr(source, name)


_PAGE: Final = parse((DOCUMENTS / "page.graphql").read_text())
_MOMENT: Final = datetime(2026, 11, 1, tzinfo=UTC)
_POST_COLUMNS: Final = ("id", "author_id", "text", "created_at", "like_count", "comment_count")
_USER_COLUMNS: Final = ("id", "username", "display_name")
_POST_ROWS: Final = [
    (1000 - n, n % 15, f"Post {n}", _MOMENT - timedelta(minutes=n), n, 2 * n) for n in range(SIZE + 1)
]
_USER_ROWS: Final = [(n, f"bob_{n}", f"Bob {n}") for n in range(15)]
_LIKES: Final = [1000, 993]


class _PostTuple(PostRow, tuple[Any, ...]):
    __slots__ = ()


class _UserTuple(UserRow, tuple[Any, ...]):
    __slots__ = ()


class _Canned:
    """Connections that have every statement's rows already."""

    def __init__(self, **rows: Sequence[Any]) -> None:
        self._rows: Mapping[str, Sequence[Any]] = rows

    async def fetch(self, name: str, *_: Any) -> Sequence[Any]:
        return self._rows[name]


def _page() -> Case:
    """A page by Strawberry as it comes, and by batch fields; SQL and JSON are in neither."""
    for_stock: Any = _Canned(
        posts=[dict(zip(_POST_COLUMNS, row, strict=True)) for row in _POST_ROWS],
        authors=[dict(zip(_USER_COLUMNS, row, strict=True)) for row in _USER_ROWS],
        likes=[{"post_id": key} for key in _LIKES],
    )
    for_engine: Any = _Canned(
        posts=[*map(_PostTuple, _POST_ROWS)],
        authors=[*map(_UserTuple, _USER_ROWS)],
        likes=[(key,) for key in _LIKES],
    )
    return Case(
        "a page of 20 posts as in `make bench-peers`, with rows at hand",
        10,
        lambda: graphql.execute(
            stock.schema._schema,
            _PAGE,
            context_value=stock.context(for_stock, 1),
            variable_values={"after": None},
            is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type] # Strawberry gives it just so
            executor_class=stock.schema.execution_context_class,
        ),
        lambda: execution.execute(
            compiled.schema,
            _PAGE,
            context_value=compiled.Context(for_engine, 1),
            variable_values={"after": None},
        ),
    )
