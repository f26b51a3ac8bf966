"""What an answer weighs, beside the sum that one walk through all of it finds."""

from typing import Any

import strawberry
from graphql import parse
from graphql.utilities import get_operation_ast
from hypothesis import given
from hypothesis import strategies as st

from engine.cost import Cost
from engine.weights import weigh


@strawberry.type(directives=[Cost(weight="3")])
class Leaf:
    heavy: list[int] | None = strawberry.field(directives=[Cost(weight="5")])
    light: str


@strawberry.type
class Branch:
    leaf: Leaf | None
    leaves: list[list[Leaf | None] | None]


@strawberry.type
class Query:
    branches: list[Branch | Leaf | None]


SCHEMA = strawberry.Schema(Query)._schema
DOCUMENT = parse("""
{ branches { ... on Branch { leaf { heavy light } ...More } ... on Leaf { heavy light } } }
fragment More on Branch { some: leaves { heavy } leaves { heavy light } }
""")
POINTS = {"branches": 1, "leaf": 3, "some": 3, "leaves": 3, "heavy": 5, "light": 0}

LEAVES = st.none() | st.fixed_dictionaries(
    {}, optional={"heavy": st.none() | st.lists(st.integers(), max_size=3), "light": st.text(max_size=1)}
)
LISTS = st.none() | st.lists(st.none() | st.lists(LEAVES, max_size=3), max_size=3)
BRANCHES = LEAVES | st.fixed_dictionaries({"leaf": LEAVES}, optional={"some": LISTS, "leaves": LISTS})
ANSWERS = st.fixed_dictionaries({"branches": st.none() | st.lists(BRANCHES, max_size=4)})


def walked(key: str, value: Any) -> int:
    if isinstance(value, list):
        return sum(walked(key, item) for item in value)
    if isinstance(value, dict):
        return POINTS[key] + sum(walked(name, inner) for name, inner in value.items())
    return 0 if value is None else POINTS[key]


@given(ANSWERS)
def test_an_answer_weighs_what_is_in_it(answer: dict[str, Any]) -> None:
    operation = get_operation_ast(DOCUMENT)
    assert operation is not None
    assert weigh(SCHEMA, DOCUMENT, operation).of(answer) == sum(walked(key, answer[key]) for key in answer)


def test_no_answer_weighs_nothing() -> None:
    operation = get_operation_ast(DOCUMENT)
    assert operation is not None
    assert weigh(SCHEMA, DOCUMENT, operation).of({}) == 0
