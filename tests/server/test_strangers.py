"""What pages of other sites may send, and what a message tells of what was sent."""

import json

import httpx
import pytest

from tests.server.test_http import errors


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "https://evil.example"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "same-origin", "origin": "http://plaza.test"}, 200),
        ({"sec-fetch-site": "none"}, 200),
        ({"origin": "http://localhost:5173"}, 200),
        ({}, 200),
        ({"sec-fetch-site": "cross-site", "graphql-require-preflight": "1"}, 200),
        ({"sec-fetch-site": "cross-site", "apollo-require-preflight": "1"}, 200),
        ({"sec-fetch-site": "cross-site", "x-apollo-operation-name": "Any"}, 200),
        ({"sec-fetch-site": "cross-site", "graphql-require-preflight": ""}, 403),
        ({"sec-fetch-site": "cross-site", "content-type": "application/json"}, 200),
        ({"sec-fetch-site": "cross-site", "content-type": "Text/Plain; charset=utf-8"}, 403),
        # There were browsers that sent any type with a GET unasked.
        ({"sec-fetch-site": "cross-site", "content-type": "application/xml"}, 403),
        ({"origin": "https://evil.example", "content-type": "text/plain, application/json"}, 403),
        ({"origin": "https://evil.example", "content-type": "application/json, text/plain"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "http://localhost:5173"}, 200),
        ({"sec-fetch-site": "same-origin", "origin": "https://evil.example"}, 403),
        ({"sec-fetch-site": "same-origin, cross-site"}, 403),
        ({"sec-fetch-site": ""}, 403),
        ({"origin": ""}, 403),
        ({"origin": "null", "host": ""}, 403),
        ({"origin": "", "host": ""}, 403),
        ({"origin": "evil://plaza.test"}, 403),
    ],
)
async def test_a_browser_on_another_site_has_to_ask_first(
    client: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    response = await client.get("/graphql", params={"query": "{ __typename }"}, headers=headers)
    assert response.status_code == status


@pytest.mark.parametrize(
    ("declared", "value"),
    [
        ("$v: Int!", "canary; canary"),
        ("$v: Int!", {"canary": "canary"}),
        ("$v: Int!", 987654321987),
        ("$v: String!", ["canary"]),
        ("$v: Boolean!", "canary"),
        ("$v: CreatePostInput!", "canary"),
        ("$v: CreatePostInput!", {"text": "canary", "audience": "CANARY; canary."}),
        ("$v: CreatePostInput!", {"audience": "canary"}),
        ("$v: CreatePostInput!", {"text": "canary", "texts": "canary"}),
    ],
)
async def test_a_message_does_not_repeat_what_was_sent(
    client: httpx.AsyncClient, declared: str, value: object
) -> None:
    query = f"query ({declared}) {{ __typename @include(if: true) }}"
    sent = {"query": query, "variables": {"v": value}}
    found = errors(await client.post("/graphql", json=sent))
    told = json.dumps(found).lower()
    assert "canary" not in told
    assert "987654321987" not in told
    assert "did you mean" not in told
