"""How deep an answer may nest: as deep as the engine's README says, and deeper is an error that is told."""

import asyncio
from typing import Any

import pytest
from graphql import (
    ExecutionResult,
    GraphQLField,
    GraphQLInt,
    GraphQLList,
    GraphQLObjectType,
    GraphQLSchema,
    parse,
)

from engine.execution import execute

node: GraphQLObjectType = GraphQLObjectType(
    "Node",
    lambda: {
        "leaf": GraphQLField(GraphQLInt),
        "node": GraphQLField(node),
        "nodes": GraphQLField(GraphQLList(node)),
    },
)
schema = GraphQLSchema(node)


async def nested(field: str, levels: int) -> tuple[ExecutionResult, dict[str, Any]]:
    """What is answered to so many levels, and what they hold; on a thread, whose stack has nothing else on it."""
    text = "{ leaf }"
    data: dict[str, Any] = {"leaf": 1}
    for _ in range(levels):
        text, data = f"{{ {field} {text} }}", {field: data if field == "node" else [data]}
    document = parse(text)
    answer = await asyncio.to_thread(execute, schema, document, data)
    assert isinstance(answer, ExecutionResult)
    return answer, data


# A few less than is told: the thread's own frames are on the stack as well.
@pytest.mark.parametrize(("field", "levels"), [("node", 180), ("nodes", 130)])
async def test_an_answer_may_nest_deep(field: str, levels: int) -> None:
    answer, data = await nested(field, levels)
    assert (answer.data, answer.errors) == (data, None)


async def test_what_nests_deeper_is_an_error_with_a_place() -> None:
    answer, _ = await nested("node", 198)
    assert answer.errors is not None
    (error,) = answer.errors
    assert "recursion" in error.message
    assert error.path == ["node"] * len(error.path or ())
