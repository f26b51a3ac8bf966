"""Pages and cursors: what a list answers to every way of asking for a part of it."""

import base64
from typing import Any

import pytest

from db.limits import MAX_PAGE_SIZE, PAGE_SIZE
from db.queries.pages import EdgeRow, Page, Slice
from schema.pagination import Edge, Paging, connection, cursor
from tests.conftest import Api, Refused
from tests.factories import Make

FEED = """
query ($first: Int, $after: String, $last: Int, $before: String) {
  publicFeed(first: $first, after: $after, last: $last, before: $before) {
    totalCount
    edges { cursor node { text } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""
COMMENTS = """
query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
  post(id: $id) {
    comments(first: $first, after: $after, last: $last, before: $before) {
      totalCount
      edges { cursor node { text } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
}
"""
HUGE = "9" * 19
Asked = dict[str, Any]


def packed(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


def texts(page: Asked) -> list[str]:
    return [edge["node"]["text"] for edge in page["edges"]]


def goes_on(page: Asked) -> tuple[bool, bool]:
    """Before the page, after it."""
    return page["pageInfo"]["hasPreviousPage"], page["pageInfo"]["hasNextPage"]


async def cursors(api: Api, make: Make, count: int = 5) -> dict[str, str]:
    """Posts "1" (the oldest) to `count`, and the cursor of each in the feed."""
    ada = await make.user("ada")
    for number in range(1, count + 1):
        await make.post(ada, str(number))
    return {edge["node"]["text"]: edge["cursor"] for edge in (await api(FEED, first=100))["edges"]}


@pytest.mark.parametrize("argument", ["first", "last"])
@pytest.mark.parametrize("size", [0, -1, MAX_PAGE_SIZE + 1, 2**31 - 1])
async def test_refuses_a_size_out_of_range_by_the_name_of_its_argument(api: Api, argument: str, size: int) -> None:
    asked: Asked = {argument: size}
    with pytest.raises(Refused) as refused:
        await api(FEED, **asked)
    assert refused.value.extensions == {"code": "BAD_USER_INPUT", "argument": argument}
    assert refused.value.message == f"`{argument}` is between 1 and 100."


@pytest.mark.parametrize("size", [2**31, -(2**31) - 1, 10**40, 1.5, "1", True])
async def test_refuses_a_size_that_is_no_int(api: Api, size: Any) -> None:
    with pytest.raises(Refused) as refused:
        await api(FEED, first=size)
    assert refused.value.code == "BAD_USER_INPUT"


async def test_refuses_first_and_last_together(api: Api) -> None:
    with pytest.raises(Refused) as refused:
        await api(FEED, first=1, last=1)
    assert refused.value.extensions == {"code": "BAD_USER_INPUT", "argument": "last"}


async def test_a_bad_page_of_a_nested_list_leaves_the_rest_standing(api: Api, make: Make) -> None:
    ada = await make.user("ada")
    post = await make.post(ada)
    answer = await api.raw(
        "query ($id: ID!) { post(id: $id) { text } other: post(id: $id) { comments(first: 0) { totalCount } } }",
        id=post.gid,
    )
    assert answer["data"]["post"] == {"text": "Hello"}
    (error,) = answer["errors"]
    assert error["path"] == ["other", "comments"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "argument": "first"}


async def test_gives_twenty_unless_asked_for_up_to_a_hundred(api: Api, make: Make) -> None:
    ada = await make.user("ada")
    for number in range(PAGE_SIZE + 1):
        await make.post(ada, str(number))
    assert (len((await api(FEED))["edges"]), PAGE_SIZE) == (20, 20)
    assert len((await api(FEED, first=1))["edges"]) == 1
    assert len((await api(FEED, last=MAX_PAGE_SIZE))["edges"]) == 21


@pytest.mark.parametrize("argument", ["after", "before"])
@pytest.mark.parametrize(
    "bad",
    [
        "",
        " ",
        "nonsense",
        "zażółć",
        "\ud800",
        packed("comments:5"),
        packed("Post:5"),
        packed("posts:-5"),
        packed("posts:+5"),
        packed("posts:05"),
        packed("posts:5 "),
        packed("posts:5\n"),
        packed("posts:٥"),
        packed("posts:"),
        packed("posts"),
        packed("posts:5:5"),
        packed("posts:1.5"),
        packed(f"posts:{HUGE}"),
        packed(f"posts:{2**63}"),
        packed("posts:" + "1" * 4000),
        packed("posts:5").rstrip("="),
        packed("posts:5") + "=",
        packed("posts:5") + "====",
        "\n" + packed("posts:5"),
        # The same bytes, but for bits that the last letter does not need.
        packed("posts:5").replace("NQ==", "NR=="),
        packed("posts:5")[:-2] + "\u200b==",
    ],
)
async def test_refuses_a_cursor_that_is_not_of_this_list(api: Api, argument: str, bad: Any) -> None:
    with pytest.raises(Refused) as refused:
        await api(FEED, **{argument: bad})
    assert refused.value.extensions == {"code": "BAD_USER_INPUT", "argument": argument}
    assert refused.value.message == f"`{argument}` is not a cursor of this list."


async def test_the_largest_key_there_can_be_is_a_cursor_like_any_other(api: Api, make: Make) -> None:
    await cursors(api, make, 2)
    last = cursor("posts", 2**63 - 1)
    assert texts(await api(FEED, after=last)) == ["2", "1"]
    assert texts(await api(FEED, before=last)) == []
    assert texts(await api(FEED, after=cursor("posts", 0))) == []


async def test_a_cursor_outlives_its_row(api: Api, make: Make, owner: Any) -> None:
    at = await cursors(api, make)
    await owner.execute("DELETE FROM posts WHERE text = '3'")
    assert texts(await api(FEED, after=at["3"])) == ["2", "1"]
    assert texts(await api(FEED, before=at["3"])) == ["5", "4"]


async def test_walks_forwards(api: Api, make: Make) -> None:
    at = await cursors(api, make)
    page = await api(FEED, first=2)
    assert (texts(page), goes_on(page)) == (["5", "4"], (False, True))
    assert page["pageInfo"]["startCursor"] == at["5"]
    assert page["pageInfo"]["endCursor"] == at["4"]
    page = await api(FEED, first=2, after=at["4"])
    assert (texts(page), goes_on(page)) == (["3", "2"], (True, True))
    page = await api(FEED, first=2, after=at["2"])
    assert (texts(page), goes_on(page)) == (["1"], (True, False))


async def test_walks_backwards_in_the_list_s_own_order(api: Api, make: Make) -> None:
    at = await cursors(api, make)
    page = await api(FEED, last=2)
    assert (texts(page), goes_on(page)) == (["2", "1"], (True, False))
    page = await api(FEED, last=2, before=at["2"])
    assert (texts(page), goes_on(page)) == (["4", "3"], (True, True))
    page = await api(FEED, last=2, before=at["4"])
    assert (texts(page), goes_on(page)) == (["5"], (False, True))


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ({}, ["4", "3", "2"]),
        ({"first": 2}, ["4", "3"]),
        ({"last": 2}, ["3", "2"]),
        ({"first": 3}, ["4", "3", "2"]),
    ],
)
async def test_between_two_cursors_is_what_stands_strictly_between(
    api: Api, make: Make, size: Asked, expected: list[str]
) -> None:
    at = await cursors(api, make)
    assert texts(await api(FEED, after=at["5"], before=at["1"], **size)) == expected


@pytest.mark.parametrize(("after", "before"), [("1", "5"), ("3", "3"), ("4", "3")])
async def test_nothing_stands_between_cursors_that_touch_or_cross(
    api: Api, make: Make, after: str, before: str
) -> None:
    at = await cursors(api, make)
    page = await api(FEED, after=at[after], before=at[before])
    assert page["edges"] == []
    assert (page["pageInfo"]["startCursor"], page["pageInfo"]["endCursor"]) == (None, None)


async def test_a_feed_has_no_total(api: Api, make: Make) -> None:
    await cursors(api, make, 1)
    assert (await api(FEED))["totalCount"] is None


async def test_comments_are_oldest_first_both_ways_and_their_total_is_of_the_whole_list(
    api: Api, make: Make
) -> None:
    ada, eve = await make.user("ada"), await make.user("eve")
    post = await make.post(ada)
    for number in range(1, 6):
        await make.comment(eve if number == 3 else ada, post, str(number))
    await make.suspend(eve)

    async def page(**asked: Any) -> Asked:
        found: Asked = (await api(COMMENTS, id=post.gid, **asked))["comments"]
        return found

    whole = await page()
    assert (texts(whole), whole["totalCount"], goes_on(whole)) == (["1", "2", "4", "5"], 5, (False, False))
    head = await page(first=2)
    assert (texts(head), head["totalCount"], goes_on(head)) == (["1", "2"], 5, (False, True))
    rest = await page(first=2, after=head["pageInfo"]["endCursor"])
    assert (texts(rest), rest["totalCount"], goes_on(rest)) == (["4", "5"], 5, (True, False))
    tail = await page(last=2)
    assert (texts(tail), goes_on(tail)) == (["4", "5"], (True, False))
    assert texts(await page(last=2, before=tail["pageInfo"]["startCursor"])) == ["1", "2"]


async def test_an_empty_list_has_a_total_of_nothing(api: Api, make: Make) -> None:
    post = await make.post(await make.user("ada"))
    assert (await api(COMMENTS, id=post.gid))["comments"] == {
        "totalCount": 0,
        "edges": [],
        "pageInfo": {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None},
    }


async def test_a_comment_s_cursor_fits_comments_and_replies_and_no_other_list(api: Api, make: Make) -> None:
    ada = await make.user("ada")
    post = await make.post(ada)
    comment = await make.comment(ada, post)
    await make.comment(ada, post, "reply", parent=comment)
    at = (await api(COMMENTS, id=post.gid))["comments"]["edges"][0]["cursor"]
    replies = "query ($id: ID!, $after: String) { node(id: $id) { ... on Comment { replies(after: $after) {"
    found = await api(f"{replies} edges {{ node {{ text }} }} }} }} }} }}", id=comment.gid, after=at)
    assert texts(found["replies"]) == ["reply"]
    with pytest.raises(Refused) as refused:
        await api(FEED, after=at)
    assert refused.value.extensions == {"code": "BAD_USER_INPUT", "argument": "after"}


def test_a_page_tells_where_to_go_on_though_its_nodes_went_since_it_was_read() -> None:
    rows = Slice([EdgeRow(0, key, key) for key in (9, 8, 7)], has_next=True, has_previous=True)
    paging = Paging("posts", Page(3))
    for nodes in ([None, "eight", None], [None, None, None]):
        page = connection(str.upper, paging, rows, nodes)
        assert page.edges == [Edge(cursor=cursor("posts", 8), node="EIGHT") for node in nodes if node]
        assert (page.page_info.start_cursor, page.page_info.end_cursor) == (cursor("posts", 9), cursor("posts", 7))
