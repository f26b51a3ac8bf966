"""Generated documentation: complete, in step, and clear about what it lacks."""

import shutil
from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema
from typer.testing import CliRunner

from schema.root import sdl
from server.cli import app
from server.mistakes import UserMistake
from server.reference.answers import recorded
from server.reference.examples import FOLDER, examples
from server.reference.files import generated
from server.reference.story import STORY, requests
from server.reference.types import told_types
from server.site.pages import DOCS

SCHEMA = build_schema(sdl())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The examples, to be spoilt."""
    return Path(shutil.copytree(FOLDER, tmp_path / "examples"))


def test_the_committed_documentation_is_in_step() -> None:
    ran = CliRunner().invoke(app, ["export-docs", "--check"])
    assert ran.exit_code == 0, ran.output


def test_check_names_what_is_out_of_step(tmp_path: Path) -> None:
    runner, docs = CliRunner(), tmp_path / "docs"
    assert runner.invoke(app, ["export-docs", "--folder", str(docs)]).exit_code == 0
    assert {path.relative_to(docs).as_posix() for path in docs.rglob("*.*")} == generated().keys()
    (docs / "reference" / "enums.md").write_text("changed by hand")
    (docs / "reference" / "gone.md").write_text("of a kind that is there no longer")
    (docs / "examples.json").unlink()
    ran = runner.invoke(app, ["export-docs", "--check", "--folder", str(docs)])
    assert ran.exit_code == 1
    assert "examples.json, reference/enums.md, reference/gone.md" in ran.output
    assert runner.invoke(app, ["export-docs", "--folder", str(docs)]).exit_code == 0
    assert runner.invoke(app, ["export-docs", "--check", "--folder", str(docs)]).exit_code == 0


@pytest.mark.parametrize(("page", "root"), [("queries", "Query"), ("mutations", "Mutation")])
def test_every_operation_has_its_example_its_answer_and_its_errors(page: str, root: str) -> None:
    _, *sections = (DOCS / "reference" / f"{page}.md").read_text().split("\n## ")
    fields = SCHEMA.type_map[root].fields  # type: ignore[attr-defined] # both are objects
    assert [section.partition("\n")[0] for section in sections] == sorted(fields)
    for section in sections:
        name = section.partition("\n")[0]
        assert fields[name].description in section
        for part in ("```graphql", "answers:\n\n```json", f"\n### Errors of {name}\n"):
            assert section.count(part) == 1, (name, part)


def test_every_type_field_and_value_is_told() -> None:
    texts = generated()
    for kind in told_types(SCHEMA):
        pages = [text for name, text in texts.items() if f"\n## {kind.name}\n" in text]
        assert len(pages) == 1, kind.name
        section = pages[0].split(f"\n## {kind.name}\n")[1].split("\n## ")[0]
        for name in [*getattr(kind, "fields", ()), *getattr(kind, "values", ())]:
            assert f"| `{name}` |" in section, f"{kind.name}.{name}"


def test_an_operation_without_an_example_is_told_by_the_file_to_write(folder: Path) -> None:
    (folder / "like_post.graphql").unlink()
    with pytest.raises(UserMistake, match=r"`likePost` has no example: write tests/corpus/examples/like_post\.gr"):
        examples(SCHEMA, folder)


def test_an_example_of_nothing_is_refused(folder: Path) -> None:
    (folder / "dance.graphql").write_text("query Dance { viewer { id } }")
    with pytest.raises(UserMistake, match=r"examples/dance\.graphql is of no root field"):
        examples(SCHEMA, folder)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("query Viewer { viewer { id } serverInfo { version } }", "more or less than `viewer`"),
        ("query Viewer { serverInfo { version } }", "more or less than `viewer`"),
        ("query Viewer { viewer { shoeSize } }", "Cannot query field 'shoeSize'"),
    ],
)
def test_an_example_asks_for_its_field_alone(folder: Path, text: str, said: str) -> None:
    (folder / "viewer.graphql").write_text(text)
    with pytest.raises(UserMistake, match=said):
        examples(SCHEMA, folder)


def test_an_example_that_nobody_has_asked_is_refused(folder: Path) -> None:
    (folder / "answers.json").write_text("{}")
    with pytest.raises(UserMistake, match="Nobody has recorded what `viewer` answers"):
        recorded(["viewer"], folder / "answers.json")


def test_an_operation_that_the_collections_leave_out_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(STORY, "People")
    with pytest.raises(UserMistake, match="No request of the collections asks `block`"):
        requests(examples(SCHEMA))


def test_a_schema_that_grew_is_not_in_step(folder: Path) -> None:
    grown: GraphQLSchema = build_schema(sdl().replace("type Query {", "type Query {\n  weather: String"))
    with pytest.raises(UserMistake, match=r"`weather` has no example: write tests/corpus/examples/weather\.gr"):
        examples(grown, folder)
