"""A newcomer clicks through a sign-in with each of the demonstration's providers, across sites and back."""

import asyncio

import httpx
import pytest
from playwright.async_api import Browser, expect

from tests.serving import Served

pytestmark = [pytest.mark.outside, pytest.mark.xdist_group("live")]


@pytest.mark.parametrize(
    ("provider", "person"), [("Google", "Ada Example"), ("Apple", "Grace Sample"), ("GitHub", "Edsger Muster")]
)
async def test_a_newcomer_joins_and_comes_again(
    browser: Browser, live: Served, provider: str, person: str
) -> None:
    async with httpx.AsyncClient(base_url=live.url) as client:
        while (await client.get("/graphiql")).status_code == 503:  # noqa: ASYNC110 - it is another process
            await asyncio.sleep(0.5)
    context = await browser.new_context(base_url=f"http://localhost:{live.port}")
    context.set_default_timeout(60_000)
    page = await context.new_page()

    async def sign_in() -> None:
        await page.goto("/graphiql")
        await page.get_by_role("button", name=f"Sign in with {provider}").click()
        await page.get_by_role("button", name=person).click()

    username = f"from_{provider.lower()}"
    await sign_in()
    await page.get_by_placeholder("Username", exact=True).fill(username)
    await page.get_by_role("button", name="Join").click()
    await expect(page.get_by_text(f"Signed in as {username}")).to_be_visible()
    assert "code" not in page.url
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("button", name="Sign in as demo")).to_be_visible()
    await sign_in()
    await expect(page.get_by_text(f"Signed in as {username}")).to_be_visible()
    await context.close()


async def test_the_terminal_tells_where_they_are(live: Served) -> None:
    async with asyncio.timeout(60):  # the lines come one by one
        while not any(line.startswith("  Providers") for line in live.said):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.05)
    (line,) = [line for line in live.said if line.startswith("  Providers")]
    assert f" http://localhost:{live.port}/graphiql: " in line
