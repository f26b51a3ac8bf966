"""The TypeScript of the guides about accounts, in a browser at a front end's own origin."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import Error, Page

from server.demo import DEMO_PASSWORD, DEMO_USERNAME
from tests.auth_guides.people import Somebody, code_of, sign_in, token_in_letter
from tests.serving import Served

pytestmark = [pytest.mark.outside, pytest.mark.xdist_group("auth_guides")]

_CALL = "async ([module, name, values]) => (await import(module))[name](...values)"
_SIGN_IN = """async ([url, query]) => {
    const headers = { "content-type": "application/json", "session-mode": "cookie" };
    const options = { method: "POST", credentials: "include", headers, body: JSON.stringify({ query }) };
    return (await fetch(url, options)).json();
}"""
_WITH_CODE = """async ([username, password, code]) =>
    (await import("/second-factors.js")).signIn(username, password, async () => code)"""
_DOWNLOAD = """async ([origin, opening]) =>
    (await (await import("/download.js")).download(origin, opening)).slice(0, 2).text()"""
_LOGIN = (
    f'mutation {{ login(input: {{usernameOrEmail: "{DEMO_USERNAME}", password: "{DEMO_PASSWORD}"}})'
    " { ... on LoginPayload { session { refreshToken } } } }"
)


async def call(page: Page, module: str, name: str, *values: object) -> Any:
    """What a function of the guides' code answers."""
    return await page.evaluate(_CALL, [f"/{module}.js", name, values])


async def test_a_cookie_keeps_a_browser_signed_in_until_it_signs_out(page: Page, plaza: Served) -> None:
    assert await call(page, "browser", "resume") is False
    signed_in = await page.evaluate(_SIGN_IN, [f"http://localhost:{plaza.port}/graphql", _LOGIN])
    assert signed_in == {"data": {"login": {"session": {"refreshToken": ""}}}}
    await page.reload()
    assert await call(page, "browser", "resume") is True
    await call(page, "browser", "logOut")
    assert await call(page, "browser", "resume") is False


async def test_a_newcomer_comes_back_from_a_provider_and_chooses_a_username(page: Page, front_end: str) -> None:
    await call(page, "providers", "leave", "github")
    await page.get_by_role("button", name="Grace Sample").click()
    await page.wait_for_url(f"{front_end}/back/?code=*")
    asked = await call(page, "providers", "arrive")
    assert asked["field"] == "username"
    arrived = await call(page, "providers", "arrive", "grace_by_front_end")
    assert arrived["viewer"] == {"username": "grace_by_front_end"}
    assert arrived["session"].keys() == {"accessToken", "refreshToken"}


async def test_whoever_has_an_authenticator_app_is_asked_for_its_code(page: Page, newcomer: Somebody) -> None:
    person = [newcomer.username, newcomer.password]
    secret = newcomer.turn_on_codes()
    wrong = await page.evaluate(_WITH_CODE, [newcomer.username, "wrong", ""])
    assert wrong == {"__typename": "NotAllowed", "message": "Wrong name or password."}
    signed_in = await page.evaluate(_WITH_CODE, [*person, code_of(secret, 1)])
    assert signed_in["__typename"] == "CompleteSignInPayload"
    assert signed_in["session"].keys() == {"accessToken", "refreshToken"}


async def test_an_address_is_verified_and_a_password_replaced(
    page: Page, plaza: Served, newcomer: Somebody
) -> None:
    address = f"{newcomer.username}@example.com"
    await open_link(page, plaza, address, "verify")
    assert page.url.endswith("/")
    wrong = await call(page, "letters", "verify", "wrong")
    assert wrong == {"__typename": "InvalidInput", "message": "This is not your password."}
    verified = await call(page, "letters", "verify", newcomer.password)
    assert (verified["__typename"], verified["needsPassword"]) == ("VerifyEmailPayload", False)

    newcomer.do("requestPasswordReset", "message", email=address)
    await open_link(page, plaza, address, "reset")
    assert (await call(page, "letters", "reset", "password"))["__typename"] == "InvalidInput"
    assert (await call(page, "letters", "reset", "a staple of batteries"))["__typename"] == "ResetPasswordPayload"
    sign_in(plaza, newcomer.username, "a staple of batteries")


async def test_an_archive_is_downloaded(page: Page, plaza: Served) -> None:
    secret = await asyncio.to_thread(sign_in(plaza).open_export)
    opening = {"path": "/exports", "secret": secret}
    assert await page.evaluate(_DOWNLOAD, [f"http://localhost:{plaza.port}", opening]) == "PK"
    with pytest.raises(Error, match="Ask openExport for another secret"):
        await page.evaluate(_DOWNLOAD, [f"http://localhost:{plaza.port}", opening])


async def open_link(page: Page, plaza: Served, address: str, purpose: str) -> None:
    """As the letter's link does, where the front end has both pages at one address; its code has run once."""
    token = await asyncio.to_thread(token_in_letter, plaza, address, purpose)
    await page.goto("about:blank")
    await page.goto(f"/#token={token}")
    await page.evaluate("import('/letters.js')")
    assert "#" not in page.url
