"""A new account, a forgotten password and a verified address, clicked through in the mailbox and on our pages."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, expect

from tests.serving import Served

pytestmark = [pytest.mark.outside, pytest.mark.xdist_group("live")]

ADDRESS = "lettie@example.org"
NEW = "a staple of batteries"
OLD = "a quiet engine"
REGISTER = (
    f'mutation {{ register(input: {{username: "lettie", email: "{ADDRESS}", password: "{OLD}"}})'
    " { __typename } }"
)
RESET = f'mutation {{ requestPasswordReset(input: {{email: "{ADDRESS}"}}) {{ __typename }} }}'
LOGIN = f'mutation {{ login(input: {{usernameOrEmail: "lettie", password: "{NEW}"}}) {{ __typename }} }}'


@pytest.fixture
async def tab(browser: Browser, live: Served) -> AsyncIterator[Page]:
    """At the address that letters lead to; nothing may be amiss in it at the end."""
    context = await browser.new_context(base_url=f"http://localhost:{live.port}")
    amiss: list[str] = []

    def console(message: ConsoleMessage) -> None:
        # Also where Chromium tells of a violation of the content security policy.
        if message.type == "error":
            amiss.append(message.text)

    context.on("console", console)
    yield await context.new_page()
    await context.close()
    assert amiss == []


async def open_letter(tab: Page, subject: str, address: str = ADDRESS) -> None:
    """The newest such letter as HTML; a worker may still be writing it."""
    letter = tab.locator("article", has_text=subject).filter(has_text=address).first
    await tab.goto("/mailbox")
    while not await letter.count():
        await tab.wait_for_timeout(200)
        await tab.reload()
    await letter.get_by_role("link", name="as HTML").click()
    await expect(tab.get_by_role("heading", name=subject)).to_be_visible()


async def test_an_address_is_verified_and_a_password_replaced(tab: Page, live: Served) -> None:
    live.ask(REGISTER)
    await open_letter(tab, "Verify your e-mail address")
    await tab.get_by_role("link", name="Verify this address").click()
    await expect(tab).to_have_url("/account/verify")  # the token is out of sight
    await expect(tab.get_by_role("status")).to_be_empty()  # and nothing is done before the click
    await tab.get_by_label("Your password").fill("somebody else's")
    await tab.get_by_role("button", name="Verify").click()
    await expect(tab.get_by_role("status")).to_have_text("This is not your password.")
    await tab.get_by_label("Your password").fill(OLD)
    await tab.get_by_role("button", name="Verify").click()
    await expect(tab.get_by_role("status")).to_have_text(f"{ADDRESS} is verified.")

    live.ask(RESET)
    await open_letter(tab, "Set a new password")
    await tab.get_by_role("link", name="Set a new password").click()
    await expect(tab).to_have_url("/account/reset")
    await tab.get_by_label("New password").fill("password")
    await tab.get_by_role("button", name="Set this password").click()
    await expect(tab.get_by_role("status")).to_contain_text("most common")
    await tab.get_by_label("New password").fill(NEW)
    await tab.get_by_role("button", name="Set this password").click()
    await expect(tab.get_by_role("status")).to_contain_text("Your new password holds")
    assert live.ask(LOGIN)["data"]["login"]["__typename"] == "LoginPayload"


async def test_who_did_not_make_the_account_verifies_it_and_is_told_to_set_a_password(
    tab: Page, live: Served
) -> None:
    live.ask(REGISTER.replace("lettie", "stranger"))
    await open_letter(tab, "Verify your e-mail address", "stranger@example.org")
    await tab.get_by_role("link", name="Verify this address").click()
    await tab.get_by_role("button", name="I did not make this account").click()
    await expect(tab.get_by_role("status")).to_contain_text("until you set a password")
    await expect(tab.locator("form")).to_be_hidden()


@pytest.mark.parametrize("page", ["verify", "reset"])
async def test_a_page_without_a_token_says_so_in_place_of_its_button(tab: Page, page: str) -> None:
    await tab.goto(f"/account/{page}")
    await expect(tab.get_by_role("status")).to_contain_text("Open the link in the letter again")
    await expect(tab.locator("form")).to_be_hidden()


async def test_a_token_that_was_made_up_is_refused(tab: Page) -> None:
    await tab.goto("/account/verify#token=made-up")
    await tab.get_by_role("button", name="I did not make this account").click()
    await expect(tab.get_by_role("status")).to_contain_text("This link is not good any more")
