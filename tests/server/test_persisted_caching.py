"""What browsers and CDNs are told of answers to persisted GETs."""

from collections.abc import AsyncIterator

import httpx
import pytest

from schema.context import Services
from server.settings import Settings
from tests.factories import Make
from tests.server.persisted import FEED, LIMITS, trusting
from tests.server.test_sdl import served_with

OPERATIONS = {
    "limits": LIMITS,
    "feed": FEED,
    "both": "query Both { serverInfo { version } ...Read } fragment Read on Query { publicFeed { totalCount } }",
    "viewer": "query Viewer { viewer { username } }",
    "mixed": "query Mixed { serverInfo { version } ... on Query { viewer { username } } }",
    "failing": "query Failing($first: Int) { serverInfo { version } publicFeed(first: $first) { totalCount } }",
    "points": "query Points { serverInfo { version } rateLimit { remaining } }",
}


@pytest.fixture
async def plaza(settings: Settings, services: Services) -> AsyncIterator[httpx.AsyncClient]:
    await trusting(services.stores, OPERATIONS)
    async with served_with(settings) as client:
        yield client


def kept(response: httpx.Response) -> str:
    assert response.status_code in (200, 304), response.text
    return response.headers["cache-control"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("limits", "public, max-age=60"),
        ("feed", "public, max-age=5"),
        ("both", "public, max-age=5"),
        ("viewer", "private, no-cache"),
        ("mixed", "private, no-cache"),
        ("points", "private, no-cache"),
    ],
)
async def test_the_least_age_of_its_fields_is_an_answers(
    plaza: httpx.AsyncClient, name: str, expected: str
) -> None:
    response = await plaza.get(f"/graphql/{name}")
    assert kept(response) == expected
    assert {"Accept", "Authorization"} <= set(response.headers["vary"].split(", "))
    assert ("ratelimit" in response.headers) is expected.startswith("private")


async def test_what_a_signed_in_person_sees_is_theirs(
    plaza: httpx.AsyncClient, services: Services, make: Make
) -> None:
    ada = await make.user("ada")
    token = services.tokens.issue(user_id=ada.id, session_id=ada.session_id)
    response = await plaza.get("/graphql/limits", headers={"authorization": f"Bearer {token}"})
    assert kept(response) == "private, no-cache"
    assert "etag" in response.headers


async def test_who_has_the_answer_already_is_told_so_in_no_words(plaza: httpx.AsyncClient, make: Make) -> None:
    first = await plaza.get("/graphql/feed")
    tag = first.headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = await plaza.get("/graphql/feed", headers={"if-none-match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert kept(again) == "public, max-age=5"
    await make.post(await make.user("ada"))
    changed = await plaza.get("/graphql/feed", headers={"if-none-match": tag})
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag


async def test_nothing_else_is_kept(plaza: httpx.AsyncClient) -> None:
    for response in (
        await plaza.post("/graphql/limits", json={}),
        await plaza.get("/graphql", params={"query": LIMITS}),
        await plaza.get("/graphql/failing", params={"variables": '{"first":0}'}),
        await plaza.get("/graphql/limits", headers={"graphql-cost": "report"}),
        await plaza.get("/graphql/limits", headers={"graphql-cost": "validate"}),
        await plaza.get("/graphql/nothing"),
    ):
        assert response.headers["cache-control"] == "no-store"
        assert "etag" not in response.headers


@pytest.mark.parametrize("name", ["limits", "viewer", "failing?variables=1", "nobody"])
async def test_head_is_get_without_a_body(plaza: httpx.AsyncClient, name: str) -> None:
    got, headed = await plaza.get(f"/graphql/{name}"), await plaza.head(f"/graphql/{name}")
    told = ("content-type", "content-length", "cache-control", "etag", "vary")
    assert headed.status_code == got.status_code
    assert [headed.headers.get(each) for each in told] == [got.headers.get(each) for each in told]
    assert headed.content == b""
    assert len(got.content) == int(got.headers["content-length"])


async def test_head_is_refused_and_answered_from_a_cache_as_get_is(plaza: httpx.AsyncClient) -> None:
    tag = (await plaza.head("/graphql/limits")).headers["etag"]
    assert (await plaza.head("/graphql/limits", headers={"if-none-match": tag})).status_code == 304
    assert (await plaza.head("/graphql/limits", headers={"origin": "https://evil.example"})).status_code == 403
    assert (await plaza.head("/graphql/limits", headers={"accept": "image/png"})).status_code == 406
    written = await plaza.head("/graphql", params={"query": "mutation { logout { __typename } }"})
    assert (written.status_code, written.headers["allow"]) == (405, "POST")
