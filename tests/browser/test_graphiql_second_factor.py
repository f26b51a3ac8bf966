"""Signing in to GraphiQL with an account that an authenticator app guards."""

import time
from typing import Any

import pytest
from playwright.async_api import Page, expect

from auth import totp
from tests.browser.graphiql import finish_sign_in, sign_in
from tests.serving import Served

pytestmark = [pytest.mark.outside, pytest.mark.xdist_group("live")]

USERNAME = "guarded"
PASSWORD = "a quiet engine"


@pytest.fixture(scope="module")
def guarded(live: Served) -> dict[str, Any]:
    """The app's secret and the recovery codes of an account that is made for these tests."""
    # By the operator's word its address is verified, without which there is no second factor.
    live.order(
        "create-admin", "--username", USERNAME, "--email", f"{USERNAME}@example.org", "--password", PASSWORD
    )
    answer = live.ask(
        f'mutation {{ login(input: {{usernameOrEmail: "{USERNAME}", password: "{PASSWORD}"}})'
        " { ... on LoginPayload { session { accessToken } } } }"
    )
    token = answer["data"]["login"]["session"]["accessToken"]
    started = live.ask("mutation { startTotp { ... on StartTotpPayload { secret } } }", token)
    secret = started["data"]["startTotp"]["secret"]
    confirmed = live.ask(
        f'mutation {{ confirmTotp(input: {{totpCode: "{_code(secret)}"}})'
        " { ... on ConfirmTotpPayload { recoveryCodes } } }",
        token,
    )
    return {"secret": secret, **confirmed["data"]["confirmTotp"]}


async def test_the_code_of_the_app_is_asked_for_and_a_wrong_one_is_told(
    graphiql: Page, guarded: dict[str, Any]
) -> None:
    await sign_in(graphiql, USERNAME, PASSWORD)
    await finish_sign_in(graphiql, "000 000")
    await expect(graphiql.locator(".account").get_by_role("alert")).to_have_text(
        "This is wrong, or was used before."
    )
    await finish_sign_in(graphiql, _code(guarded["secret"], 1))
    await expect(graphiql.get_by_text(f"Signed in as {USERNAME}")).to_be_visible()


async def test_a_recovery_code_stands_in_for_it(graphiql: Page, guarded: dict[str, Any]) -> None:
    await sign_in(graphiql, USERNAME, PASSWORD)
    await finish_sign_in(graphiql, guarded["recoveryCodes"][0].lower())
    await expect(graphiql.get_by_text(f"Signed in as {USERNAME}")).to_be_visible()


async def test_who_has_neither_begins_again(graphiql: Page, guarded: dict[str, Any]) -> None:
    await sign_in(graphiql, USERNAME, PASSWORD)
    await graphiql.get_by_role("button", name="Begin again").click()
    await expect(graphiql.get_by_role("button", name="Sign in as demo")).to_be_visible()
    await expect(graphiql.locator(".account").get_by_role("alert")).to_have_count(0)


def _code(secret: str, steps_ahead: int = 0) -> str:
    return totp.code_at(secret, int(time.time()) // totp.STEP + steps_ahead)
