"""Written by hand, without GraphQL: the page with one statement, which is the floor, and with three.

`over_pool` is with three as well, over asyncpg's own pool, as most people would write it.
"""

from collections.abc import Mapping
from typing import Any

from bench.peers.servers.asgi import Application
from bench.peers.servers.database import Database, opened, pooled
from bench.peers.servers.keys import SIZE, encoded, place


async def _with_one(database: Database, viewer: int, posted: Mapping[str, Any]) -> object:
    rows = await database.fetch("joined", viewer, place(posted["variables"]["after"]), SIZE + 1)
    edges = [
        _edge(key, text, created_at, likes, comments, liked, _user(author, username, display_name))
        for key, author, text, created_at, likes, comments, username, display_name, liked in rows[:SIZE]
    ]
    return _page(edges, has_next=len(rows) > SIZE)


async def _with_three(database: Database, viewer: int, posted: Mapping[str, Any]) -> object:
    rows = await database.fetch("posts", viewer, place(posted["variables"]["after"]), SIZE + 1)
    shown = rows[:SIZE]
    authors = {row[0]: _user(*row) for row in await database.fetch("authors", list({row[1] for row in shown}))}
    liked = {row[0] for row in await database.fetch("likes", viewer, [row[0] for row in shown])}
    edges = [
        _edge(key, text, created_at, likes, comments, key in liked, authors.get(author))
        for key, author, text, created_at, likes, comments in shown
    ]
    return _page(edges, has_next=len(rows) > SIZE)


def _page(edges: list[dict[str, Any]], *, has_next: bool) -> object:
    page_info = {"hasNextPage": has_next, "endCursor": edges[-1]["cursor"] if edges else None}
    return {"data": {"publicFeed": {"edges": edges, "pageInfo": page_info}}}


def _edge(
    key: int, text: str, created_at: object, likes: int, comments: int, liked: bool, author: object
) -> dict[str, Any]:
    return {
        "cursor": encoded("posts", key),
        "node": {
            "id": encoded("Post", key),
            "text": text,
            "createdAt": created_at,
            "likeCount": likes,
            "commentCount": comments,
            "viewerHasLiked": liked,
            "author": author,
        },
    }


def _user(key: int, username: str, display_name: str) -> dict[str, str]:
    return {"id": encoded("User", key), "username": username, "displayName": display_name}


one = Application(_with_one, opened)
three = Application(_with_three, opened)
over_pool = Application(_with_three, pooled)
