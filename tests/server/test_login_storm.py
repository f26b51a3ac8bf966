"""A thousand sign-ins of one account, by every way of asking twice in one request and of being somebody else."""

import asyncio
from collections import Counter
from typing import Any

import httpx
from pydantic import SecretStr
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from schema.context import Services
from server.app import create_app
from server.settings import Settings
from tests.server.test_sdl import served_with
from tests.servers import PATIENT
from tests.valkeys import Server

TRY = 'login(input: {usernameOrEmail: "stormed", password: "wrong"}) { __typename }'
ALIASES = "mutation { " + " ".join(f"a{n}: {TRY}" for n in range(5)) + " }"
FRAGMENTS = (
    f"mutation {{ ...A ...B }} fragment A on Mutation {{ a: {TRY} }} "
    f"fragment B on Mutation {{ ... {{ b: {TRY} }} ...A }}"
)
PLAIN = f"mutation {{ {TRY} }}"
BODIES: list[Any] = [{"query": PLAIN}, {"query": ALIASES}, {"query": FRAGMENTS}, [{"query": PLAIN}] * 5]


def said(answer: dict[str, Any]) -> list[str]:
    """What each field answered, and each error's code."""
    fields = filter(None, (answer.get("data") or {}).values())
    errors = answer.get("errors", ())
    return [*(each["__typename"] for each in fields), *(each["extensions"]["code"] for each in errors)]


async def test_a_thousand_logins_try_at_most_five(
    settings: Settings, services: Services, no_time_passes: None
) -> None:
    few = asyncio.Semaphore(20)
    seen: Counter[str] = Counter()

    async def attempt(client: httpx.AsyncClient, number: int) -> None:
        # This client is a trusted proxy, so each of these really counts as another address.
        forged = {"x-forwarded-for": f"198.51.{number // 250}.{number % 250}"}
        async with few:
            answer = (await client.post("/graphql", json=BODIES[number % 4], headers=forged)).json()
        seen.update(said(answer))

    app = create_app(settings)
    behind_proxy: Any = ProxyHeadersMiddleware(app, settings.forwarded_allow_ips)  # type: ignore[arg-type]
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(behind_proxy), base_url="http://plaza.test") as client,
    ):
        await asyncio.gather(*(attempt(client, number) for number in range(1000)))
    # A try that a busy machine gave up is told so, and was one of the five all the same.
    assert seen["NotAllowed"] + seen["UNAVAILABLE"] + seen["TIMEOUT"] == 5
    assert seen["NotAllowed"] > 0
    assert (seen["RATE_LIMITED"], seen["BAD_REQUEST"]) == (245, 750)


async def test_five_logins_are_tried_of_two_processes_though_redis_comes_and_goes(
    settings: Settings, services: Services, server: Server, no_time_passes: None
) -> None:
    seen: Counter[str] = Counter()
    there = settings.model_copy(update={"redis_url": SecretStr(f"{server.url}?{PATIENT}")})
    async with served_with(there) as one, served_with(there) as other:
        for number in range(14):
            if number % 4 == 2:
                server.stop()
            if number % 4 == 0 and number > 0:
                server.start()
            client = (one, other)[number % 3 % 2]
            seen.update(said((await client.post("/graphql", json={"query": PLAIN})).json()))
    assert seen == {"NotAllowed": 5, "RATE_LIMITED": 9}
