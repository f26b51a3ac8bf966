"""Making a release: the baseline moves, the changelog gets its lines, and doing it twice changes nothing."""

from datetime import date
from pathlib import Path

import pytest
from graphql import build_schema
from typer.testing import CliRunner

from schema.root import sdl
from server.cli import app
from server.contract.changes import changes
from server.contract.releases import Contract, entered, least_version
from server.mistakes import UserMistake

DAY = date(2027, 3, 2)
BASELINE = "docs/contract/released.graphql"
OLD = 'type Query {\n  x: Int\n  y: Int @deprecated(reason: "Remove after 2027-03-01; use Query.x.")\n}\n'
NEW = 'type Query {\n  x: Int\n  "Bees."\n  z: Int\n}\n'
CHANGELOG = """# Changelog

## Unreleased

### Added

* Bees.

## 1.2.0 — 2026-11-25

* The rest.
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "docs/contract").mkdir(parents=True)
    (tmp_path / BASELINE).write_text(f"# Plaza 1.2.0, released 2026-11-25.\n\n{OLD}")
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG)
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "2.0.0"\n')
    return tmp_path


def files(checkout: Path) -> dict[str, str]:
    return {file.name: file.read_text() for file in checkout.rglob("*") if file.is_file()}


def test_moves_the_baseline_and_writes_the_changes_under_their_version(checkout: Path) -> None:
    assert Contract(checkout, NEW, DAY).release("2.0.0") is True
    assert files(checkout)["released.graphql"] == f"# Plaza 2.0.0, released 2027-03-02.\n\n{NEW}"
    assert (
        files(checkout)["CHANGELOG.md"]
        == """# Changelog

## Unreleased

## 2.0.0 — 2027-03-02

### Added

* Bees.

### Schema

* **Breaking.** Field `Query.y` was removed. Use `Query.x`.
* **Safe.** Field `Query.z` was added. Bees.

## 1.2.0 — 2026-11-25

* The rest.
"""
    )


def test_a_release_made_twice_changes_nothing_the_second_time(checkout: Path) -> None:
    Contract(checkout, NEW, DAY).release("2.0.0")
    once = files(checkout)
    assert Contract(checkout, NEW, date(2027, 4, 1)).release("2.0.0") is False
    assert files(checkout) == once
    assert Contract(checkout, NEW, DAY).changes == []


@pytest.mark.parametrize(
    ("current", "version", "why"),
    [
        (NEW, "1.3.0", "need version 2.0.0 or above"),
        (NEW, "two", "need version 2.0.0 or above"),
        (NEW, "1.2.0", "need version 2.0.0 or above"),
        (NEW, "2.0.1", "run `uv version 2.0.1` first"),
        ("type Query { z: Int }", "2.0.0", "1.2.0 promises it"),
        ('type Query { x: Int y: Int @deprecated(reason: "Now.") }', "2.0.0", "must end like"),
    ],
)
def test_a_release_that_does_not_fit_leaves_everything_as_it_was(
    checkout: Path, current: str, version: str, why: str
) -> None:
    before = files(checkout)
    with pytest.raises(UserMistake, match=why):
        Contract(checkout, current, DAY).release(version)
    assert files(checkout) == before


@pytest.mark.parametrize(
    ("released", "current", "least"),
    [
        ("1.2.3", "type Query { x: Int }", "1.2.4"),
        ("1.2.3", "type Query { x: Int z: Int }", "1.3.0"),
        ("1.2.3", "type Query { x: Int @deprecated }", "1.3.0"),
        ("1.2.3", "type Query { z: Int }", "2.0.0"),
        ("0.2.3", "type Query { z: Int }", "0.3.0"),
    ],
)
def test_a_version_says_what_it_brings(released: str, current: str, least: str) -> None:
    found = changes(build_schema("type Query { x: Int }"), build_schema(current))
    assert least_version(released, found) == least


def test_a_changelog_that_holds_nothing_new_gets_a_bare_heading() -> None:
    assert entered("## Unreleased\n", "0.1.1", DAY, []) == "## Unreleased\n\n## 0.1.1 — 2027-03-02\n"
    assert entered("## Unreleased\n\n## 0.1.0\n", "0.1.1", DAY, ["A."]) == (
        "## Unreleased\n\n## 0.1.1 — 2027-03-02\n\n### Schema\n\n* A.\n\n## 0.1.0\n"
    )
    with pytest.raises(UserMistake, match="no heading"):
        entered("# Changelog\n", "0.1.1", DAY, [])


def test_the_contract_of_this_checkout_is_kept() -> None:
    ran = CliRunner().invoke(app, ["contract", "check"])
    assert (ran.exit_code, ran.output) == (0, "")


def test_the_commands_tell_of_a_real_schema_that_lost_a_field(checkout: Path) -> None:
    lost = sdl().replace("type ServerInfo {", 'type ServerInfo {\n  """Gone."""\n  motto: String!\n')
    (checkout / BASELINE).write_text(f"# Plaza 1.2.0, released 2026-11-25.\n\n{lost}")
    runner, where = CliRunner(), ["--checkout", str(checkout)]
    told = runner.invoke(app, ["contract", "changes", *where])
    assert (told.exit_code, told.output) == (0, "* **Breaking.** Field `ServerInfo.motto` was removed.\n")
    checked = runner.invoke(app, ["contract", "check", *where])
    assert checked.exit_code == 1
    assert "Field `ServerInfo.motto` was removed. 1.2.0 promises it. Put it back" in checked.output
    released = runner.invoke(app, ["contract", "release", "2.0.0", *where])
    assert (released.exit_code, "Put it back" in released.output) == (1, True)


def test_the_commands_release_what_may_be_released(checkout: Path) -> None:
    (checkout / BASELINE).write_text(f"# Plaza 1.2.0, released 2026-11-25.\n\n{sdl()}")
    (checkout / "pyproject.toml").write_text('[project]\nversion = "1.2.1"\n')
    runner, where = CliRunner(), ["--checkout", str(checkout)]
    told = runner.invoke(app, ["contract", "changes", *where])
    assert told.output == "Nothing has changed since 1.2.0 of 2026-11-25.\n"
    assert runner.invoke(app, ["contract", "release", "1.2.1", *where]).output == "1.2.1 is released.\n"
    again = runner.invoke(app, ["contract", "release", "1.2.1", *where])
    assert again.output == "1.2.1 was released before, as it stands.\n"


def test_a_folder_that_is_no_checkout_is_said_to_be_none(tmp_path: Path) -> None:
    ran = CliRunner().invoke(app, ["contract", "check", "--checkout", str(tmp_path)])
    assert ran.exit_code == 1
    assert "no checkout of Plaza" in ran.output
    (tmp_path / "docs/contract").mkdir(parents=True)
    (tmp_path / BASELINE).write_text(OLD)
    assert (
        "its version and day" in CliRunner().invoke(app, ["contract", "check", "--checkout", str(tmp_path)]).output
    )
