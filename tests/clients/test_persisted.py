"""Persisted operations as Apollo Client, urql and Relay name them, set up as the guide tells."""

import json
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import pytest

from server.demo import DEMO_PASSWORD, DEMO_USERNAME
from tests.clients.conftest import (
    GENERATED,
    GUIDE,
    OPERATIONS,
    OPERATORS_TOKEN,
    RECIPES,
    beside_the_schema,
    trust,
    until_known,
)
from tests.clients.packages import Packages
from tests.clients.wire import Exchange, Wire
from tests.guides import blocks
from tests.serving import Served, serving_briefly

pytestmark = [pytest.mark.outside, pytest.mark.xdist_group("live")]

MISS = ["PERSISTED_QUERY_NOT_FOUND"]
AD_HOC = "query AdHoc { serverInfo { version } }"


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Packages:
    """Programs around the guide's recipes; what their tools generate is generated, and all of it type checks."""
    copy = beside_the_schema(tmp_path_factory.mktemp("persisted") / "clients")
    for name in RECIPES.keys() - {"network.js"}:
        (copy.folder / ("" if name == "codegen.ts" else "src") / name).write_text(RECIPES[name])
    done(copy, "manifest")
    shutil.copytree(OPERATIONS, copy.folder / "src/operations")
    done(copy, "codegen")
    done(copy, "build")
    return copy


@pytest.fixture(scope="module")
def without_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    nowhere = tmp_path_factory.mktemp("redis") / "gone.sock"
    with serving_briefly(REDIS_URL=f"unix://{nowhere}") as served:
        yield served.wait_ready()


@pytest.fixture(scope="module")
def knowing(clients: Packages, enforcing: Served) -> Served:
    """Answers what the manifests of Apollo's tool and of codegen list."""
    trust(
        enforcing,
        clients.folder / "persisted-query-manifest.json",
        clients.folder / "src/gql/persisted-documents.json",
    )
    return enforcing


def done(packages: Packages, script: str, **environment: str) -> list[str]:
    """What the program printed."""
    ran = packages.run(script, **environment)
    assert ran.returncode == 0, ran.stdout
    return ran.stdout.splitlines()


def ways(seen: Sequence[Exchange]) -> list[tuple[str, str, list[str]]]:
    return [(each.method, each.named_by, each.codes) for each in seen]


def test_no_recipe_is_left_out() -> None:
    apollo, urql = {"apollo.ts", "apollo-trusted.ts"}, {"urql.ts", "urql-trusted.ts", "urql-document-id.ts"}
    assert set(RECIPES) == {*apollo, *urql, "codegen.ts", "network.js"}


