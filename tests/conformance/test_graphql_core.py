"""graphql-core's own tests of execution, answered by the engine: what is missed is listed, and nothing else is."""

from pathlib import Path

import pytest

from tests.conformance.lists import Lists
from tests.conformance.source import Source
from tests.conformance.suite import Told, run

pytestmark = [pytest.mark.outside, pytest.mark.xdist_group("graphql-core")]

ENGINE = "engine.execution"
LISTS = Lists.read()

# Answers rightly, but for the last field.
_FORGETFUL = """
from engine.execution import execute as right, fallthroughs, no_fallthrough

def execute(*arguments, **named):
    result = right(*arguments, **named)
    if getattr(result, "data", None):
        result.data.popitem()
    return result
"""


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Told]:
    """As Plaza runs."""
    return run(ENGINE, tmp_path_factory.mktemp("shipped"), may_fall_through=True)


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Told]:
    """With the fall-through raising."""
    return run(ENGINE, tmp_path_factory.mktemp("strict"), may_fall_through=False)


def test_every_test_passes_but_the_known_misses(shipped: dict[str, Told]) -> None:
    failed = {name: told.why for name, told in shipped.items() if not told.has_passed}
    assert {name: why for name, why in failed.items() if name not in LISTS.misses} == {}, "new misses"
    assert sorted(LISTS.misses - failed.keys()) == [], "no longer missed: take them off the list"


def test_with_the_fall_through_raising_the_engine_itself_passes_as_many(
    shipped: dict[str, Told], strict: dict[str, Told]
) -> None:
    native = {name for name, told in shipped.items() if told.answered_by == "the executor"}
    passed = {name for name in native if shipped[name].has_passed}
    print(f"\ngraphql-core's tests answered by the engine itself: {len(native)}, of which pass: {len(passed)}")
    assert {name for name, told in strict.items() if told.has_passed} == passed


def test_what_is_handed_on_is_listed(shipped: dict[str, Told]) -> None:
    handed_on = {name for name, told in shipped.items() if told.answered_by == "graphql-core"}
    assert sorted(handed_on - LISTS.handed_on) == [], "handed on, without a reason given"
    assert sorted(LISTS.handed_on - handed_on) == [], "no longer handed on: take them off the list"


def test_a_test_that_never_asks_the_executor_is_not_counted(shipped: dict[str, Told]) -> None:
    assert [name for name, told in shipped.items() if told.answered_by == "nobody"] == []


def test_the_list_of_tests_not_run_names_only_what_there_is(tmp_path: Path) -> None:
    folder = Source.locked().folder() / "tests/execution"
    for name in LISTS.not_run:
        file, *blocks = name.split("::")
        text = (folder / file).read_text()
        assert [block for block in blocks if f"def {block}(" not in text] == [], name


def test_an_executor_that_forgets_a_field_fails(tmp_path: Path) -> None:
    (tmp_path / "forgetful.py").write_text(_FORGETFUL)
    told = run("forgetful", tmp_path, may_fall_through=True, files=["test_directives.py"], path=[tmp_path])
    assert {test.outcome for test in told.values()} == {"failed"}
    assert {test.answered_by for test in told.values()} == {"the executor"}
