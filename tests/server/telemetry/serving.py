"""Applications with telemetry of their own over this worker's stores, and what they tell."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from starlette.applications import Starlette

from server.app import create_app
from server.settings import Settings

TOKEN = "a token for scrapes"


class Watched:
    """An application, HTTP to it, and its metrics."""

    def __init__(self, app: Starlette, http: httpx.AsyncClient) -> None:
        self.app = app
        self.http = http

    async def ask(self, document: str, **body: Any) -> Any:
        return (await self.http.post("/graphql", json={"query": document, **body})).json()

    async def scrape(self) -> "Scrape":
        answer = await self.http.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 200
        return Scrape(answer.text)


class Scrape:
    """The samples of one scrape."""

    def __init__(self, text: str) -> None:
        families = list(text_string_to_metric_families(text))
        self.families = [family.name for family in families]
        self.samples = [sample for family in families for sample in family.samples]

    def __call__(self, name: str, /, **labels: str) -> float | None:
        """The sum of the samples of that name with those labels among theirs; `None` when there are none."""
        found = [
            each.value for each in self.samples if each.name == name and labels.items() <= each.labels.items()
        ]
        return sum(found) if found else None

    def since(self, before: "Scrape", name: str, /, **labels: str) -> float:
        return (self(name, **labels) or 0) - (before(name, **labels) or 0)

    def values(self, label: str) -> set[str]:
        return {each.labels[label] for each in self.samples if label in each.labels}


@asynccontextmanager
async def watched(settings: Settings, **changes: Any) -> AsyncIterator[Watched]:
    given = {"metrics_token": SecretStr(TOKEN), **changes}
    app = create_app(settings.model_copy(update=given))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://plaza.test") as http,
    ):
        yield Watched(app, http)
