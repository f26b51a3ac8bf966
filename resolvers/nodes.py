"""Root fields that find anything by its global id."""

from collections.abc import Callable
from typing import Any

import strawberry

from db.limits import NODES
from db.loaders import Loader, Loaders
from schema.comments import Comment
from schema.context import Info
from schema.errors import bad_user_input
from schema.nodes import Node, parse_global_id
from schema.posts import Post
from schema.users import User

# Every type that has an id: how its row is loaded, as the viewer sees it, and how it is shown.
_KINDS: dict[str, tuple[Callable[[Loaders], Loader[int, Any]], Callable[[Any], Node]]] = {
    "User": (lambda loaders: loaders.user_by_id, User),
    "Post": (lambda loaders: loaders.post_by_id, Post),
    "Comment": (lambda loaders: loaders.comment_by_id, Comment),
}


async def node(info: Info, id: strawberry.ID) -> Node | None:
    return (await _load(info, [_parsed(id, "id")]))[0]


async def nodes(info: Info, ids: list[strawberry.ID]) -> list[Node | None]:
    if len(ids) > NODES:
        raise bad_user_input("ids", f"Ask for at most {NODES} at a time.")
    return await _load(info, [_parsed(each, "ids") for each in ids])


def _parsed(id: strawberry.ID, argument: str) -> tuple[str, int]:
    parsed = parse_global_id(id)
    if parsed is None or parsed[0] not in _KINDS:
        raise bad_user_input(argument, f"`{argument}` holds something that is not an id.")
    return parsed


async def _load(info: Info, wanted: list[tuple[str, int]]) -> list[Node | None]:
    found: dict[tuple[str, int], Node] = {}
    for kind, (loader_of, show) in _KINDS.items():
        row_ids = list(dict.fromkeys(row_id for name, row_id in wanted if name == kind))
        if row_ids:
            rows = await loader_of(info.context.loaders).many(row_ids)
            found |= {(kind, row_id): show(row) for row_id, row in zip(row_ids, rows, strict=True) if row}
    return [found.get(key) for key in wanted]
