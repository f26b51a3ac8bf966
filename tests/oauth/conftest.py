"""Plaza with all three providers, which answer over TLS on this machine by a test authority's certificate."""

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import trustme
from starlette.applications import Starlette

from auth.providers.keys import Keys
from auth.providers.openid import OpenId
from schema.context import Services
from server.app import create_app
from server.demo.providers.running import running
from server.demo.providers.world import PEOPLE, World
from server.settings import Settings
from tests.conftest import Api, forget
from tests.oauth.journey import FRONT_END, PLAZA, Journey


@pytest.fixture(autouse=True)
def unlogged_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client that stands for a browser logs the addresses that it visits; no server does."""
    monkeypatch.setattr(logging.getLogger("httpx"), "disabled", True)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The authority's own certificate, and one of its making for this machine."""
    folder = tmp_path_factory.mktemp("authority")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(folder / "server.pem"))
    return {"authority": folder / "authority.pem", "server": folder / "server.pem"}


@pytest.fixture(scope="session")
def there(authority: dict[str, Path]) -> Iterator[World]:
    with running(PLAZA, ssl_certfile=str(authority["server"])) as world:
        yield world


@pytest.fixture(scope="session")
def with_providers(settings: Settings, there: World) -> Settings:
    own: dict[str, Any] = {name.lower(): value for name, value in there.settings().items()}
    kept = settings.model_dump(include={"database_url", "redis_url", "signing_keys", "trusted_documents_refresh"})
    return Settings(**kept, public_url=PLAZA, return_urls=(FRONT_END,), **own)


@pytest.fixture(scope="session")
async def served_with_providers(
    with_providers: Settings, authority: dict[str, Path], owner: asyncpg.Connection
) -> AsyncIterator[Starlette]:
    app = create_app(with_providers)
    async with AsyncExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:  # only while the line is made: other tests trust others
            patch.setenv("SSL_CERT_FILE", str(authority["authority"]))
            await stack.enter_async_context(app.router.lifespan_context(app))
        await owner.execute("DELETE FROM audit_log")  # it has said that it began, which is no test's business
        yield app


@pytest.fixture
def world(there: World) -> World:
    """The providers, as if nobody had been there yet."""
    there.people, there.fault = list(PEOPLE), None
    there.shown_for_keys, there.keys_last = None, "max-age=3600"
    there.grants.clear()
    there.introduced.clear()
    there.consents.clear()
    return there


@pytest.fixture
def plaza(served_with_providers: Starlette, services: Services) -> Starlette:
    """The whole application over an empty database, its breakers closed and the providers' keys not known yet."""
    forget(served_with_providers.state.services)
    for name in ("google", "apple", "github"):
        _, voucher = served_with_providers.state.services.providers.find(name)
        voucher.line.breaker.succeeded()
        if isinstance(voucher, OpenId):
            voucher._keys = Keys(voucher._keys._url, voucher.line)
    return served_with_providers


@pytest.fixture
def api(plaza: Starlette) -> Api:
    return Api(plaza.state.services)


@pytest.fixture
async def journey(plaza: Starlette, world: World, authority: dict[str, Path]) -> AsyncIterator[Journey]:
    async with Journey.begun(plaza, world, authority["authority"]) as journey:
        yield journey


@pytest.fixture
async def other_browser(plaza: Starlette, world: World, authority: dict[str, Path]) -> AsyncIterator[Journey]:
    async with Journey.begun(plaza, world, authority["authority"]) as journey:
        yield journey


@pytest.fixture
async def client(journey: Journey) -> httpx.AsyncClient:
    return journey.plaza
