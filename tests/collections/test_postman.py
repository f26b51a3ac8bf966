"""The Postman collection runs from top to bottom against a served Plaza, as somebody who imports it runs it."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from server.local import node
from server.site.pages import DOCS
from tests.serving import Served, serving_briefly

pytestmark = pytest.mark.outside

HERE = Path(__file__).parent
COLLECTION = DOCS / "collections" / "postman.json"


@pytest.fixture(scope="module")
def newman() -> node.Node:
    """Node.js, with newman installed as the lock file says."""
    found = node.find()
    installed, lock = HERE / "node_modules" / ".package-lock.json", HERE / "package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        _run(found, "ci", "--no-audit", "--no-fund")
    return found


@pytest.fixture(scope="module")
def alone() -> Iterator[Served]:
    """A Plaza where nobody else signs in: the collection takes nearly all that one address may."""
    with serving_briefly(GRAPHIQL="false") as served:
        yield served.wait_ready()


def test_every_request_answers_what_it_says(newman: node.Node, alone: Served, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    told = ["--reporters", "cli,json", "--reporter-json-export", str(report)]
    ran = _run(newman, "exec", "--", "newman", "run", str(COLLECTION), "--env-var", f"base_url={alone.url}", *told)
    assert report.exists(), ran.stdout + ran.stderr
    run = json.loads(report.read_text())["run"]
    assert run["failures"] == [], ran.stdout
    asked = _requests(json.loads(COLLECTION.read_text()))
    assert run["stats"]["requests"]["total"] == asked
    assert run["stats"]["assertions"] == {"total": 2 * asked, "pending": 0, "failed": 0}


def _requests(collection: dict[str, Any]) -> int:
    return sum(len(folder["item"]) for folder in collection["item"])


def _run(found: node.Node, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*found.npm, *arguments], cwd=HERE, env=found.environment, capture_output=True, text=True, check=False
    )
