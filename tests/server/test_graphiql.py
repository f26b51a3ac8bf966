"""GraphiQL without a browser: where it is, what keeps it safe, and what it says before it is built."""

import fcntl
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from server import graphiql
from server.demo import DEMO_PASSWORD
from server.settings import Environment, Settings
from server.web import Web

PLACES = ("/graphiql", "/graphiql/page.json", "/graphiql/assets/page-1a2b.js")


def visitor(settings: Settings, web: Web) -> httpx.AsyncClient:
    app = Starlette(routes=graphiql.routes(settings, web))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://plaza.test")


@pytest.fixture
def web(tmp_path: Path) -> Web:
    """Sources without a build."""
    sources = tmp_path / "web"
    sources.mkdir()
    (sources / "package.json").write_text("{}")
    return Web(sources)


@pytest.fixture
def built(web: Web) -> Web:
    assets = web.folder / "dist" / "assets"
    assets.mkdir(parents=True)
    (web.folder / "dist" / "index.html").write_text("<title>GraphiQL</title>")
    (assets / "page-1a2b.js").write_text("import './more-3c4d.js'\n" * 100)
    (assets / "page-5e6f.css").write_text("body { margin: 0 }")
    return web


async def test_the_page_may_run_its_own_scripts_and_nothing_else(settings: Settings, built: Web) -> None:
    async with visitor(settings, built) as there:
        page = await there.get("/graphiql")
    assert (page.status_code, page.text) == (200, "<title>GraphiQL</title>")
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["cache-control"] == "no-cache"
    assert page.headers["content-security-policy"].split("; ") == [
        "default-src 'none'",
        "base-uri 'none'",
        "connect-src 'self'",
        "font-src 'self' data:",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "img-src 'self' data:",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
    ]


@pytest.mark.parametrize(("name", "kind"), [("page-1a2b.js", "text/javascript"), ("page-5e6f.css", "text/css")])
async def test_its_files_are_kept_for_good(settings: Settings, built: Web, name: str, kind: str) -> None:
    async with visitor(settings, built) as there:
        file = await there.get(f"/graphiql/assets/{name}")
    assert file.status_code == 200
    assert file.headers["content-type"].startswith(kind)
    assert file.headers["cache-control"] == "public, max-age=31536000, immutable"


async def test_its_files_go_over_the_wire_compressed(settings: Settings, built: Web) -> None:
    async with visitor(settings, built) as there:
        file = await there.get(PLACES[2], headers={"accept-encoding": "gzip"})
    assert file.headers["content-encoding"] == "gzip"
    assert file.text == "import './more-3c4d.js'\n" * 100


@pytest.mark.parametrize(
    "path", ["../index.html", "..%2findex.html", "%2e%2e/%2e%2e/package.json", "/etc/passwd", "nothing.js", ""]
)
async def test_no_path_leads_out_of_its_files(settings: Settings, built: Web, path: str) -> None:
    async with visitor(settings, built) as there:
        answer = await there.get(httpx.URL("http://plaza.test", raw_path=f"/graphiql/assets/{path}".encode()))
    assert answer.status_code == 404


@pytest.mark.parametrize("place", [*PLACES, "/"])
async def test_production_has_none_of_it(settings: Settings, built: Web, place: str) -> None:
    production = settings.model_copy(update={"environment": Environment.PRODUCTION})
    async with visitor(production, built) as there:
        assert (await there.get(place, headers={"accept": "text/html"})).status_code == 404


async def test_whoever_asks_for_it_has_it_in_production(settings: Settings, built: Web) -> None:
    asked = settings.model_copy(update={"environment": Environment.PRODUCTION, "graphiql": True})
    async with visitor(asked, built) as there:
        assert [(await there.get(place)).status_code for place in PLACES] == [200, 200, 200]
        assert (await there.get("/", headers={"accept": "text/html"})).status_code == 404


async def test_whoever_wants_none_has_none_in_development(settings: Settings, built: Web) -> None:
    async with visitor(settings.model_copy(update={"graphiql": False}), built) as there:
        assert [(await there.get(place)).status_code for place in PLACES] == [404, 404, 404]


async def test_the_bare_address_sends_a_browser_to_it_and_nobody_else(settings: Settings, built: Web) -> None:
    async with visitor(settings, built) as there:
        browser = await there.get("/", headers={"accept": "text/html,application/xhtml+xml"})
        assert (browser.status_code, browser.headers["location"]) == (307, "/graphiql")
        assert (await there.get("/")).status_code == 404


@pytest.mark.parametrize(("is_demo", "password"), [(True, DEMO_PASSWORD), (False, None)])
async def test_only_the_demonstration_network_tells_its_account(
    settings: Settings, built: Web, is_demo: bool, password: str | None
) -> None:
    async with visitor(settings.model_copy(update={"demo_login": is_demo}), built) as there:
        facts = (await there.get("/graphiql/page.json")).json()
    assert (facts["demo"] or {}).get("password") == password
    assert {example["kind"] for example in facts["examples"]} == {"query", "mutation"}


@pytest.mark.parametrize(("setting", "fact"), [("docs", "docs"), ("introspection", "schema")])
@pytest.mark.parametrize("is_on", [True, False])
async def test_the_page_learns_what_this_server_tells(
    settings: Settings, built: Web, setting: str, fact: str, is_on: bool
) -> None:
    async with visitor(settings.model_copy(update={setting: is_on}), built) as there:
        assert (await there.get("/graphiql/page.json")).json()[fact] is is_on


async def test_before_it_is_built_it_says_so_and_tries_again(settings: Settings, web: Web) -> None:
    async with visitor(settings, web) as there:
        unbuilt = await there.get("/graphiql")
        assert (unbuilt.status_code, unbuilt.headers["cache-control"]) == (503, "no-store")
        assert "It has not been built here" in unbuilt.text
        assert '<meta http-equiv="refresh"' in unbuilt.text
        assert "style-src 'self'" in unbuilt.headers["content-security-policy"].split("; ")
        assert (await there.get(PLACES[2])).status_code == 404

        web.made.mkdir()
        with web.lock.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            assert "It is being built" in (await there.get("/graphiql")).text

        web.failure.write_text("`npm ci` failed <again>.")
        failed = await there.get("/graphiql")
        assert (failed.status_code, "`npm ci` failed &lt;again&gt;." in failed.text) == (503, True)
