"""The pages on which a browser's way ends that cannot be sent back to a front end."""

import pytest

from server.security import page_headers
from tests.oauth.journey import ADA, Journey


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/auth/facebook/start", 404),
        ("/auth/google/start", 400),
        ("/auth/google/start?return_to=https://evil.example/%3Cb%3E", 400),
        ("/auth/google/callback?state=%3Cb%3E&code=evil", 400),
        ("/auth/apple/callback?state=evil", 405),
    ],
)
async def test_tells_what_happened_and_nothing_that_was_sent(journey: Journey, path: str, status: int) -> None:
    answer = await journey.plaza.get(path)
    assert answer.status_code == status
    assert page_headers().items() <= answer.headers.items()
    assert answer.headers["cache-control"] == "no-store"
    assert "<h1>Not signed in</h1>" in answer.text
    assert '<link rel="stylesheet" href="/account/assets/account.css">' in answer.text
    assert [word for word in ("evil", "<b>", "&lt;b&gt;") if word in answer.text] == []


async def test_a_way_that_was_gone_before_ends_on_one(journey: Journey) -> None:
    request = await journey.consent(await journey.start("apple"), ADA)
    await journey.back(request)
    again = await journey.back(request)
    assert again.status_code == 400
    assert "begin where you wanted to sign in" in again.text
