"""Cookie mode in a browser on http://localhost: the cookie is kept, sent, taken away, and seen by no script."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from server.demo import DEMO_PASSWORD, DEMO_USERNAME
from tests.serving import Served

pytestmark = [pytest.mark.outside, pytest.mark.xdist_group("live")]

_ASK = """async ([url, query]) => {
    const headers = { "content-type": "application/json", "session-mode": "cookie" };
    const options = { method: "POST", credentials: "include", headers, body: JSON.stringify({ query }) };
    return (await fetch(url, options)).json();
}"""
_SIGN_IN = (
    f'mutation {{ login(input: {{usernameOrEmail: "{DEMO_USERNAME}", password: "{DEMO_PASSWORD}"}})'
    " { ... on LoginPayload { session { refreshToken } } } }"
)
_REFRESH = """mutation { refreshSession(input: {}) {
    __typename ... on RefreshSessionPayload { session { accessToken refreshToken } }
} }"""
_LOGOUT = "mutation { logout(input: {}) { ... on LogoutPayload { endedSessionCount } } }"


@pytest.fixture
async def page(browser: Browser, live: Served) -> AsyncIterator[Page]:
    context = await browser.new_context(base_url=f"http://localhost:{live.port}")
    yield await context.new_page()
    await context.close()


async def ask(page: Page, query: str, url: str = "/graphql") -> Any:
    return (await page.evaluate(_ASK, [url, query]))["data"]


async def cookies(page: Page) -> list[Any]:
    return list(await page.context.cookies())


async def test_a_browser_stays_signed_in_by_a_cookie_that_no_script_sees(page: Page) -> None:
    await page.goto("/livez")
    assert (await ask(page, _SIGN_IN))["login"]["session"]["refreshToken"] == ""
    (kept,) = await cookies(page)
    assert kept["name"] == "__Host-refresh"
    assert (kept["secure"], kept["httpOnly"], kept["sameSite"], kept["path"]) == (True, True, "Strict", "/")
    assert await page.evaluate("document.cookie") == ""

    await page.reload()
    answer = (await ask(page, _REFRESH))["refreshSession"]
    assert answer["session"]["refreshToken"] == ""
    assert answer["session"]["accessToken"]
    (next_one,) = await cookies(page)
    assert next_one["value"] != kept["value"]

    assert (await ask(page, _LOGOUT))["logout"]["endedSessionCount"] == 1
    assert await cookies(page) == []
    assert (await ask(page, _REFRESH))["refreshSession"]["__typename"] == "NotAllowed"


async def test_a_page_of_another_site_is_not_sent_the_cookie(page: Page, live: Served) -> None:
    await page.goto("/livez")
    await ask(page, _SIGN_IN)
    # To a browser 127.0.0.1 and localhost are two sites: the origin is allowed, and the cookie is not sent.
    await page.goto(f"{live.url}/livez")
    elsewhere = f"http://localhost:{live.port}/graphql"
    assert (await ask(page, _REFRESH, elsewhere))["refreshSession"]["__typename"] == "NotAllowed"
    await page.goto("/livez")
    assert (await ask(page, _REFRESH))["refreshSession"]["__typename"] == "RefreshSessionPayload"
