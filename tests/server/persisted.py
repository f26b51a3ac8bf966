"""Operations that are trusted, and what clients send to name one."""

from collections.abc import Mapping
from typing import Any

import httpx

from db.stores import Stores
from engine import manifests
from engine.documents import sha256_of
from schema.root import schema
from server.operation_list import trust

LIMITS = "query Limits { serverInfo { limits { nodes } } }"
ANSWER = {"data": {"serverInfo": {"limits": {"nodes": 100}}}}
FEED = "query Feed($first: Int = 3) { publicFeed(first: $first) { edges { node { text } } } }"


async def trusting(stores: Stores, texts: Mapping[str, str]) -> int:
    return await trust(stores, manifests.checked(schema, texts))


def automatic(text: str, *, with_text: bool = False, version: int = 1) -> dict[str, Any]:
    """What Apollo's and urql's links send."""
    named = {"persistedQuery": {"version": version, "sha256Hash": sha256_of(text)}}
    return {"extensions": named, **({"query": text} if with_text else {})}


def codes(response: httpx.Response) -> list[str]:
    return [error["extensions"]["code"] for error in response.json().get("errors", [])]
