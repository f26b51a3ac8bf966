"""What the generated cases are made of: everything that an executor can get wrong is among them, and often."""

from collections import Counter

import pytest
from graphql import execute as core
from graphql import print_schema

from tests.engine.execution.answers import answer
from tests.engine.execution.cases import Case, cases
from tests.engine.execution.dice import number

pytestmark = [pytest.mark.usefixtures("settled"), pytest.mark.long]

# Parts of documents, and of messages.
_WORDS = (
    "mutation",
    "fragment F1",
    "... on ",
    "... {",
    "@skip(if: $",
    "@include(if: ",
    "__schema",
    "__type(",
    "Other",
)
_FAULTS = (
    "Cannot return null for non-nullable field",
    "Expected Iterable",
    "must resolve to an Object type",
    "is not a possible type",
    "Expected value of type",
    "is not even",
    "wrong ",
    "at all",
    "no more of them",
    "no more to come",
    "not to be told",
    "stopped before ",
    "Argument '",
    "Variable '$",
)
_KINDS = ("interface", "union", "enum", "scalar", "@oneOf", "[[", "]!]!", "= {", "implements N0 & N1")


async def test_every_kind_of_trouble_comes_up() -> None:
    seen: Counter[str] = Counter()
    for case in (each for each in cases(range(40)) if each.run % 3 == 0):
        answered = await answer(case, core)
        seen["all"] += 1
        seen["good"] += not answered.faults and answered.data != "None"
        seen["awaitable"] += not answered.is_at_once
        seen["nothing left"] += answered.data == "None"
        seen["many"] += len(answered.faults) > 2
        seen.update(case.given.keys())
        seen["serial"] += len(answered.roots_in_turn) > 2
        told = [fault.message for fault in answered.faults]
        seen.update(word for word in _FAULTS if any(word in message for message in told))
    assert [word for word in _FAULTS if seen[word] < 3] == []
    assert seen["good"] * 2 > seen["all"]
    assert min(seen[name] for name in ("field_resolver", "type_resolver", "middleware")) * 10 > seen["all"]
    assert seen["awaitable"] * 4 > seen["all"]
    assert min(seen["nothing left"], seen["many"], seen["serial"]) * 50 > seen["all"]


def test_documents_have_everything_in_them() -> None:
    texts = {case.question.written.text for case in cases(range(40)) if case.run == 0}
    seen = Counter(word for text in texts for word in _WORDS if word in text)
    assert [word for word in _WORDS if seen[word] < 5] == []


def test_schemas_have_everything_in_them() -> None:
    seen: Counter[str] = Counter()
    for schema in (Case(seed, 0, 0).schema for seed in range(40)):
        text = print_schema(schema)
        seen.update(kind for kind in _KINDS if kind in text)
        assert schema.query_type
        seen["batch"] += any("batch" in field.extensions for field in schema.query_type.fields.values())
    assert [kind for kind in (*_KINDS, "batch") if seen[kind] < 5] == []


async def test_a_case_is_the_same_whenever_it_is_asked() -> None:
    first = Case(3, 2, 1)
    once = await answer(first, core)
    for other in cases(range(4, 6)):
        await answer(other, core)
    assert await answer(Case.named("3.2.1"), core) == once
    assert str(first) == "3.2.1"


def test_a_number_is_the_same_in_every_process() -> None:
    assert number("wrong", 1, None) == 2147008874
