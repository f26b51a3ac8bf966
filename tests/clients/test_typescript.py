"""The TypeScript example, generated from the schema of a running Plaza and run against it."""

import hashlib
import json
from pathlib import Path

import pytest
from graphql import OperationDefinitionNode, parse, validate

from schema.root import schema
from tests.clients.conftest import trust
from tests.clients.packages import Packages, installed
from tests.clients.wire import Exchange, Wire
from tests.servers import ROOT
from tests.serving import Served

EXAMPLE = ROOT / "examples" / "typescript"

_ASK_NEW = """
import { NewDocument } from "./gql/graphql.js";
import { Plaza } from "./plaza/client.js";
import { PlazaError } from "./plaza/errors.js";

const asked = new Plaza(process.env.PLAZA_URL!).ask(NewDocument);
await asked.catch((error: PlazaError) => console.log(error.code));
"""

pytestmark = [pytest.mark.outside, pytest.mark.xdist_group("live")]


@pytest.fixture(scope="module")
def example() -> Packages:
    return installed(EXAMPLE)


@pytest.fixture(scope="module")
def generated(example: Packages, live: Served, tmp_path_factory: pytest.TempPathFactory) -> Packages:
    """A copy of it with the code that the served schema gives."""
    copy = example.copied(tmp_path_factory.mktemp("typescript") / "example")
    ran = copy.run("generate", PLAZA_SCHEMA=f"{live.url}/schema.graphql")
    assert ran.returncode == 0, ran.stdout
    return copy


@pytest.fixture(scope="module")
def knowing(generated: Packages, enforcing: Served) -> Served:
    """A Plaza that answers the example's operations, and next to nothing else."""
    trust(enforcing, generated.folder / "src/gql/persisted-documents.json")
    return enforcing


def operations(text: str) -> list[str]:
    definitions = parse(text).definitions
    return [each.name.value for each in definitions if isinstance(each, OperationDefinitionNode) and each.name]


def test_what_is_generated_type_checks(generated: Packages) -> None:
    checked = generated.run("typecheck")
    assert checked.returncode == 0, checked.stdout


def test_the_manifest_holds_every_operation_under_its_hash(generated: Packages) -> None:
    manifest: dict[str, str] = json.loads((generated.folder / "src/gql/persisted-documents.json").read_text())
    written = [
        name for file in (EXAMPLE / "src/operations").glob("*.graphql") for name in operations(file.read_text())
    ]
    assert sorted(name for text in manifest.values() for name in operations(text)) == sorted(written)
    for key, text in manifest.items():
        assert key == f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
        assert validate(schema._schema, parse(text)) == []


@pytest.mark.parametrize("plaza", ["live", "knowing"])
def test_it_pages_refreshes_once_and_takes_back_what_is_refused(
    generated: Packages, plaza: str, request: pytest.FixtureRequest
) -> None:
    ran = generated.run("test", PLAZA_URL=request.getfixturevalue(plaza).url)
    assert ran.returncode == 0, ran.stdout
    written = (EXAMPLE / "test" / "plaza.test.ts").read_text().count("\n  it(")
    assert f"pass {written}\n" in ran.stdout


def test_where_its_operations_are_imported_it_sends_ids(
    generated: Packages, knowing: Served, tmp_path: Path
) -> None:
    seen = tour(generated, Wire(tmp_path / "wire", knowing))
    assert {(each.named_by, *each.codes) for each in seen} == {("documentId",)}


def test_where_they_are_not_it_sends_texts_after_one_miss(
    generated: Packages, live: Served, tmp_path: Path
) -> None:
    missed, *others = tour(generated, Wire(tmp_path / "wire", live))
    assert (missed.named_by, missed.codes) == ("documentId", ["PERSISTED_QUERY_NOT_IN_LIST"])
    assert {(each.named_by, *each.codes) for each in others} == {("query",)}


def tour(generated: Packages, wire: Wire) -> list[Exchange]:
    """All that goes over the wire until it has come to its end."""
    ran = generated.run("start", **wire.environment)
    assert ran.returncode == 0, ran.stdout
    assert "Follow yourself? You cannot follow yourself." in ran.stdout
    return wire.seen()


def test_an_operation_that_was_not_imported_is_refused_where_that_is_enforced(
    example: Packages, knowing: Served, tmp_path: Path
) -> None:
    copy = example.copied(tmp_path / "example")
    (copy.folder / "src/operations/new.graphql").write_text("query New { serverInfo { version } }")
    (copy.folder / "src/tour.ts").write_text(_ASK_NEW)
    for script in ("generate", "start"):
        wire = Wire(tmp_path / "wire", knowing)
        ran = copy.run(script, PLAZA_SCHEMA=str(ROOT / "schema.graphql"), **wire.environment)
        assert ran.returncode == 0, ran.stdout
    assert ran.stdout.splitlines()[-1] == "QUERY_NOT_IN_SAFELIST"
    by_id, by_text = wire.seen()
    assert (by_id.named_by, by_id.codes) == ("documentId", ["PERSISTED_QUERY_NOT_IN_LIST"])
    assert (by_text.named_by, by_text.codes) == ("query", ["QUERY_NOT_IN_SAFELIST"])


def test_an_operation_that_asks_for_what_is_not_there_generates_nothing(example: Packages, tmp_path: Path) -> None:
    copy = example.copied(tmp_path / "example")
    (copy.folder / "src/operations/wrong.graphql").write_text("query Wrong { viewer { id shoeSize } }")
    ran = copy.run("generate", PLAZA_SCHEMA=str(ROOT / "schema.graphql"))
    assert ran.returncode != 0
    assert 'Cannot query field "shoeSize" on type "User"' in ran.stdout


def test_code_that_reads_what_was_not_asked_for_does_not_type_check(generated: Packages) -> None:
    wrong = generated.folder / "src" / "wrong.ts"
    wrong.write_text(
        'import type { LikesFragment as L } from "./gql/graphql.js";\nexport const of = (l: L) => l.shoeSize;'
    )
    checked = generated.run("typecheck")
    wrong.unlink()
    assert checked.returncode != 0
    assert "src/wrong.ts(2," in checked.stdout
    assert "Property 'shoeSize' does not exist" in checked.stdout
