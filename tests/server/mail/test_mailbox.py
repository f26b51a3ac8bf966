"""The mailbox while Redis, which keeps the letters, is frozen or gone."""

from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from server.app import create_app
from server.settings import Settings
from tests.valkeys import Server, server

__all__ = ["server"]


@pytest.mark.usefixtures("services")
@pytest.mark.parametrize("outage", [Server.freeze, Server.stop])
@pytest.mark.parametrize("path", ["/mailbox", "/mailbox/0123456789abcdef"])
async def test_without_redis_it_says_so(settings: Settings, server: Server, outage: Any, path: str) -> None:
    app = create_app(settings.model_copy(update={"redis_url": SecretStr(server.url)}))
    async with app.router.lifespan_context(app):
        outage(server)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://plaza.test") as client:
            answer = await client.get(path)
    assert answer.status_code == 503
    assert "Redis" in answer.text
