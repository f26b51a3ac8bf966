"""GraphiQL's page, as tests take hold of it."""

import asyncio
import json
from typing import Any

from playwright.async_api import Locator, Page, Response, expect

from server.demo import DEMO_USERNAME

# Playwright's own waiting would evaluate text in the page, which its policy forbids.
_UNTIL_STORED = """text => new Promise(done => {
    const look = () => localStorage["graphiql:tabState"].includes(text) ? done() : setTimeout(look, 50);
    look();
})"""

_MODEL = "name => __MONACO.editor.getModels().find(it => it.uri.path.endsWith(name))"


def operation(page: Page) -> Locator:
    return page.get_by_label("Operation Editor")


def result(page: Page) -> Locator:
    return page.get_by_label("Result Window")


async def run(page: Page) -> dict[str, Any]:
    """What the API answers to the operation in the editor."""
    async with page.expect_response(is_of_the_editor) as answered:
        await page.get_by_label("Execute query").click()
    answer: dict[str, Any] = await (await answered.value).json()
    return answer


async def written(page: Page, file: str) -> str:
    """What stands in an editor; GraphiQL names the text of each as a file."""
    return str(await page.evaluate(f"file => ({_MODEL})(file).getValue()", file))


async def write(page: Page, file: str, text: str) -> None:
    await page.evaluate(f"([file, text]) => ({_MODEL})(file).setValue(text)", [file, text])


async def until_stored(page: Page, text: str) -> None:
    """Until a reload would find it in its tab again."""
    async with asyncio.timeout(60):
        await page.evaluate(_UNTIL_STORED, text)


def is_of_the_editor(answer: Response) -> bool:
    return answer.url.endswith("/graphql") and "IntrospectionQuery" not in (answer.request.post_data or "")


async def open_example(page: Page, field: str) -> None:
    tabs = page.get_by_role("tab", include_hidden=True)
    before = await tabs.count()
    await page.get_by_role("region", name="Examples").get_by_role("button", name=field, exact=True).click()
    await expect(tabs).to_have_count(before + 1)


async def sign_in_as_demo(page: Page) -> None:
    await page.get_by_role("button", name="Sign in as demo").click()
    await expect(page.get_by_text(f"Signed in as {DEMO_USERNAME}")).to_be_visible()


async def sign_in(page: Page, username: str, password: str) -> None:
    await page.get_by_text("Other account").click()
    await page.get_by_placeholder("Username or e-mail").fill(username)
    await page.get_by_placeholder("Password").fill(password)
    await page.get_by_role("button", name="Sign in", exact=True).click()


async def background(page: Page) -> str:
    colour: str = await page.locator(".graphiql-container").evaluate("it => getComputedStyle(it).backgroundColor")
    return colour


async def stored_session(page: Page) -> dict[str, Any]:
    session: dict[str, Any] = json.loads(await page.evaluate("localStorage.getItem('plaza:session')"))
    return session


async def store_session(page: Page, session: dict[str, Any]) -> None:
    await page.evaluate("it => localStorage.setItem('plaza:session', it)", json.dumps(session))
    await page.evaluate("dispatchEvent(new Event('plaza:session-changed'))")


async def finish_sign_in(page: Page, code: str) -> None:
    """The second step, for an account with an authenticator app."""
    await page.get_by_label("The code that your app shows").fill(code)
    await page.get_by_role("button", name="Go on").click()
