"""What operations cost, as clients are told and charged."""

import asyncio
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from db.models import Post
from tests.api.accounts import Rows
from tests.conftest import Empty
from tests.factories import PASSWORD, Make
from tests.server.test_http import errors

PAGE = "{ publicFeed(first: 50) { edges { node { id } } } }"
LOGIN = f"""
    mutation {{
      login(input: {{usernameOrEmail: "ada", password: "{PASSWORD}"}}) {{
        ... on LoginPayload {{ session {{ accessToken }} }}
      }}
    }}
"""
POST = 'mutation { createPost(input: {text: "Hello"}) { __typename } }'


async def ask(client: httpx.AsyncClient, query: str, **headers: str) -> httpx.Response:
    return await client.post("/graphql", json={"query": query}, headers={**client.headers, **headers})


def left(response: httpx.Response) -> int:
    """Points that are left, as the header has it."""
    return int(response.headers["ratelimit"].partition("r=")[2].partition(";")[0])


async def signed_in(client: httpx.AsyncClient) -> dict[str, str]:
    answer = (await ask(client, LOGIN)).json()
    return {"authorization": f"Bearer {answer['data']['login']['session']['accessToken']}"}


@pytest.fixture
async def still(client: httpx.AsyncClient, fresh_limits: Empty) -> httpx.AsyncClient:
    """A client whose address is owed nothing from before."""
    await ask(client, "{ __typename }")
    await fresh_limits()
    return client


async def test_the_cost_is_reported_to_those_who_ask(still: httpx.AsyncClient) -> None:
    told = (await ask(still, PAGE, **{"graphql-cost": "report"})).json()["extensions"]["cost"]
    assert (told["estimated"], told["nodes"], told["actual"]) == (51, 50, 1)
    assert told["bucket"] == {"limit": 10_000, "remaining": 9_949, "reset": 1}
    assert "extensions" not in (await ask(still, PAGE)).json()


async def test_every_answer_has_the_headers_of_the_draft(still: httpx.AsyncClient) -> None:
    response = await ask(still, PAGE)
    assert response.headers["ratelimit-policy"] == '"cost";q=10000;w=50'
    assert response.headers["ratelimit"] == '"cost";r=9949;t=1'


async def test_what_an_answer_did_not_cost_is_given_back_with_the_next(still: httpx.AsyncClient) -> None:
    spared = 50
    first = left(await ask(still, PAGE))
    second = left(await ask(still, PAGE))
    assert second >= first - 51 + spared


async def test_a_dry_run_prices_and_validates_and_neither_executes_nor_charges(
    still: httpx.AsyncClient, make: Make, rows: Rows
) -> None:
    await make.user("ada")
    who = await signed_in(still)
    before = left(await ask(still, "{ __typename }", **who))
    dry = await ask(still, POST, **who, **{"graphql-cost": "validate"})
    told = dry.json()["extensions"]["cost"]
    assert dry.json()["data"] is None
    assert (told["estimated"], told["actual"]) == (11, None)
    assert left(dry) >= before
    assert await rows(Post) == []
    invalid = await ask(still, "{ nothing }", **{"graphql-cost": "validate"})
    assert errors(invalid)[0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


async def test_a_dry_run_counts_as_a_request(still: httpx.AsyncClient, app: Starlette) -> None:
    await ask(still, PAGE, **{"graphql-cost": "validate"})
    assert await app.state.services.stores.redis.keys("bucket:*") == [b"bucket:requests:ip:127.0.0.1"]


async def test_a_person_and_an_address_have_buckets_of_their_own(still: httpx.AsyncClient, make: Make) -> None:
    await make.user("ada")
    who = await signed_in(still)
    response = await ask(still, "{ viewer { id } rateLimit { limit cost remaining used nodeCount } }", **who)
    assert response.json()["data"]["rateLimit"] == {
        "limit": 5000,
        "cost": 1,
        "remaining": 4999,
        "used": 1,
        "nodeCount": 0,
    }
    assert response.headers["ratelimit-policy"] == '"cost";q=5000;w=50'
    assert response.headers["ratelimit"] == '"cost";r=4999;t=1'
    anonymous = (await ask(still, "{ serverInfo { version } rateLimit { limit cost } }")).json()
    assert anonymous["data"]["rateLimit"] == {"limit": 10_000, "cost": 1}


async def test_an_empty_bucket_refuses_and_says_when_to_come_back(
    still: httpx.AsyncClient, make: Make, rows: Rows
) -> None:
    await make.user("ada")
    who = await signed_in(still)
    # Priced at 1,984 and refused as invalid: nothing of it is given back.
    nested = (
        "{ nothing publicFeed(first: 31) { edges { node { comments(first: 62) { edges { node { id } } } } } } }"
    )
    answers = [await ask(still, nested, accept="application/graphql-response+json", **who) for _ in range(4)]
    assert [each.status_code for each in answers] == [400, 400, 429, 429]
    refused = answers[-1]
    (error,) = errors(refused)
    assert error["extensions"]["code"] == "RATE_LIMITED"
    assert 1 <= error["extensions"]["retryAfter"] <= 20
    assert refused.headers["retry-after"] == str(error["extensions"]["retryAfter"])
    assert "ratelimit" in refused.headers


@pytest.mark.parametrize(
    "query", [PAGE, "{ __typename }", '{ searchPosts(query: "x") { edges { cursor } } }', POST]
)
async def test_an_operation_is_one_command_to_redis(
    still: httpx.AsyncClient, app: Starlette, make: Make, query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make.user("ada")
    who = await signed_in(still)
    asked = commands(app, monkeypatch)
    assert "errors" not in (await ask(still, query, **who)).json()
    assert asked == ["EVALSHA"]


async def test_operations_that_come_at_once_share_commands_to_redis(
    still: httpx.AsyncClient, app: Starlette, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make.user("ada")
    who = await signed_in(still)
    asked = commands(app, monkeypatch)
    answers = await asyncio.gather(*(ask(still, PAGE, **who) for _ in range(8)))
    assert [answer.json() for answer in answers] == [{"data": {"publicFeed": {"edges": []}}}] * 8
    assert len(asked) < 8
    assert len({*map(left, answers)}) == 8, "each is charged by itself"


def commands(app: Starlette, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Where each command to Redis is noted from now on."""
    redis = app.state.services.stores.redis
    asked: list[str] = []
    execute = redis.execute_command

    async def counted(*command: Any, **options: Any) -> Any:
        asked.append(str(command[0]))
        return await execute(*command, **options)

    monkeypatch.setattr(redis, "execute_command", counted)
    return asked
