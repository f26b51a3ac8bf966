"""The documentation in a browser: one's way by menu, anchor and search, at any width, by day and by night."""

import pytest
from playwright.async_api import Page, expect

from server.site.pages import DOCS, groups

pytestmark = [pytest.mark.outside, pytest.mark.xdist_group("live")]

# Every one but the decisions, which are of one kind.
PAGES = [source.url for group in groups(DOCS) for source in group.sources if "/adr/" not in source.url]

# How an element's text stands in lines: the text between those places where the next letter stands lower.
_LINES = """it => {
    const lines = [], walk = document.createTreeWalker(it, NodeFilter.SHOW_TEXT), range = document.createRange();
    let top;
    for (let node; (node = walk.nextNode()); )
        for (let at = 0; at < node.length; at++) {
            range.setStart(node, at);
            range.setEnd(node, at + 1);
            const box = range.getBoundingClientRect();
            if (top === undefined || box.top > top + 4) { lines.push(""); top = box.top; }
            lines[lines.length - 1] += node.data[at];
        }
    return lines;
}"""


async def test_goes_from_page_to_page_by_the_menu(page: Page) -> None:
    await page.goto("/docs")
    menu = page.get_by_role("navigation", name="Pages")
    await menu.get_by_role("link", name="Mutations").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Mutations")
    await expect(menu.get_by_role("link", name="Mutations")).to_have_attribute("aria-current", "page")
    await expect(menu.get_by_role("link", name="Architecture")).not_to_have_attribute("aria-current", "page")


async def test_an_anchor_brings_its_heading_below_the_bar(page: Page) -> None:
    await page.goto("/docs/reference/mutations")
    await page.get_by_role("navigation", name="On this page").get_by_role("link", name="createPost").click()
    await expect(page).to_have_url("/docs/reference/mutations#createpost")
    heading = await page.locator("#createpost").bounding_box()
    bar = await page.get_by_role("banner").bounding_box()
    assert heading
    assert bar
    assert bar["height"] <= heading["y"] < 200


async def test_a_diagram_is_drawn_in_the_colours_of_the_page(page: Page) -> None:
    await page.goto("/docs/auth")
    drawn = page.get_by_role("group", name="Who says what to whom: Client, Plaza, PostgreSQL")
    said = drawn.get_by_text("login(name, password)", exact=True)
    for scheme, ink in (("light", "rgb(31, 29, 36)"), ("dark", "rgb(231, 228, 236)")):
        await page.emulate_media(color_scheme="light" if scheme == "light" else "dark")
        assert await said.evaluate("it => getComputedStyle(it).fill") == ink
    await expect(page.get_by_text("sequenceDiagram")).to_have_count(0)


async def test_a_type_leads_to_where_it_is_told(page: Page) -> None:
    await page.goto("/docs/reference/mutations#createpost")
    await page.get_by_role("link", name="CreatePostInput!").click()
    await expect(page).to_have_url("/docs/reference/inputs#createpostinput")


async def test_finds_a_field_while_one_types(page: Page) -> None:
    await page.goto("/docs")
    await page.keyboard.press("/")
    box = page.get_by_role("combobox", name="Search the documentation")
    await expect(box).to_be_focused()
    await box.press_sequentially("likecount")
    first = page.get_by_role("option").first
    await expect(first).to_contain_text("Post.likeCount")
    await expect(first).to_have_attribute("aria-selected", "true")
    await box.press("Enter")
    await expect(page).to_have_url("/docs/reference/objects#post")
    await expect(page.get_by_role("listbox", name="Found")).to_be_hidden()


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("createPost errors", "/docs/reference/mutations#errors-of-createpost"),
        ("errors", "/docs/errors"),
        ("RATE_LIMITED", "/docs/errors#rate_limited"),
        ("docker", "/docs/releasing#rolling-it-out"),
        ("your account is suspended createPost", "/docs/reference/mutations#errors-of-createpost"),
    ],
)
async def test_what_one_looks_for_comes_first(page: Page, words: str, place: str) -> None:
    await page.goto("/docs")
    box = page.get_by_role("combobox", name="Search the documentation")
    await box.fill(words)
    await expect(page.get_by_role("option").first.get_by_role("link")).to_have_attribute("href", place)
    await box.press("Enter")
    await expect(page).to_have_url(place)


