"""Text that cannot be stored or read: refused as bad input wherever it comes from, never an error of ours."""

import httpx
import pytest

from db.models import Post
from tests.api.posts import create
from tests.conftest import Api, Refused
from tests.factories import Make
from tests.rows import Rows


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("nul \0", "a control character"),
        ("half \ud83d", "half of a surrogate pair"),
        ("\udc00", "half of a surrogate pair"),
        ("\ufffe", "a noncharacter"),
        ("z" + "\u0301" * 4000, "a letter with more than 4 combining marks"),
    ],
)
async def test_refuses_unsafe_text_as_bad_input(api: Api, make: Make, rows: Rows, text: str, reason: str) -> None:
    ada = await make.user("ada")
    with pytest.raises(Refused) as refused:
        await create(api, ada, text=text)
    assert refused.value.code == "BAD_USER_INPUT"
    assert refused.value.message == f"Variable '$input' has invalid value at .text: The text holds {reason}."
    assert await rows(Post) == []


@pytest.mark.parametrize("text", [5, None, ["Hello"], {"text": "Hello"}, 2**70])
async def test_refuses_text_that_is_no_string_as_bad_input(api: Api, make: Make, rows: Rows, text: object) -> None:
    ada = await make.user("ada")
    with pytest.raises(Refused) as refused:
        await create(api, ada, text=text)
    assert refused.value.code == "BAD_USER_INPUT"
    assert await rows(Post) == []


async def test_refuses_unsafe_text_written_into_the_document(api: Api, make: Make, rows: Rows) -> None:
    ada = await make.user("ada")
    with pytest.raises(Refused) as refused:
        await api('mutation { createPost(input: {text: "nul \\u0000"}) { __typename } }', viewer=ada)
    assert (refused.value.code, refused.value.message) == ("BAD_USER_INPUT", "The text holds a control character.")
    assert await rows(Post) == []


async def test_takes_marks_off_that_turn_text_around(api: Api, make: Make) -> None:
    answer = await create(api, await make.user("ada"), text="a\u202eb\u2066c\u2069")
    assert answer["post"]["text"] == "abc"


@pytest.mark.parametrize("escape", [b"\\u0000", b"\\ud800", b"\xff"])
async def test_bad_text_in_a_body_is_never_our_fault(client: httpx.AsyncClient, escape: bytes) -> None:
    query = b"query ($q: SafeText!) { searchPosts(query: $q) { edges { cursor } } }"
    body = b'{"query": "%s", "variables": {"q": "%s"}}' % (query, escape)
    response = await client.post("/graphql", content=body, headers={"content-type": "application/json"})
    codes = [error["extensions"]["code"] for error in response.json()["errors"]]
    # What is no JSON at all never reaches the schema.
    assert (response.status_code, codes) == (
        (200, ["BAD_USER_INPUT"]) if escape == b"\\u0000" else (400, ["BAD_REQUEST"])
    )
