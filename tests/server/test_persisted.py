"""Persisted operations over HTTP: every client's way to name one, and what is said where that does not work."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from engine.documents import sha256_of
from engine.lookup import Mode
from schema.context import Services
from server.settings import Environment, Settings
from tests.server.persisted import ANSWER, FEED, LIMITS, automatic, codes, trusting
from tests.server.test_sdl import served_with

GRAPHQL = {"accept": "application/graphql-response+json"}
HASH = sha256_of(LIMITS)
WRITE = 'mutation Say { createPost(input: {text: "Hello"}) { __typename } }'
NEW = "query New { serverInfo { limits { nodes } } }"


@pytest.fixture
async def plaza(settings: Settings, services: Services) -> AsyncIterator[httpx.AsyncClient]:
    """With `LIMITS` trusted under one id of each kind."""
    ids = (f"sha256:{HASH}", HASH, "0123456789abcdef0123456789abcdef", "shop~1.0.0~limits")
    await trusting(services.stores, {**dict.fromkeys(ids, LIMITS), "say": WRITE, "feed": FEED})
    async with served_with(settings) as client:
        yield client


@pytest.mark.parametrize(
    "body",
    [
        {"documentId": f"sha256:{HASH}"},
        {"documentId": HASH},
        {"documentId": f"sha256:{HASH}", "operationName": "Limits", "variables": {}},
        {"documentId": "shop~1.0.0~limits"},
        {"doc_id": "0123456789abcdef0123456789abcdef", "query": None},
        {"id": HASH},
        {"query": HASH, "persisted": True},
        automatic(LIMITS),
        automatic(LIMITS, with_text=True),
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": f"sha256:{HASH}"}}},
    ],
)
async def test_every_clients_way_to_name_an_operation_is_understood(
    plaza: httpx.AsyncClient, body: dict[str, Any]
) -> None:
    posted = await plaza.post("/graphql", json=body)
    assert (posted.status_code, posted.json()) == (200, ANSWER)
    got = await plaza.get("/graphql", params={name: _written(value) for name, value in body.items()})
    assert (got.status_code, got.json()) == (200, ANSWER)


async def test_an_id_may_stand_in_the_path(plaza: httpx.AsyncClient) -> None:
    assert (await plaza.get(f"/graphql/sha256:{HASH}")).json() == ANSWER
    assert (await plaza.post("/graphql/shop~1.0.0~limits", json={})).json() == ANSWER
    feed = await plaza.get("/graphql/feed", params={"variables": '{"first":1}'})
    assert feed.json() == {"data": {"publicFeed": {"edges": []}}}


async def test_an_id_beside_a_query_is_some_other_protocols(plaza: httpx.AsyncClient) -> None:
    assert (await plaza.post("/graphql", json={"id": 7, "query": LIMITS})).json() == ANSWER


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"documentId": "sha256:" + "0" * 64}, 404, "PERSISTED_QUERY_NOT_IN_LIST"),
        ({"documentId": HASH, "query": LIMITS}, 400, "CANNOT_SEND_PQ_ID_AND_BODY"),
        ({"documentId": HASH, "doc_id": "feed"}, 400, "BAD_REQUEST"),
        ({"documentId": HASH, **automatic(LIMITS)}, 400, "BAD_REQUEST"),
        ({"documentId": "x" * 257}, 400, "BAD_REQUEST"),
        ({"documentId": "a b"}, 400, "BAD_REQUEST"),
        ({"documentId": 7}, 400, "BAD_REQUEST"),
        (automatic(LIMITS, version=2), 400, "BAD_REQUEST"),
        ({"extensions": {"persistedQuery": {"version": 1, "sha256Hash": HASH.upper()}}}, 400, "BAD_REQUEST"),
        ({**automatic(LIMITS), "query": FEED}, 400, "PERSISTED_QUERY_HASH_MISMATCH"),
    ],
)
async def test_an_id_that_names_nothing_is_refused(
    plaza: httpx.AsyncClient, body: dict[str, Any], status: int, code: str
) -> None:
    response = await plaza.post("/graphql", json=body, headers=GRAPHQL)
    assert (response.status_code, codes(response)) == (status, [code])
    assert "data" not in response.json()
    assert "max-age" not in response.headers["cache-control"]


async def test_a_mutation_is_not_done_by_get(plaza: httpx.AsyncClient) -> None:
    response = await plaza.get("/graphql/say")
    assert (response.status_code, response.headers["allow"]) == (405, "POST")


async def test_a_hash_nobody_registered_is_told_in_apollos_words_and_kept_by_no_cache(
    plaza: httpx.AsyncClient,
) -> None:
    for headers in ({}, GRAPHQL):
        response = await plaza.post("/graphql", json=automatic("{ viewer { id } } # by nobody"), headers=headers)
        assert response.status_code == 200
        assert response.json() == {
            "errors": [{"message": "PersistedQueryNotFound", "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND"}}]
        }
        assert response.headers["cache-control"] == "private, no-cache, must-revalidate"
    wrong = await plaza.post("/graphql", json={**automatic(LIMITS), "query": FEED})
    assert wrong.json()["errors"][0]["message"] == "provided sha does not match query"
    version = await plaza.post("/graphql", json=automatic(LIMITS, version=2))
    assert version.json()["errors"][0]["message"] == "Unsupported persisted query version"


async def test_in_production_a_get_names_its_operation(settings: Settings, services: Services) -> None:
    await trusting(services.stores, {"limits": LIMITS})
    async with served_with(settings, environment=Environment.PRODUCTION) as plaza:
        response = await plaza.get("/graphql", params={"query": LIMITS})
        assert (response.status_code, codes(response)) == (400, ["PERSISTED_QUERY_ID_REQUIRED"])
        assert (await plaza.get("/graphql", params={"documentId": "limits"})).json() == ANSWER
        assert (await plaza.post("/graphql", json={"query": LIMITS})).json() == ANSWER
        registering = {"query": NEW, "extensions": _written(automatic(NEW)["extensions"])}
        assert (await plaza.get("/graphql", params=registering)).json() == ANSWER


async def test_enforced_only_trusted_operations_are_answered_however_laid_out(
    settings: Settings, services: Services
) -> None:
    await trusting(services.stores, {"limits": LIMITS})
    laid_out = "# all of it\nquery Limits {\n  serverInfo {\n    limits { nodes, },\n  }\n}\n"
    async with served_with(settings, trusted_documents=Mode.ENFORCE) as plaza:
        for body in ({"documentId": "limits"}, {"query": LIMITS}, {"query": laid_out}, automatic(LIMITS)):
            assert (await plaza.post("/graphql", json=body)).json() == ANSWER
        for body in ({"query": NEW}, automatic(NEW, with_text=True)):
            refused = await plaza.post("/graphql", json=body, headers=GRAPHQL)
            assert (refused.status_code, codes(refused)) == (400, ["QUERY_NOT_IN_SAFELIST"])
        unknown = await plaza.post("/graphql", json=automatic(NEW), headers=GRAPHQL)
        assert unknown.status_code == 200
        assert unknown.json()["errors"] == [
            {"message": "PersistedQueryNotSupported", "extensions": {"code": "PERSISTED_QUERY_NOT_SUPPORTED"}}
        ]


async def test_observed_every_operation_is_answered(settings: Settings, services: Services) -> None:
    async with served_with(settings, trusted_documents=Mode.OBSERVE) as plaza:
        for body in ({"query": NEW}, automatic(NEW, with_text=True), automatic(NEW)):
            assert (await plaza.post("/graphql", json=body)).json() == ANSWER


async def test_what_was_found_invalid_is_not_registered(
    plaza: httpx.AsyncClient, settings: Settings, services: Services
) -> None:
    wrong = "query Wrong { nothing }"
    response = await plaza.post("/graphql", json=automatic(wrong, with_text=True))
    assert codes(response) == ["GRAPHQL_VALIDATION_FAILED"]
    assert [key async for key in services.stores.redis.scan_iter("operation:*")] == []


def _written(value: Any) -> str:
    """As it stands in an address, where what is empty is absent."""
    return value if isinstance(value, str) else "" if value is None else json.dumps(value)
