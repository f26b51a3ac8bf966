"""GraphiQL as a developer uses it, in a real browser."""

import asyncio
import json
import re

import pytest
from playwright.async_api import Page, expect

from server.demo import DEMO_PASSWORD, MODERATOR_USERNAME
from server.graphiql import EXAMPLES
from tests.browser.graphiql import (
    background,
    open_example,
    operation,
    result,
    run,
    sign_in,
    until_stored,
    write,
    written,
)
from tests.serving import Served

pytestmark = [pytest.mark.outside, pytest.mark.xdist_group("live")]

# What letters, providers, telephones and other devices bring; until then an example is refused, and says so.
_BROUGHT = {
    *("challenge", "totp_code", "passkey", "new_passkey", "shown_passkey"),
    *("provider_code", "provider_verifier", "link_code", "reset_token", "verify_token"),
    *("export", "session"),
}


async def test_runs_a_query_and_remembers_it(graphiql: Page) -> None:
    answer = await run(graphiql)
    assert len(answer["data"]["publicFeed"]["edges"]) == 3
    await expect(result(graphiql)).to_contain_text("publicFeed")
    await graphiql.get_by_label("Show History").click()
    await expect(graphiql.get_by_role("region", name="History")).to_contain_text("Welcome")


async def test_tells_what_the_last_operation_cost(graphiql: Page) -> None:
    cost = (await run(graphiql))["extensions"]["cost"]
    price = f"Cost {cost['actual']} of at most {cost['estimated']} points"
    left = f"{cost['bucket']['remaining']} of {cost['bucket']['limit']} left"
    await expect(graphiql.locator(".cost")).to_have_text(f"{price} · {left}")
    assert 0 < cost["actual"] <= cost["estimated"]


async def test_every_example_runs(graphiql: Page) -> None:
    """But those that take somebody away whom other tests need; signing out comes last."""
    fields = [example["field"] for example in json.loads(EXAMPLES.read_bytes())]
    await graphiql.get_by_label("Show Examples").click()
    await expect(graphiql.get_by_role("region", name="Examples").get_by_role("listitem")).to_have_count(
        len(fields)
    )
    await sign_in(graphiql, MODERATOR_USERNAME, DEMO_PASSWORD)
    await expect(graphiql.get_by_text(f"Signed in as {MODERATOR_USERNAME}")).to_be_visible()
    harmless = set(fields) - {"deleteAccount", "suspendUser"}
    for field in sorted(harmless, key=lambda field: (field == "logout", field)):
        await open_example(graphiql, field)
        asked = await graphiql.evaluate("__MONACO.editor.getModels().map(it => it.getValue()).join()")
        assert set(re.findall(r'"@(\w+)"', asked)) <= _BROUGHT, field
        answer = await run(graphiql)
        codes = [error["extensions"]["code"] for error in answer.get("errors", [])]
        assert codes == (["FORBIDDEN"] if field == "auditLog" else []), (field, answer)
        await graphiql.get_by_label("Close Tab").last.click()


async def test_what_has_a_default_is_not_missed(graphiql: Page) -> None:
    await graphiql.get_by_label("Show Examples").click()
    await open_example(graphiql, "createPost")
    await expect(graphiql.get_by_role("region", name="Variables")).to_contain_text("Good morning")
    variables = await written(graphiql, "variables.json")
    # What is told beside it shows that the editor has looked.
    await write(graphiql, "variables.json", variables.replace("{", '{"unasked": 0,', 1))
    await expect(graphiql.locator(".squiggly-error, .squiggly-warning").first).to_be_visible()
    said = await graphiql.evaluate("__MONACO.editor.getModelMarkers({}).map(it => it.message)")
    assert said == ["Property unasked is not allowed."]


async def test_an_example_is_found_by_its_name(graphiql: Page) -> None:
    await graphiql.get_by_label("Show Examples").click()
    examples = graphiql.get_by_role("region", name="Examples")
    await examples.get_by_label("Find an operation").fill("Feed")
    await expect(examples.get_by_role("listitem").get_by_role("button")).to_have_text(["homeFeed", "publicFeed"])


