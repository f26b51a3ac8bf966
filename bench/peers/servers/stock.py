"""Strawberry as it comes, with its ASGI view, its caches of documents, and dataloaders."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import strawberry
from aiodataloader import DataLoader
from starlette.applications import Starlette
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from strawberry.asgi import GraphQL
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig

from bench.peers.servers.database import Database, opened
from bench.peers.servers.feed import Connection, Edge, PageInfo, User, Written
from bench.peers.servers.keys import SIZE, encoded, place


@dataclass
class Context:
    """One request's."""

    database: Database
    viewer: int
    users: DataLoader[int, User | None]
    liked: DataLoader[int, bool]


Info = strawberry.Info[Context, None]


@strawberry.type
class Post(Written):
    key: strawberry.Private[int]
    author_key: strawberry.Private[int]

    @strawberry.field
    async def author(self, info: Info) -> User | None:
        return await info.context.users.load(self.author_key)

    @strawberry.field
    async def viewer_has_liked(self, info: Info) -> bool:
        return await info.context.liked.load(self.key)


@strawberry.type
class Query:
    @strawberry.field
    async def public_feed(self, info: Info, first: int = SIZE, after: str | None = None) -> Connection[Post]:
        asked = info.context
        rows = await asked.database.fetch("posts", asked.viewer, place(after), first + 1)
        edges = [Edge(cursor=encoded("posts", row["id"]), node=_post(row)) for row in rows[:first]]
        last = edges[-1].cursor if edges else None
        return Connection(edges=edges, page_info=PageInfo(has_next_page=len(rows) > first, end_cursor=last))


def _post(row: Mapping[str, Any]) -> Post:
    return Post(
        id=strawberry.ID(encoded("Post", row["id"])),
        text=row["text"],
        created_at=row["created_at"],
        like_count=row["like_count"],
        comment_count=row["comment_count"],
        key=row["id"],
        author_key=row["author_id"],
    )


def _user(row: Mapping[str, Any]) -> User:
    return User(
        id=strawberry.ID(encoded("User", row["id"])), username=row["username"], display_name=row["display_name"]
    )


def context(database: Database, viewer: int) -> Context:
    async def users(keys: list[int]) -> list[User | None]:
        found = {row["id"]: _user(row) for row in await database.fetch("authors", keys)}
        return [found.get(key) for key in keys]

    async def liked(keys: list[int]) -> list[bool]:
        found = {row["post_id"] for row in await database.fetch("likes", viewer, keys)}
        return [key in found for key in keys]

    return Context(database, viewer, DataLoader(users), DataLoader(liked))


class _View(GraphQL[Context, None]):
    async def get_context(self, request: HTTPConnection, response: Any) -> Context:
        return context(request.app.state.database, int(request.headers["x-viewer"]))


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    async with opened() as app.state.database:
        yield


async def _ready(_: Request) -> Response:
    return PlainTextResponse("ready")


_DATE_TIME = strawberry.scalar(
    name="DateTime",
    serialize=lambda moment: moment.isoformat().replace("+00:00", "Z"),
    parse_value=datetime.fromisoformat,
)
schema = strawberry.Schema(
    Query,
    extensions=[ParserCache, ValidationCache],
    config=StrawberryConfig(scalar_map={datetime: _DATE_TIME}),
)
app = Starlette(routes=[Route("/ready", _ready), Route("/graphql", _View(schema))], lifespan=_lifespan)
