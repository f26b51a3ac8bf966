"""What the tests of clients share: tools beside the schema, and a Plaza that answers trusted operations alone."""

import json
import secrets
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from engine import manifests
from tests.clients.packages import Packages, installed
from tests.guides import files
from tests.servers import ROOT
from tests.serving import SIGN_IN, Served, serving_briefly

GUIDE = ROOT / "docs" / "persisted-operations.md"
RECIPES = files(GUIDE)
OPERATIONS = ROOT / "examples/typescript/src/operations"
GENERATED = "relay/__generated__"
OPERATORS_TOKEN = secrets.token_urlsafe(32)


def beside_the_schema(folder: Path) -> Packages:
    """All programs and tools of this folder in another, with the schema."""
    copy = installed(Path(__file__).parent).copied(folder)
    shutil.copy(ROOT / "schema.graphql", folder)
    return copy


@pytest.fixture
def tools(tmp_path: Path) -> Packages:
    """With the example's operations, and Relay's network layer of the guide."""
    copy = beside_the_schema(tmp_path / "tools")
    shutil.copytree(OPERATIONS, copy.folder / "operations")
    (copy.folder / GENERATED).mkdir()
    (copy.folder / "relay/network.js").write_text(RECIPES["network.js"])
    return copy


@pytest.fixture(scope="session")
def enforcing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Answers what was imported, and what Relay's compiler registered; signing in is there already."""
    settings = {
        "TRUSTED_DOCUMENTS": "enforce",
        "TRUSTED_DOCUMENTS_REFRESH": "0.1",
        "OPERATIONS_TOKEN": OPERATORS_TOKEN,
    }
    with serving_briefly(**settings) as served:
        served.wait_ready()
        manifest = tmp_path_factory.mktemp("manifest") / "sign-in.json"
        manifest.write_text(json.dumps({"sign-in": SIGN_IN}))
        trust(served, manifest)
        yield served


def trust(plaza: Served, *files: Path) -> None:
    """Import manifests with the command, and wait until the server follows."""
    plaza.order("operations", "import", *map(str, files))
    until_known(plaza, next(iter(manifests.read(files[0].read_bytes()))))


def until_known(plaza: Served, name: str) -> None:
    while httpx.get(f"{plaza.url}/graphql/{name}").status_code == 404:
        time.sleep(0.1)