async def test_the_docs_lead_from_the_query_to_a_field(graphiql: Page) -> None:
    await graphiql.get_by_label("Show Documentation Explorer").click()
    docs = graphiql.get_by_role("region", name="Documentation Explorer")
    await docs.get_by_role("link", name="Query", exact=True).click()
    await docs.get_by_role("link", name="homeFeed", exact=True).click()
    await expect(docs).to_contain_text("PostConnection")


async def test_the_keys_that_search_the_docs_are_named_whole(graphiql: Page) -> None:
    await graphiql.get_by_label("Show Documentation Explorer").click()
    box = graphiql.get_by_role("region", name="Documentation Explorer").get_by_role("combobox")
    await expect(box).to_have_attribute("placeholder", "Ctrl Alt K")
    wide = "it => [it.clientWidth, Object.assign(it, { value: it.placeholder }).scrollWidth]"
    room, needed = await box.evaluate(wide)
    assert needed <= room


async def test_a_picture_in_an_answer_is_not_looked_at(graphiql: Page) -> None:
    """The page's policy forbids to load it, and a browser tells the console of whoever tries."""
    await write(graphiql, "response.json", '{ "imageUrl": "https://pictures.test/cat.png" }')
    await result(graphiql).get_by_text("cat.png").hover()
    await asyncio.sleep(3)  # the editor would look after 0.3 s; a slow machine may miss that, never invent it


async def test_headers_are_sent_and_remembered(graphiql: Page) -> None:
    await graphiql.get_by_role("button", name="Headers").click()
    await graphiql.get_by_role("region", name="Headers").get_by_role("code").last.click()
    await graphiql.keyboard.insert_text('{"authorization": "Bearer of bad news"}')
    assert [error["extensions"]["code"] for error in (await run(graphiql))["errors"]] == ["UNAUTHENTICATED"]
    await until_stored(graphiql, "bad news")
    await graphiql.reload()
    await graphiql.get_by_role("button", name="Headers").click()
    await expect(graphiql.get_by_role("region", name="Headers")).to_contain_text("bad news")


async def test_is_dark_with_the_system_or_when_told(graphiql: Page) -> None:
    light = await background(graphiql)
    await graphiql.emulate_media(color_scheme="dark")
    dark = await background(graphiql)
    assert dark != light
    await graphiql.get_by_label("Open settings dialog").click()
    await graphiql.get_by_role("button", name="Light", exact=True).click()
    assert await background(graphiql) == light
    await graphiql.emulate_media(color_scheme="light")
    await graphiql.get_by_role("button", name="Dark", exact=True).click()
    assert await background(graphiql) == dark
    await graphiql.reload()
    await expect(operation(graphiql)).to_contain_text("publicFeed")
    assert await background(graphiql) == dark


async def test_on_a_phone_one_thing_stands_below_the_other(graphiql: Page) -> None:
    await graphiql.set_viewport_size({"width": 390, "height": 844})
    await graphiql.reload()
    await graphiql.get_by_label("Show Examples").click()
    await expect(operation(graphiql)).to_be_hidden()
    await open_example(graphiql, "serverInfo")
    await expect(graphiql.get_by_role("region", name="Examples")).to_be_hidden()
    answer = await run(graphiql)
    assert "serverInfo" in answer["data"]
    await expect(result(graphiql)).to_contain_text("serverInfo")
    above, below = await operation(graphiql).bounding_box(), await result(graphiql).bounding_box()
    assert above is not None
    assert below is not None
    assert above["y"] + above["height"] <= below["y"]
    assert below["x"] + below["width"] <= 390
    assert await graphiql.evaluate("document.documentElement.scrollWidth") == 390


async def test_the_address_alone_leads_here_and_the_terminal_names_it(graphiql: Page, live: Served) -> None:
    await graphiql.goto("/")
    assert graphiql.url == f"{live.url}/graphiql"
    assert f"  GraphiQL  http://localhost:{live.port}/graphiql\n" in live.said


async def test_leads_to_the_documentation_and_back(graphiql: Page, live: Served) -> None:
    await graphiql.get_by_role("link", name="Documentation").click()
    await expect(graphiql.get_by_role("heading", level=1)).to_have_text("Documentation")
    await graphiql.get_by_role("banner").get_by_role("link", name="GraphiQL").click()
    await expect(operation(graphiql)).to_contain_text("publicFeed")
    assert f"  Docs      http://localhost:{live.port}/docs\n" in live.said
