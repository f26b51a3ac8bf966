"""createPost: what a post of each type may hold."""

from typing import Any

import pytest

from db.limits import ALT_TEXT
from db.models import Post
from tests.api.posts import PAGE, PICTURE, create
from tests.conftest import Api
from tests.factories import Make
from tests.rows import Rows


async def test_publishes_a_post_with_its_author_and_counts(api: Api, make: Make, rows: Rows) -> None:
    ada = await make.user("ada")
    answer = await create(api, ada, text="  Hello  ")
    assert answer["post"] == {
        "text": "Hello",
        "type": "TEXT",
        "linkUrl": None,
        "imageUrl": None,
        "altText": None,
        "audience": "PUBLIC",
        "author": {"username": "ada", "postCount": 1},
        "likeCount": 0,
        "viewerHasLiked": False,
    }
    assert answer["postEdge"]["node"] == {"text": "Hello"}
    assert [post.text for post in await rows(Post)] == ["Hello"]


@pytest.mark.parametrize("text", ["", "   ", "\u3164", "x" * 5001])
async def test_refuses_text_that_is_empty_or_too_long(api: Api, make: Make, rows: Rows, text: str) -> None:
    ada = await make.user("ada")
    answer = await create(api, ada, text=text)
    assert (answer["__typename"], answer["field"]) == ("InvalidInput", "text")
    assert await rows(Post) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "IMAGE", "imageUrl": PICTURE, "altText": "A cat", "text": ""},
        {"type": "IMAGE", "imageUrl": PICTURE, "altText": "x" * ALT_TEXT},
        {"type": "IMAGE", "imageUrl": PICTURE},
        {"type": "LINK", "linkUrl": PAGE, "text": ""},
        {"type": "LINK", "linkUrl": "https://example.org/page?q=1#top", "audience": "FOLLOWERS"},
    ],
)
async def test_publishes_images_and_links(api: Api, make: Make, fields: dict[str, Any]) -> None:
    answer = await create(api, await make.user("ada"), **fields)
    assert {name: answer["post"][name] for name in fields} == fields


WRONG = [
    ({"linkUrl": PAGE}, "linkUrl", "Only a LINK post has a link."),
    ({"type": "LINK"}, "linkUrl", "A LINK post needs a link."),
    (
        {"type": "LINK", "linkUrl": "javascript:alert(1)"},
        "linkUrl",
        "Write a whole link that starts with https:// or http://.",
    ),
    (
        {"type": "LINK", "linkUrl": "https://bank.example@evil.example/"},
        "linkUrl",
        "Write a whole link that starts with https:// or http://.",
    ),
    ({"type": "LINK", "linkUrl": PAGE, "imageUrl": PICTURE}, "imageUrl", "Only an IMAGE post has an image."),
    ({"type": "IMAGE", "imageUrl": PICTURE, "linkUrl": PAGE}, "linkUrl", "Only a LINK post has a link."),
    ({"type": "IMAGE"}, "imageUrl", "An IMAGE post needs an image."),
    ({"type": "IMAGE", "imageUrl": PAGE}, "imageUrl", "Write a whole link that starts with https://."),
    (
        {"type": "IMAGE", "imageUrl": "https://example.org/" + "x" * 2048},
        "imageUrl",
        "Use a link of at most 2048 characters.",
    ),
    ({"imageUrl": PICTURE}, "imageUrl", "Only an IMAGE post has an image."),
    ({"altText": "A cat"}, "altText", "Only an IMAGE post has alternative text."),
    *(
        (
            {"type": "IMAGE", "imageUrl": PICTURE, "altText": words},
            "altText",
            "Alternative text is 1 to 1500 characters.",
        )
        for words in ("", " ", "x" * (ALT_TEXT + 1))
    ),
]


@pytest.mark.parametrize(("fields", "field", "message"), WRONG)
async def test_refuses_what_a_post_of_its_type_cannot_hold(
    api: Api, make: Make, rows: Rows, fields: dict[str, Any], field: str, message: str
) -> None:
    answer = await create(api, await make.user("ada"), **fields)
    assert answer == {"__typename": "InvalidInput", "field": field, "message": message}
    assert await rows(Post) == []