@pytest.mark.parametrize(("client", "resent_by"), [("apollo", "POST"), ("urql", "GET")])
@pytest.mark.parametrize("plaza", ["live", "without_redis"])
def test_a_client_sends_a_text_once_and_its_hash_by_get_from_then_on(
    clients: Packages, client: str, resent_by: str, plaza: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    wire = Wire(tmp_path / "wire", request.getfixturevalue(plaza))
    printed = done(clients, client, RECIPE="./apollo.js", **wire.environment)[-3:]
    missed, resent, *hits = seen = wire.seen()
    assert ways(seen) == [
        ("GET", "hash", MISS),
        (resent_by, "hash and query", []),
        ("GET", "hash", []),
        ("GET", "hash", []),
    ]
    assert (missed.status, missed.caching) == (200, "private, no-cache, must-revalidate")
    assert resent.caching == "no-store"
    assert {hit.caching for hit in hits} == {"public, max-age=5"}
    assert [len(json.loads(line)["publicFeed"]["edges"]) for line in printed] == [2, 2, 3]


def test_apollo_names_what_its_manifest_lists(clients: Packages, knowing: Served, tmp_path: Path) -> None:
    wire = Wire(tmp_path / "wire", knowing)
    printed = done(clients, "apollo", RECIPE="./apollo-trusted.js", **wire.environment)[-3:]
    assert ways(wire.seen()) == [("GET", "hash", [])] * 3
    assert [len(json.loads(line)["publicFeed"]["edges"]) for line in printed] == [2, 2, 3]


@pytest.mark.parametrize(("recipe", "named_by"), [("urql-trusted", "hash"), ("urql-document-id", "documentId")])
def test_urql_names_what_codegen_lists(
    clients: Packages, knowing: Served, tmp_path: Path, recipe: str, named_by: str
) -> None:
    wire = Wire(tmp_path / "wire", knowing)
    person = {"PLAZA_USER": DEMO_USERNAME, "PLAZA_PASSWORD": DEMO_PASSWORD}
    printed = done(clients, "urql-trusted", RECIPE=f"./{recipe}.js", **person, **wire.environment)[-2:]
    assert ways(wire.seen()) == [("POST", named_by, []), ("GET", named_by, [])]
    signed_in, feed = map(json.loads, printed)
    assert signed_in == "LoginPayload"
    assert len(feed["publicFeed"]["edges"]) == 2


def test_what_nobody_imported_is_refused_where_that_is_enforced(
    clients: Packages, enforcing: Served, tmp_path: Path
) -> None:
    wire = Wire(tmp_path / "wire", enforcing)
    ran = clients.run("urql", **wire.environment)
    assert ran.returncode != 0
    assert "This operation is none that is answered here." in ran.stdout
    by_hash, by_text = wire.seen()
    assert (by_hash.named_by, by_hash.codes) == ("hash", ["PERSISTED_QUERY_NOT_SUPPORTED"])
    assert (by_text.named_by, by_text.codes) == ("query", ["QUERY_NOT_IN_SAFELIST"])
    assert "data" not in by_text.answer


def test_relay_names_what_its_compiler_wrote_down(tools: Packages, enforcing: Served, tmp_path: Path) -> None:
    to_file, _ = blocks(GUIDE, "json")
    configure(tools, to_file)
    (tools.folder / "persisted.json").write_text("{}")
    done(tools, "relay")
    trust(enforcing, tools.folder / "persisted.json")
    visit(tools, enforcing, tmp_path)


def test_relay_names_what_its_compiler_registered(tools: Packages, enforcing: Served, tmp_path: Path) -> None:
    _, to_server = blocks(GUIDE, "json")
    to_server = to_server.replace("http://localhost:8000", enforcing.url)
    configure(tools, to_server.replace("…", "somebody else"))
    refused = tools.run("relay")
    assert refused.returncode != 0
    assert "The operator's token is needed." in refused.stdout
    configure(tools, to_server.replace("…", OPERATORS_TOKEN))
    done(tools, "relay")
    artifacts = [file.read_text() for file in (tools.folder / GENERATED).iterdir()]
    registered = [name for text in artifacts for name in re.findall(r'"id": "(sha256:\w+)"', text)]
    assert len(registered) == 7
    for name in registered:
        until_known(enforcing, name)
    visit(tools, enforcing, tmp_path)


def configure(tools: Packages, more: str) -> None:
    """Adds what the guide shows to Relay's configuration."""
    file = tools.folder / "relay.config.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **json.loads(more)}))


def visit(tools: Packages, plaza: Served, folder: Path) -> None:
    """Relay's store is filled, and what it asked for went by ids alone."""
    wire = Wire(folder / "wire", plaza, plaza.sign_in())
    saw = json.loads(done(tools, "visit", **wire.environment)[-1])
    assert len(saw["both"]) == 7
    assert saw["left"] == saw["both"]
    seen = wire.seen()
    assert len(seen) == 8
    assert {(each.method, each.named_by, each.status) for each in seen} == {("POST", "doc_id", 200)}


def test_an_ad_hoc_text_is_refused_where_only_trusted_ones_are_answered(enforcing: Served) -> None:
    for accept, status in (("application/json", 200), ("application/graphql-response+json", 400)):
        answer = httpx.post(f"{enforcing.url}/graphql", json={"query": AD_HOC}, headers={"accept": accept})
        assert answer.status_code == status
        assert answer.json()["errors"][0]["extensions"]["code"] == "QUERY_NOT_IN_SAFELIST"
