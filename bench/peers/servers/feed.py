"""The schema's types that both servers on Strawberry share."""

from datetime import datetime
from typing import Generic, TypeVar

import strawberry

T = TypeVar("T")


@strawberry.type
class User:
    id: strawberry.ID
    username: str
    display_name: str


@strawberry.type
class Written:
    """What a post is by itself; each server adds what it loads."""

    id: strawberry.ID
    text: str
    created_at: datetime
    like_count: int
    comment_count: int


@strawberry.type
class Edge(Generic[T]):
    cursor: str
    node: T


@strawberry.type
class PageInfo:
    has_next_page: bool
    end_cursor: str | None


@strawberry.type
class Connection(Generic[T]):
    edges: list[Edge[T]]
    page_info: PageInfo
