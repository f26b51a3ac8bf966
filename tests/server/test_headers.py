"""Headers that every answer has, and that no request chooses."""

import httpx
import pytest

from server import health


@pytest.mark.parametrize("path", ["/graphql", "/livez", "/nothing", "/graphiql/page.json"])
async def test_an_answer_is_kept_by_nobody_and_is_what_its_type_says(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(path, params={"query": "{ viewer { id } }"})
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"


async def test_what_may_be_kept_still_is(client: httpx.AsyncClient) -> None:
    response = await client.get("/schema.graphql")
    assert response.headers["cache-control"] == "public, no-cache"
    assert response.headers["x-content-type-options"] == "nosniff"


async def test_the_answer_to_a_bug_outside_of_graphql_is_kept_by_nobody_too(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise KeyError

    monkeypatch.setattr(health, "_database", broken)
    response = await client.get("/readyz")
    told = response.json()["errors"][0]["extensions"]
    assert told == {"code": "INTERNAL", "requestId": response.headers["x-request-id"]}
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/graphql/", "/graphiql/", "/livez/"])
async def test_nobody_is_sent_to_the_host_that_a_request_names(client: httpx.AsyncClient, path: str) -> None:
    response = await client.post(path, headers={"host": "evil.example"}, json={"query": "{ viewer { id } }"})
    assert response.status_code == 404
    assert "location" not in response.headers
