"""GraphiQL signed in, signed out, and without what it would like to have."""

import pytest
from playwright.async_api import Browser, Page, Route, expect

from server.demo import DEMO_USERNAME
from tests.browser.graphiql import (
    open_example,
    operation,
    result,
    run,
    sign_in,
    sign_in_as_demo,
    store_session,
    stored_session,
    until_stored,
)
from tests.serving import Served

pytestmark = [pytest.mark.outside, pytest.mark.xdist_group("live")]


async def test_one_click_signs_in_and_a_mutation_goes_through(graphiql: Page) -> None:
    await graphiql.get_by_label("Show Examples").click()
    await sign_in_as_demo(graphiql)
    await open_example(graphiql, "createPost")
    answer = await run(graphiql)
    assert answer["data"]["createPost"]["__typename"] == "CreatePostPayload"
    await expect(graphiql.get_by_role("tab")).to_have_count(2)

    await until_stored(graphiql, "Good morning")
    await graphiql.reload()
    await expect(graphiql.get_by_text(f"Signed in as {DEMO_USERNAME}")).to_be_visible()
    await graphiql.get_by_role("button", name="Sign out").click()
    await expect(graphiql.get_by_role("button", name="Sign in as demo")).to_be_visible()
    await expect(operation(graphiql)).to_contain_text("createPost")
    answer = await run(graphiql)
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["UNAUTHENTICATED"]


async def test_a_wrong_password_is_told(graphiql: Page) -> None:
    await sign_in(graphiql, "nobody", "wrong")
    await expect(graphiql.locator(".account").get_by_role("alert")).to_have_text("Wrong name or password.")


async def test_a_token_that_ran_out_is_renewed_unseen(graphiql: Page, live: Served) -> None:
    await graphiql.get_by_label("Show Examples").click()
    await sign_in_as_demo(graphiql)
    before = await stored_session(graphiql)
    await store_session(graphiql, {**before, "accessToken": "run out"})
    await open_example(graphiql, "viewer")
    async with graphiql.expect_response(lambda answer: "viewer" in (answer.request.post_data or "")):
        await graphiql.get_by_label("Execute query").click()
    await expect(result(graphiql)).to_contain_text(DEMO_USERNAME)
    after = await stored_session(graphiql)
    assert after["username"] == DEMO_USERNAME
    assert after["refreshToken"] != before["refreshToken"]
    assert live.ask("{ viewer { username } }", after["accessToken"])["data"]["viewer"]["username"] == DEMO_USERNAME


@pytest.mark.parametrize("broken", ["{", "null", "7", '{"accessToken": 7}', '{"username": {}}'])
async def test_what_is_no_session_is_nobody_signed_in(graphiql: Page, broken: str) -> None:
    await graphiql.evaluate("it => localStorage.setItem('plaza:session', it)", broken)
    await graphiql.reload()
    await expect(graphiql.get_by_role("button", name="Sign in as demo")).to_be_visible()
    await expect(operation(graphiql)).to_contain_text("publicFeed")
    assert "publicFeed" in (await run(graphiql))["data"]


async def test_a_session_that_cannot_be_renewed_is_over(graphiql: Page) -> None:
    gone = {"accessToken": "run out", "refreshToken": "used", "username": "ada"}
    await store_session(graphiql, gone)
    await expect(graphiql.get_by_text("Signed in as ada")).to_be_visible()
    await graphiql.get_by_label("Execute query").click()
    await expect(graphiql.get_by_role("button", name="Sign in as demo")).to_be_visible()
    await expect(result(graphiql)).to_contain_text("UNAUTHENTICATED")
    assert "publicFeed" in (await run(graphiql))["data"]


async def test_without_word_of_the_server_the_page_works_and_says_so(graphiql: Page, faults: list[str]) -> None:
    async def fail(route: Route) -> None:
        await route.fulfill(status=502, body="<h1>Bad gateway</h1>")

    await graphiql.route("**/graphiql/page.json", fail)
    await graphiql.reload()
    await expect(graphiql.get_by_role("alert")).to_have_text("No examples, for the server did not answer: reload.")
    await expect(operation(graphiql)).to_contain_text("publicFeed")
    assert "publicFeed" in (await run(graphiql))["data"]
    assert len(faults) == 1, faults  # the browser's own word about the 502
    faults.clear()


async def test_without_the_schema_the_page_works_and_says_so(graphiql: Page) -> None:
    async def untold(route: Route) -> None:
        answer = await route.fetch()
        await route.fulfill(response=answer, json={**await answer.json(), "schema": False})

    asked: list[str] = []
    graphiql.on("request", lambda request: asked.append(request.post_data or ""))
    await graphiql.route("**/graphiql/page.json", untold)
    await graphiql.reload()
    await expect(graphiql.get_by_text("This server does not tell its schema")).to_be_visible()
    await expect(operation(graphiql)).to_contain_text("publicFeed")
    assert "publicFeed" in (await run(graphiql))["data"]
    await graphiql.get_by_label("Show Examples").click()
    await open_example(graphiql, "createPost")
    await expect(graphiql.get_by_label("Show Documentation Explorer")).to_have_count(0)
    assert [text for text in asked if "__schema" in text] == []


async def test_a_browser_without_scripts_is_told_that_they_are_needed(browser: Browser, live: Served) -> None:
    context = await browser.new_context(base_url=live.url, java_script_enabled=False)
    page = await context.new_page()
    await page.goto("/graphiql")
    await expect(page.locator("noscript p")).to_be_visible()  # whose text Playwright does not look for
    await expect(page.get_by_text("GraphiQL is loading")).to_be_hidden()
    await context.close()
