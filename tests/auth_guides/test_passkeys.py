"""Passkeys by the guide's code, made, shown and taken away again in a browser with an authenticator of its own."""

from dataclasses import dataclass
from typing import Any

import pytest
from playwright.async_api import Error, Page

from server.demo import DEMO_PASSWORD, DEMO_USERNAME
from tests.serving import Served

pytestmark = [pytest.mark.outside, pytest.mark.xdist_group("auth_guides")]

_AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
}
_ASK = """async ([url, query, input, token]) => {
    const headers = { "content-type": "application/json" };
    if (token) headers.authorization = `Bearer ${token}`;
    const body = JSON.stringify({ query, variables: input && { input } });
    return (await fetch(url, { method: "POST", headers, body })).json();
}"""
_MAKE = "async options => (await import('/passkeys.js')).make(options)"
_SHOW = "async options => (await import('/passkeys.js')).show(options)"

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


@dataclass(frozen=True)
class Device:
    """A page of the front end, in a browser whose authenticator is unlocked whenever it is asked."""

    page: Page
    endpoint: str

    async def ask(self, query: str, token: str | None = None, **input: str) -> Any:
        """What the only field of `query` answers."""
        answer = await self.page.evaluate(_ASK, [self.endpoint, query, input or None, token])
        assert "errors" not in answer, answer
        (told,) = answer["data"].values()
        return told

    async def show(self) -> str:
        passkey: str = await self.page.evaluate(_SHOW, (await self.ask(START_SIGN_IN))["options"])
        return passkey

    async def add(self, token: str) -> Any:
        made = await self.page.evaluate(_MAKE, (await self.ask(START, token))["options"])
        return await self.ask(ADD, token, passkey=made, name="This browser")


@pytest.fixture
async def device(page: Page, plaza: Served) -> Device:
    devices = await page.context.new_cdp_session(page)
    await devices.send("WebAuthn.enable")
    await devices.send("WebAuthn.addVirtualAuthenticator", {"options": _AUTHENTICATOR})
    return Device(page, f"http://localhost:{plaza.port}/graphql")


async def test_a_passkey_signs_in_until_it_is_removed(device: Device) -> None:
    session = (await device.ask(LOGIN, usernameOrEmail=DEMO_USERNAME, password=DEMO_PASSWORD))["session"]
    token = session["accessToken"]
    assert (await device.ask(CONFIRM, token, password=DEMO_PASSWORD))["__typename"] == "ConfirmIdentityPayload"
    passkey = (await device.add(token))["passkey"]
    assert (passkey["name"], passkey["isBackedUp"]) == ("This browser", False)
    with pytest.raises(Error, match="InvalidStateError"):  # the browser sees that it has one here
        await device.add(token)
    assert (await device.ask(LOGOUT, token))["endedSessionCount"] == 1

    for _ in range(2):  # its count of uses grows
        signed_in = await device.ask(SIGN_IN, passkey=await device.show())
        assert signed_in["viewer"]["username"] == DEMO_USERNAME
    token = signed_in["session"]["accessToken"]
    assert (await device.ask(CONFIRM, token, passkey=await device.show()))[
        "__typename"
    ] == "ConfirmIdentityPayload"

    shown = await device.show()
    assert (await device.ask(REMOVE, token, passkeyId=passkey["id"]))["__typename"] == "RemovePasskeyPayload"
    assert (await device.ask(SIGN_IN, passkey=shown))["__typename"] == "NotAllowed"
