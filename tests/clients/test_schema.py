"""The schema under other people's rules: graphql-eslint's presets and the Relay compiler with its store."""

import json
import re
from pathlib import Path

import pytest

from tests.clients.conftest import GENERATED
from tests.clients.packages import Packages
from tests.clients.wire import Wire
from tests.serving import Served

pytestmark = [pytest.mark.outside, pytest.mark.xdist_group("live")]

_WRONG = """
extend type Query { getPost: Post }
"Nothing leads to it, and nothing tells one from another."
type Thing { name: String }
"Without its pageInfo."
type ThingConnection { edges: [PostEdge!]! }
"""


def add(file: Path, text: str) -> None:
    file.write_text(f"{file.read_text()}\n{text}\n")


def test_the_linter_has_nothing_to_say(tools: Packages) -> None:
    ran = tools.run("lint")
    assert ran.returncode == 0, ran.stdout


def test_the_linter_would_complain(tools: Packages) -> None:
    add(tools.folder / "schema.graphql", _WRONG)
    add(tools.folder / "operations/posts.graphql", "query Named { viewer { username } }")
    ran = tools.run("lint")
    assert ran.returncode == 1
    found = set(re.findall(r"@graphql-eslint/([a-z-]+)", ran.stdout))
    assert found == {
        "description-style",
        "naming-convention",
        "no-unreachable-types",
        "relay-connection-types",
        "require-selections",
        "strict-id-in-types",
    }


def test_relay_pages_refetches_and_puts_edges_into_lists(tools: Packages, live: Served, tmp_path: Path) -> None:
    compiled = tools.run("relay")
    assert compiled.returncode == 0, compiled.stdout
    wire = Wire(tmp_path / "wire", live, live.sign_in())
    visit = tools.run("visit", **wire.environment)
    assert visit.returncode == 0, visit.stdout
    saw = json.loads(visit.stdout.splitlines()[-1])
    assert {each.named_by for each in wire.seen()} == {"query"}
    assert (len(saw["first"]), len(saw["both"])) == (4, 7)
    assert saw["both"][:4] == saw["first"]
    assert len(set(saw["both"])) == 7
    assert saw["outcome"] == "CreatePostPayload"
    post = saw["prepended"][0]
    assert saw["prepended"] == [post, *saw["both"]]
    assert saw["refetched"] == post
    assert (saw["appended"], saw["counted"]) == (["one", "two"], 2)
    assert saw["left"] == saw["both"]


def test_relay_would_complain(tools: Packages) -> None:
    add(tools.folder / "relay/documents.js", "graphql`query documentsWrongQuery { viewer { shoeSize } }`;")
    compiled = tools.run("relay")
    assert compiled.returncode == 1
    assert "`User` has no field `shoeSize`" in compiled.stdout
    assert not list((tools.folder / GENERATED).iterdir())
