"""What is refused before it has a price counts against its address, and nobody else has to wait for that."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from db.buckets import Charge
from resolvers.patience import REFUSED, Patience
from schema.context import Services
from server.app import create_app
from server.settings import Settings
from tests.conftest import Empty
from tests.server.persisted import ANSWER, LIMITS, automatic, codes, trusting

EVE, BOB, ADA = "192.0.2.66", "192.0.2.67", "192.0.2.68"
MANY = 1_000
BROKEN = '{"query": "{ viewer { id } "}'
DEAR = "{ publicFeed(first: 100) { edges { node { comments(first: 100) { edges { node { id } } } } } } }"
KNOWN: dict[str, Any] = {"json": {"query": "query Known { serverInfo { limits { nodes } } }"}}
HEADERS = {"accept": "application/graphql-response+json", "content-type": "application/json"}

pytestmark = pytest.mark.usefixtures("no_time_passes")


@asynccontextmanager
async def at(app: Starlette, ip: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client at that address."""
    transport = httpx.ASGITransport(app, client=(ip, 50_000))
    async with httpx.AsyncClient(transport=transport, base_url="http://plaza.test", headers=HEADERS) as client:
        yield client


async def statuses(client: httpx.AsyncClient, number: int) -> list[int]:
    return [(await client.post("/graphql", content=BROKEN)).status_code for _ in range(number)]


async def left(services: Services, ip: str) -> int:
    verdict = await services.buckets.take([Charge(f"refused:ip:{ip}", REFUSED, 0)])
    return verdict.standings[0].remaining


async def test_of_a_thousand_syntax_errors_those_too_many_are_told_to_wait(app: Starlette) -> None:
    async with at(app, EVE) as eve, at(app, BOB) as bob:
        assert await statuses(eve, MANY) == [400] * REFUSED.count + [429] * (MANY - REFUSED.count)
        told = await eve.post("/graphql", content=BROKEN)
        assert (codes(told), told.headers["retry-after"]) == (["RATE_LIMITED"], "1")
        assert await statuses(bob, 1) == [400]


async def test_without_redis_each_process_counts_alone(settings: Settings, services: Services) -> None:
    alone = create_app(settings.model_copy(update={"redis_url": SecretStr("redis://127.0.0.1:1")}))
    async with alone.router.lifespan_context(alone), at(alone, EVE) as eve, at(alone, BOB) as bob:
        assert await statuses(eve, MANY) == [400] * REFUSED.count + [429] * (MANY - REFUSED.count)
        assert await statuses(bob, 1) == [400]


async def test_what_is_known_is_answered_at_the_same_address_and_nothing_else_is_read(
    settings: Settings, services: Services
) -> None:
    await trusting(services.stores, {"limits": LIMITS})
    app = create_app(settings)
    async with app.router.lifespan_context(app), at(app, EVE) as eve:
        assert (await eve.post("/graphql", **KNOWN)).status_code == 200
        await statuses(eve, REFUSED.count + 1)
        for known in ({"json": {"documentId": "limits"}}, {"json": automatic(LIMITS)}, KNOWN):
            assert (await eve.post("/graphql", **known)).json() == ANSWER
        assert (await eve.get("/graphql/limits")).json() == ANSWER
        new = await eve.post("/graphql", json={"query": "query New { serverInfo { limits { nodes } } }"})
        assert (new.status_code, codes(new)) == (429, ["RATE_LIMITED"])


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"content": "{"}, 400),
        ({"content": "{}", "headers": {"content-type": "text/plain"}}, 415),
        ({"content": "{}", "headers": {"accept": "image/png"}}, 406),
        ({"json": {"documentId": "nobody-knows-it"}}, 404),
        ({"json": automatic("query Missed { viewer { id } }")}, 200),
        ({"json": {"query": "{ " + "a " * 500 + "}"}}, 400),
        ({"json": {"query": DEAR}}, 400),
        ({"json": {"query": "{ viewer { id } }", "operationName": "Nobody"}}, 400),
    ],
)
async def test_whatever_is_refused_without_a_price_counts(
    app: Starlette, services: Services, sent: dict[str, Any], status: int
) -> None:
    async with at(app, ADA) as ada:
        assert (await ada.post("/graphql", **sent)).status_code == status
    assert await left(services, ADA) == REFUSED.count - 1


async def test_what_is_answered_or_refused_with_a_price_does_not(app: Starlette, services: Services) -> None:
    async with at(app, ADA) as ada:
        assert (await ada.post("/graphql", **KNOWN)).status_code == 200
        assert (await ada.post("/graphql", json={"query": "{ nothing }"})).status_code == 400
    assert await left(services, ADA) == REFUSED.count


async def test_a_network_of_ipv6_is_one_client(services: Services) -> None:
    patience = Patience(services.buckets)
    for number in range(REFUSED.count):
        assert await patience.count(f"2001:db8::{number:x}") is None
    assert patience.lost("2001:db8::ffff:1")
    assert patience.lost("2001:db8:0:1::1") is None


async def test_patience_comes_back(services: Services, fresh_limits: Empty) -> None:
    now = 0.0
    patience = Patience(services.buckets, clock=lambda: now)
    for _ in range(REFUSED.count):
        await patience.count(EVE)
    refused = patience.lost(EVE)
    assert refused
    assert refused.extensions == {"code": "RATE_LIMITED", "retryAfter": 1}
    now = 1.0
    assert patience.lost(EVE) is None
    assert await patience.count(EVE)
    await fresh_limits()
    now = 3.0
    assert await patience.count(EVE) is None
    assert patience.lost(EVE) is None
