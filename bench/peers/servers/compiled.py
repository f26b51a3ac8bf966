"""Plaza's engine alone: a small Strawberry schema with batch fields, on raw ASGI."""

from binascii import b2a_base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from operator import itemgetter
from typing import Any, cast

import asyncpg
import strawberry
from graphql import ExecutionResult, get_operation_ast, parse, validate
from strawberry.schema.config import StrawberryConfig

from bench.peers.servers.asgi import Application
from bench.peers.servers.database import Database, opened
from bench.peers.servers.feed import Connection, Edge, PageInfo, User, Written
from bench.peers.servers.keys import SIZE, place
from engine.batch import batch
from engine.execution import Operation, prepared


@dataclass(slots=True)
class Context:
    """One request's."""

    database: Database
    viewer: int


Info = strawberry.Info[Context, None]


@strawberry.type
class Post(Written):
    key: strawberry.Private[int]
    author_key: strawberry.Private[int]

    @batch
    @staticmethod
    async def author(posts: list["Post"], info: Info) -> list[User | None]:
        keys = [post.author_key for post in posts]
        users = {user.key: user for user in await info.context.database.fetch("authors", [*{*keys}])}
        return [*map(users.get, keys)]

    @batch
    @staticmethod
    async def viewer_has_liked(posts: list["Post"], info: Info) -> list[bool]:
        keys = [post.key for post in posts]
        liked = {row[0] for row in await info.context.database.fetch("likes", info.context.viewer, keys)}
        return [key in liked for key in keys]


@strawberry.type
class Query:
    @strawberry.field
    async def public_feed(self, info: Info, first: int = SIZE, after: str | None = None) -> Connection[Post]:
        asked = info.context
        rows = await asked.database.fetch("posts", asked.viewer, place(after), first + 1)
        return page(rows, first)


class PostRow:
    """A row as the schema's `Post`, and as the edge which holds it: nothing is copied."""

    __slots__ = ()

    key = property(itemgetter(0))
    author_key = property(itemgetter(1))
    text = property(itemgetter(2))
    created_at = property(itemgetter(3))
    like_count = property(itemgetter(4))
    comment_count = property(itemgetter(5))
    id = property(lambda row: b2a_base64(b"Post:%d" % row[0], newline=False).decode())
    cursor = property(lambda row: b2a_base64(b"posts:%d" % row[0], newline=False).decode())
    node = property(lambda row: row)


class UserRow:
    """A row as the schema's `User`."""

    __slots__ = ()

    key = property(itemgetter(0))
    username = property(itemgetter(1))
    display_name = property(itemgetter(2))
    id = property(lambda row: b2a_base64(b"User:%d" % row[0], newline=False).decode())


class _PostRecord(PostRow, asyncpg.Record):
    __slots__ = ()


class _UserRecord(UserRow, asyncpg.Record):
    __slots__ = ()


def page(rows: list[PostRow], first: int) -> Connection[Post]:
    """Of one row more than are shown, where there are so many."""
    shown = rows[:first]
    last = shown[-1].cursor if shown else None
    return Connection(
        edges=cast("list[Edge[Post]]", shown),
        page_info=PageInfo(has_next_page=len(rows) > first, end_cursor=last),
    )


# Left to orjson, which writes it as part of the answer.
_DATE_TIME = strawberry.scalar(name="DateTime", parse_value=datetime.fromisoformat)
schema = strawberry.Schema(Query, config=StrawberryConfig(scalar_map={datetime: _DATE_TIME}))._schema


@cache
def _operation(text: str) -> Operation:
    document = parse(text)
    if errors := validate(schema, document):
        raise errors[0]
    node = get_operation_ast(document)
    assert node is not None
    return prepared(schema, document, node)


async def _answer(database: Database, viewer: int, posted: Mapping[str, Any]) -> object:
    result = _operation(posted["query"]).execute(
        context_value=Context(database, viewer), variable_values=posted["variables"]
    )
    if not isinstance(result, ExecutionResult):
        result = await result
    if result.errors:
        raise result.errors[0]
    return {"data": result.data}


app = Application(_answer, partial(opened, {"posts": _PostRecord, "authors": _UserRecord}))
