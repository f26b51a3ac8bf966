"""Passkeys in a browser on http://localhost, made, shown and taken away again with an authenticator of its own."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, Error, Page

from server.demo import DEMO_PASSWORD, DEMO_USERNAME
from tests.serving import Served

pytestmark = [pytest.mark.outside, pytest.mark.xdist_group("live")]

_AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
}
_ASK = """async ([query, input, token]) => {
    const headers = { "content-type": "application/json" };
    if (token) headers.authorization = `Bearer ${token}`;
    const body = JSON.stringify({ query, variables: input && { input } });
    return (await fetch("/graphql", { method: "POST", headers, body })).json();
}"""
# As docs/auth/second-factors.md has front ends do it.
_MAKE = """async options => {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(JSON.parse(options));
    return JSON.stringify((await navigator.credentials.create({ publicKey })).toJSON());
}"""
_SHOW = """async options => {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(JSON.parse(options));
    return JSON.stringify((await navigator.credentials.get({ publicKey })).toJSON());
}"""

_SESSION = "session { accessToken } viewer { username }"
LOGIN = f"mutation($input: LoginInput!) {{ login(input: $input) {{ ... on LoginPayload {{ {_SESSION} }} }} }}"
CONFIRM = "mutation($input: ConfirmIdentityInput!) { confirmIdentity(input: $input) { __typename } }"
START = "mutation { startPasskey { ... on StartPasskeyPayload { options } } }"
ADD = """mutation($input: AddPasskeyInput!) {
    addPasskey(input: $input) { __typename ... on AddPasskeyPayload { passkey { id name isBackedUp } } }
}"""
LOGOUT = "mutation { logout(input: {}) { ... on LogoutPayload { endedSessionCount } } }"
START_SIGN_IN = "mutation { startPasskeySignIn { ... on StartPasskeySignInPayload { options } } }"
SIGN_IN = f"""mutation($input: SignInWithPasskeyInput!) {{
    signInWithPasskey(input: $input) {{ __typename ... on SignInWithPasskeyPayload {{ {_SESSION} }} }}
}}"""
REMOVE = "mutation($input: RemovePasskeyInput!) { removePasskey(input: $input) { __typename } }"


@pytest.fixture
async def page(browser: Browser, live: Served) -> AsyncIterator[Page]:
    """A page of ours, in a browser whose authenticator is unlocked whenever it is asked."""
    context = await browser.new_context(base_url=f"http://localhost:{live.port}")
    page = await context.new_page()
    devices = await context.new_cdp_session(page)
    await devices.send("WebAuthn.enable")
    await devices.send("WebAuthn.addVirtualAuthenticator", {"options": _AUTHENTICATOR})
    await page.goto("/docs")
    yield page
    await context.close()


async def ask(page: Page, query: str, token: str | None = None, **input: str) -> Any:
    """What the only field of `query` answers."""
    answer = await page.evaluate(_ASK, [query, input or None, token])
    assert "errors" not in answer, answer
    (told,) = answer["data"].values()
    return told


async def show(page: Page) -> str:
    passkey: str = await page.evaluate(_SHOW, (await ask(page, START_SIGN_IN))["options"])
    return passkey


async def add(page: Page, token: str) -> Any:
    made = await page.evaluate(_MAKE, (await ask(page, START, token))["options"])
    return await ask(page, ADD, token, passkey=made, name="This browser")


async def test_a_passkey_signs_in_until_it_is_removed(page: Page) -> None:
    session = (await ask(page, LOGIN, usernameOrEmail=DEMO_USERNAME, password=DEMO_PASSWORD))["session"]
    token = session["accessToken"]
    assert (await ask(page, CONFIRM, token, password=DEMO_PASSWORD))["__typename"] == "ConfirmIdentityPayload"
    passkey = (await add(page, token))["passkey"]
    assert (passkey["name"], passkey["isBackedUp"]) == ("This browser", False)
    with pytest.raises(Error, match="InvalidStateError"):  # the browser sees that it has one here
        await add(page, token)
    assert (await ask(page, LOGOUT, token))["endedSessionCount"] == 1

    for _ in range(2):  # its count of uses grows
        signed_in = await ask(page, SIGN_IN, passkey=await show(page))
        assert signed_in["viewer"]["username"] == DEMO_USERNAME
    token = signed_in["session"]["accessToken"]
    assert (await ask(page, CONFIRM, token, passkey=await show(page)))["__typename"] == "ConfirmIdentityPayload"

    shown = await show(page)
    assert (await ask(page, REMOVE, token, passkeyId=passkey["id"]))["__typename"] == "RemovePasskeyPayload"
    assert (await ask(page, SIGN_IN, passkey=shown))["__typename"] == "NotAllowed"