async def test_a_name_that_is_found_is_not_broken_within_a_word(page: Page) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.goto("/docs")
    await page.get_by_role("combobox", name="Search the documentation").fill("plaza_")
    await expect(page.get_by_role("option").first).to_be_visible()
    for name in await page.get_by_role("option").locator("b").all():
        lines = await name.evaluate(_LINES)
        assert [line for line in lines[:-1] if line[-1] not in " ._"] == [], lines


async def test_a_phone_shows_a_row_of_a_guide_whole_and_names_its_columns(page: Page) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.goto("/docs/errors#rate_limited")
    row = page.locator("#rate_limited")
    await expect(row).to_be_in_viewport()
    for cell in await row.get_by_role("cell", include_hidden=True).all():
        box = await cell.bounding_box()
        assert box
        assert box["x"] + box["width"] <= 390
    heads = await row.locator("td").evaluate_all("all => all.map(it => getComputedStyle(it, '::before').content)")
    assert heads == ["none", '"HTTP status: "', '"when: "', '"what to do: "']


async def test_the_search_is_walked_by_keys_and_left_by_escape(page: Page) -> None:
    await page.goto("/docs")
    box = page.get_by_role("combobox", name="Search the documentation")
    await box.fill("post")
    options = page.get_by_role("option")
    await expect(options.nth(0)).to_have_attribute("aria-selected", "true")
    await box.press("ArrowDown")
    await expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    await box.press("ArrowUp")
    await box.press("ArrowUp")
    await expect(options.last).to_have_attribute("aria-selected", "true")
    await box.press("Escape")
    await expect(page.get_by_role("listbox", name="Found")).to_be_hidden()


async def test_says_when_nothing_is_found(page: Page) -> None:
    await page.goto("/docs")
    await page.get_by_role("combobox", name="Search the documentation").fill("zzzz")
    await expect(page.get_by_text("Nothing found.")).to_be_visible()
    assert await page.get_by_role("option").count() == 0


@pytest.mark.parametrize("width", [390, 900, 1280])
async def test_no_page_is_wider_than_its_window(page: Page, width: int) -> None:
    await page.set_viewport_size({"width": width, "height": 844})
    for path in PAGES:
        await page.goto(path)
        assert await page.evaluate("document.documentElement.scrollWidth") == width, path


async def test_a_phone_has_a_menu_that_opens(page: Page) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.goto("/docs")
    link = page.locator(".menu").get_by_role("link", name="Queries")
    await expect(link).to_be_hidden()
    await page.get_by_text("Menu", exact=True).click()
    await link.click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Queries")


async def test_is_light_by_day_and_dark_by_night(page: Page) -> None:
    await page.goto("/docs")
    for scheme, paper in (("light", "rgb(255, 255, 255)"), ("dark", "rgb(22, 21, 26)")):
        await page.emulate_media(color_scheme="light" if scheme == "light" else "dark")
        assert await page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == paper
        assert await _contrast(page) >= 7


async def test_a_page_that_is_not_there_looks_like_the_others(page: Page, faults: list[str]) -> None:
    answer = await page.goto("/docs/nothing")
    assert answer
    assert answer.status == 404
    await expect(page.get_by_role("heading", level=1)).to_have_text("No such page")
    await page.get_by_role("link", name="first page").click()
    await expect(page).to_have_url("/docs")
    assert len(faults) == 1, faults  # the browser's own word about the 404
    faults.clear()


async def _contrast(page: Page) -> float:
    """Of text on paper, after WCAG 2."""
    colours = await page.evaluate(
        "[getComputedStyle(document.documentElement).color, "
        "getComputedStyle(document.documentElement).backgroundColor].map(c => c.match(/\\d+/g).map(Number))"
    )
    ink, paper = sorted((_luminance(colour) for colour in colours), reverse=True)
    return float((ink + 0.05) / (paper + 0.05))


def _luminance(colour: list[int]) -> float:
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (value / 255 for value in colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
