"""Pages that say that it does not go on here, in the style of the account's."""

import pytest
from playwright.async_api import Page, expect

pytestmark = [pytest.mark.outside, pytest.mark.xdist_group("live")]

ENDS = [
    ("/mailbox/gone", 404, "Not Found"),
    ("/auth/google/start", 400, "Not signed in"),
    ("/auth/google/callback?state=made-up&code=made-up", 400, "Not signed in"),
    ("/nothing", 404, "Not Found"),
]


@pytest.mark.parametrize(("path", "status", "title"), ENDS)
async def test_it_is_one_of_ours_by_day_and_by_night_at_any_width(
    page: Page, faults: list[str], path: str, status: int, title: str
) -> None:
    answer = await page.goto(path)
    assert answer
    assert answer.status == status
    await expect(page.get_by_role("heading", level=1)).to_have_text(title)
    await page.emulate_media(color_scheme="light")
    assert await _paper(page) == "rgb(255, 255, 255)"
    await page.emulate_media(color_scheme="dark")
    assert await _paper(page) == "rgb(22, 21, 26)"
    await page.set_viewport_size({"width": 320, "height": 600})
    assert await page.evaluate("document.documentElement.scrollWidth") == 320
    assert len(faults) == 1, faults  # the browser's own word about the status
    faults.clear()


async def _paper(page: Page) -> str:
    colour: str = await page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    return colour
