"""updatePost: what is given changes, all of it or nothing, for the author alone."""

from typing import Any

import pytest

from db.models import Post, Role
from tests.api.posts import PAGE, PICTURE, update
from tests.conftest import Api
from tests.factories import Make
from tests.rows import Rows


async def test_changes_only_what_is_given_and_says_when(api: Api, make: Make, rows: Rows) -> None:
    ada = await make.user("ada")
    post = await make.post(ada, type="IMAGE", image_url=PICTURE, alt_text="A cat")
    unchanged = {
        "text": "Hello",
        "linkUrl": None,
        "imageUrl": PICTURE,
        "altText": "A cat",
        "audience": "PUBLIC",
        "editedAt": None,
    }
    for fields in ({}, {"text": " Hello "}, {"text": None, "imageUrl": None, "audience": None}):
        assert (await update(api, ada, post, **fields))["post"] == unchanged
    changed = (await update(api, ada, post, altText=None, audience="FOLLOWERS"))["post"]
    assert changed | {"editedAt": None} == unchanged | {"altText": None, "audience": "FOLLOWERS"}
    (row,) = await rows(Post)
    assert changed["editedAt"] == row.edited_at.isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"text": " "}, "text"),
        ({"text": "x" * 5001}, "text"),
        ({"linkUrl": PAGE}, "linkUrl"),
        ({"imageUrl": PICTURE}, "imageUrl"),
        ({"altText": "A cat"}, "altText"),
    ],
)
async def test_a_refused_change_changes_nothing(
    api: Api, make: Make, rows: Rows, fields: dict[str, Any], field: str
) -> None:
    ada = await make.user("ada")
    answer = await update(api, ada, await make.post(ada), audience="FOLLOWERS", **fields)
    assert (answer["__typename"], answer["field"]) == ("InvalidInput", field)
    assert [(post.text, post.audience, post.edited_at) for post in await rows(Post)] == [("Hello", "PUBLIC", None)]


async def test_only_its_author_changes_a_post(api: Api, make: Make, rows: Rows) -> None:
    ada, mod = await make.user("ada"), await make.user("mod", role=Role.MODERATOR)
    answer = await update(api, mod, await make.post(ada), text="Other")
    assert answer == {"__typename": "NotAllowed", "message": "Only its author can change a post."}
    assert [post.text for post in await rows(Post)] == ["Hello"]
