"""A browser for tests of Plaza's pages: the one that is installed, and pages in which nothing may go wrong.

Playwright's asynchronous half, since its synchronous one leaves a loop running that no other test could share.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.async_api import Browser, ConsoleMessage, Error, Page, Request, async_playwright, expect

from tests.browser.graphiql import operation
from tests.serving import Served

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_WAIT = 60_000  # milliseconds until something that must come is given up; a busy machine is slow


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    assert program is not None, "No browser on the PATH: run .ci/tools, or install Chromium."
    expect.set_options(timeout=_WAIT)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=_QUIET)
        yield browser
        await browser.close()


@pytest.fixture
def faults() -> list[str]:
    """What went wrong in `page`; empty it after a fault that was meant."""
    return []


@pytest.fixture
async def page(browser: Browser, live: Served, faults: list[str]) -> AsyncIterator[Page]:
    """A page of the served network, in a profile of its own; no fault in it may be left at the end."""
    context = await browser.new_context(base_url=live.url, viewport={"width": 1280, "height": 800})
    context.set_default_timeout(_WAIT)

    def console(message: ConsoleMessage) -> None:
        # Also where Chromium tells of a violation of the content security policy.
        if message.type == "error":
            faults.append(f"{message.text} ({message.location.get('url')})")

    def request(asked: Request) -> None:
        found = urlsplit(asked.url)
        if found.scheme not in ("data", "blob") and f"{found.scheme}://{found.netloc}" != live.url:
            faults.append(f"A request left our origin: {asked.url}")

    def error(thrown: Error) -> None:
        faults.append(f"Uncaught: {thrown}")

    page = await context.new_page()
    page.on("pageerror", error)
    context.on("console", console)
    context.on("request", request)
    yield page
    await context.close()
    assert faults == []


@pytest.fixture
async def graphiql(page: Page, live: Served) -> Page:
    """The page, opened as soon as its build is there."""
    async with httpx.AsyncClient(base_url=live.url) as client:
        while (answer := await client.get("/graphiql")).status_code == 503:
            assert "It is being built" in answer.text, answer.text
            await asyncio.sleep(0.5)
    await page.goto("/graphiql")
    await expect(operation(page)).to_contain_text("publicFeed")
    return page
