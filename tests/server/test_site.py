"""The documentation over HTTP: every page whole, every link leading somewhere, nothing that our policy forbids."""

import json
import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from server.app import create_app
from server.security import page_headers
from server.settings import Environment, Settings
from server.site.build import ELSEWHERE, build, built
from server.site.pages import DOCS
from server.site.routes import docs_routes

HTML = {
    url: content.body.decode() for url, content in built().contents.items() if content.media_type == "text/html"
}


@pytest.fixture
async def site(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    async with visitor(settings) as client:
        yield client


def visitor(settings: Settings) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(Starlette(routes=docs_routes(settings)))
    return httpx.AsyncClient(transport=transport, base_url="http://plaza.test")


class Seen(HTMLParser):
    """The ids and the addresses of a page, and what a strict policy would not let run."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.forbidden: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        self.ids += [value for name, value in attributes if name == "id" and value]
        self.links += [value for name, value in attributes if name in ("href", "src") and value]
        self.forbidden += [name for name in given if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in given):
            self.forbidden.append(tag)


SEEN = {url: Seen(text) for url, text in HTML.items()}


def test_every_file_of_the_documentation_is_a_page() -> None:
    assert len(HTML) == len(list(DOCS.rglob("*.md")))
    assert {"/docs", "/docs/architecture", "/docs/reference", "/docs/reference/mutations"} <= HTML.keys()


@pytest.mark.parametrize("url", HTML)
def test_a_page_has_one_title_and_distinct_anchors_and_nothing_inline(url: str) -> None:
    assert HTML[url].count("<h1") == 1
    assert len(set(SEEN[url].ids)) == len(SEEN[url].ids)
    assert SEEN[url].forbidden == []


@pytest.mark.parametrize("url", HTML)
def test_every_link_of_a_page_leads_somewhere(url: str) -> None:
    for link in SEEN[url].links:
        target, _, anchor = link.partition("#")
        if target.startswith("https://") or target in ELSEWHERE:
            continue
        target = target or url
        assert target in built().contents, link
        assert not anchor or anchor in SEEN[target].ids, link


@pytest.mark.parametrize("path", sorted(DOCS.rglob("*.md")), ids=lambda path: path.name)
def test_every_relative_link_leads_somewhere_on_a_code_host_too(path: Path) -> None:
    for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text()):
        assert link.startswith("https://") or (path.parent / link).exists(), link


def test_what_is_found_is_there() -> None:
    entries = json.loads(built().contents["/docs/search.json"].body)
    found = {entry["title"]: entry for entry in entries}
    assert found["Post.likeCount"] == {
        "title": "Post.likeCount",
        "page": "Objects",
        "url": "/docs/reference/objects#post",
        "text": "How many people like it.",
        "body": "",
    }
    assert {"Architecture", "createPost", "Audience.PUBLIC", "CreatePostInput.text"} <= found.keys()
    assert found["RATE_LIMITED"]["url"] == "/docs/errors#rate_limited"
    assert found["Errors of createPost"]["url"] == "/docs/reference/mutations#errors-of-createpost"
    assert found["Errors of createPost"]["text"] == ""
    assert "Your account is suspended." in found["Errors of createPost"]["body"]
    for entry in entries:
        target, _, anchor = entry["url"].partition("#")
        assert not anchor or anchor in SEEN[target].ids, entry


async def test_serves_a_page_with_its_policy_and_its_validator(site: httpx.AsyncClient) -> None:
    page = await site.get("/docs/reference/queries")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert {name: page.headers[name] for name in page_headers()} == page_headers()
    assert page.headers["cache-control"] == "public, no-cache"
    for sent in (
        page.headers["etag"],
        f'"other", {page.headers["etag"]}',
        page.headers["etag"].removeprefix("W/"),
        "*",
    ):
        again = await site.get("/docs/reference/queries", headers={"if-none-match": sent})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == page.headers["etag"]
    other = await site.get("/docs/reference/queries", headers={"if-none-match": '"other"'})
    assert other.status_code == 200


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/docs/", "text/html; charset=utf-8"),
        ("/docs/assets/site.css", "text/css; charset=utf-8"),
        ("/docs/assets/search.js", "text/javascript; charset=utf-8"),
        ("/docs/search.json", "application/json"),
        ("/docs/examples.json", "application/json"),
        ("/docs/collections/postman.json", "application/json"),
    ],
)
async def test_serves_what_belongs_to_the_pages(site: httpx.AsyncClient, path: str, kind: str) -> None:
    answer = await site.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)


@pytest.mark.parametrize(
    "path", ["/docs/nothing", "/docs/../README.md", "/docs/reference/queries.md", "/docs/%00"]
)
async def test_says_that_there_is_no_such_page_in_the_same_look(site: httpx.AsyncClient, path: str) -> None:
    missing = await site.get(path)
    assert missing.status_code == 404
    if path.startswith("/docs/n"):
        assert "No such page" in missing.text
        assert 'href="/docs/reference/queries"' in missing.text


def test_an_installation_without_the_folder_has_no_pages(tmp_path: Path) -> None:
    bare = build(tmp_path / "docs")
    assert {url for url, content in bare.contents.items() if content.media_type == "text/html"} == set()
    assert b"No such page" in bare.missing.body


async def test_leads_to_nothing_that_this_server_does_not_give(settings: Settings) -> None:
    hidden = settings.model_copy(update={"graphiql": False, "introspection": False})
    for given, there in ((settings, True), (hidden, False)):
        async with visitor(given) as client:
            pages = [await client.get(path) for path in ("/docs/codegen", "/docs/nothing")]
        assert [page.text.count('href="/graphiql"') for page in pages] == [there, there]
        assert ('href="/schema.graphql"' in pages[0].text) is there
        assert "schema.graphql</" in pages[0].text  # it is spoken of all the same


async def test_goes_over_the_wire_compressed(site: httpx.AsyncClient) -> None:
    page = await site.get("/docs/reference/objects", headers={"accept-encoding": "gzip"})
    assert page.headers["content-encoding"] == "gzip"
    assert int(page.headers["content-length"]) * 4 < len(page.content)
    plain = await site.get("/docs/reference/objects", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == page.content
    assert plain.headers["vary"] == page.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    ("environment", "docs", "there"),
    [
        (Environment.DEVELOPMENT, None, True),
        (Environment.DEVELOPMENT, False, False),
        (Environment.PRODUCTION, None, False),
        (Environment.PRODUCTION, True, True),
    ],
)
def test_there_are_pages_in_development_unless_said_otherwise(
    settings: Settings, environment: Environment, docs: bool | None, there: bool
) -> None:
    app = create_app(settings.model_copy(update={"environment": environment, "docs": docs}))
    assert ("/docs" in [getattr(route, "path", None) for route in app.routes]) is there
