"""Reports of the unexpected, as a real Sentry receives them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from pydantic import SecretStr

from schema.context import Services
from server.settings import VERSION, Settings
from tests.server.telemetry.receivers import Receiver, receiving
from tests.server.telemetry.serving import Watched, watched

ASK = 'query Who { user(username: "geheim") { id } }'
HEADERS = {"cookie": "geheim=1", "x-request-id": "request-number-1"}


@asynccontextmanager
async def reporting(settings: Settings) -> AsyncIterator[tuple[Watched, Receiver]]:
    with receiving() as sentry:
        dsn = SecretStr(f"http://key@127.0.0.1:{sentry.port}/1")
        async with watched(settings, sentry_dsn=dsn, metrics_token=None) as plaza:
            yield plaza, sentry


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """A field whose statement PostgreSQL refuses with the row in its DETAIL."""

    async def refuse(*_: Any, **__: Any) -> None:
        password = "geheim"
        raise asyncpg.UniqueViolationError(f"duplicate key\nDETAIL:  Key (email)=({password}@b.org) exists.")

    monkeypatch.setattr("resolvers.users.users.by_username", refuse)


async def test_a_bug_is_reported_with_request_and_operation_and_nothing_that_was_sent(
    settings: Settings, services: Services, broken: None
) -> None:
    async with reporting(settings) as (plaza, sentry):
        answer = await plaza.http.post("/graphql", json={"query": ASK}, headers=HEADERS)
        assert answer.json()["errors"][0]["extensions"]["code"] == "INTERNAL"
    (event,) = sentry.events()
    assert event["tags"] == {"request_id": "request-number-1", "operation": "Who", "kind": "query"}
    assert (event["release"], event["environment"]) == (VERSION, "development")
    (error,) = event["exception"]["values"]
    assert (error["type"], error["value"]) == ("UniqueViolationError", "duplicate key")
    assert error["stacktrace"]["frames"][-1]["function"] == "refuse"
    everything = str({**event, "exception": [error["value"], _variables(error)]})
    assert "geheim" not in everything
    assert "request" not in event
    assert "user" not in event


async def test_a_refusal_and_an_outage_are_not_reported(
    settings: Settings, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any, **__: Any) -> None:
        raise TimeoutError

    monkeypatch.setattr("resolvers.users.users.by_username", away)
    async with reporting(settings) as (plaza, sentry):
        assert (await plaza.ask(ASK))["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
        await plaza.ask("{ homeFeed { edges { cursor } } }")
        await plaza.ask("{ nothing }")
    assert sentry.events() == []


async def test_a_failed_job_is_reported_under_its_name(settings: Settings, services: Services) -> None:
    async def tidy(_: object) -> None:
        raise ValueError("cannot")

    async with reporting(settings) as (plaza, sentry):
        with pytest.raises(ValueError, match="cannot"):
            await plaza.app.state.telemetry.jobs({"tidy": tidy})["tidy"](None)
    (event,) = sentry.events()
    assert (event["tags"]["operation"], event["tags"]["kind"]) == ("tidy", "job")


async def test_a_bug_outside_of_the_endpoint_is_reported(
    settings: Settings, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def break_(_: object) -> str:
        raise LookupError("nobody expected it")

    monkeypatch.setattr("server.health._redis", break_)
    async with reporting(settings) as (plaza, sentry):
        assert (await plaza.http.get("/readyz")).status_code == 500
    (event,) = sentry.events()
    assert event["exception"]["values"][-1]["type"] == "LookupError"


def _variables(error: dict[str, Any]) -> list[Any]:
    return [frame.get("vars") for frame in error["stacktrace"]["frames"]]
