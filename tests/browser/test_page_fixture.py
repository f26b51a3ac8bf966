"""The browser's fixtures see what goes wrong in a page, so that a page which passes has none of it."""

import pytest
from playwright.async_api import Page, Route

from server.security import page_headers

pytestmark = [pytest.mark.outside, pytest.mark.xdist_group("live")]


@pytest.mark.parametrize(
    ("markup", "said"),
    [
        ("<img src='/nothing-here'>", "404"),
        ("<script>document.title = 'ran'</script>", "Content Security Policy"),
        ("<p style='color: red'>", "Content Security Policy"),
        ("<img src='http://127.0.0.1:9/elsewhere.png'>", "A request left our origin"),
    ],
)
async def test_sees_what_a_page_does_wrong(page: Page, faults: list[str], markup: str, said: str) -> None:
    policy = {"img-src": "*"}
    await serve(page, markup, page_headers(policy))
    await page.goto("/made", wait_until="networkidle")
    assert [fault for fault in faults if said in fault], faults
    faults.clear()


async def test_sees_an_error_that_nobody_caught(page: Page, faults: list[str]) -> None:
    await serve(page, "<script>throw new Error('oh')</script>", {})
    await page.goto("/made", wait_until="networkidle")
    assert [fault for fault in faults if fault.startswith("Uncaught")], faults
    faults.clear()


async def test_a_page_in_order_has_no_faults(page: Page) -> None:
    await serve(
        page,
        "<link rel='icon' href='data:,'><img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>",
        page_headers(),
    )
    await page.goto("/made", wait_until="networkidle")


async def serve(page: Page, markup: str, headers: dict[str, str]) -> None:
    async def answer(route: Route) -> None:
        await route.fulfill(
            body=f"<!doctype html><title>-</title>{markup}", content_type="text/html", headers=headers
        )

    await page.route("**/made", answer)
