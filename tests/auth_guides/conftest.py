"""A Plaza of their own for the guides about accounts, for few registrations an hour come from one address."""

import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from tests.auth_guides.front_end import at_its_origin, compiled
from tests.auth_guides.people import Somebody, register
from tests.browser.conftest import browser
from tests.serving import Served, serving_briefly

__all__ = ["browser"]


@pytest.fixture(scope="session")
def plaza() -> Iterator[Served]:
    with serving_briefly() as served:
        yield served.wait_ready()


@pytest.fixture(scope="session")
def code(plaza: Served, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the guides' TypeScript, compiled."""
    return compiled(tmp_path_factory.mktemp("guides"), plaza.port)


@pytest.fixture(scope="session")
def front_end(code: Path) -> Iterator[str]:
    """The origin of the front end that it makes."""
    with at_its_origin(code) as origin:
        yield origin


@pytest.fixture
async def page(browser: Browser, front_end: str) -> AsyncIterator[Page]:
    """A page of the front end, in a profile of its own."""
    context = await browser.new_context(base_url=front_end)
    context.set_default_timeout(60_000)
    page = await context.new_page()
    await page.goto("/")
    yield page
    await context.close()


@pytest.fixture
def newcomer(plaza: Served) -> Somebody:
    return register(plaza, f"new_{secrets.token_hex(4)}")
