"""While many requests are answered at once, batches of each are awaited one after the other, and nothing else."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import pytest
from graphql import (
    ExecutionResult,
    GraphQLField,
    GraphQLInt,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    parse,
)

from engine.execution import driver, execute


class Watch:
    """How many of one request's are under way at once, and at most."""

    def __init__(self) -> None:
        self.now = 0
        self.most = 0
        self.begun = 0

    async def passes(self, value: Any, turns: int = 3) -> Any:
        self.begun += 1
        self.now += 1
        self.most = max(self.most, self.now)
        for _ in range(turns):
            await asyncio.sleep(0)
        self.now -= 1
        if isinstance(value, Exception):
            raise value
        return value


async def batched(parents: Sequence[Any], info: Any) -> Any:
    return await info.context.passes([1] * len(parents))


async def failing(parents: Sequence[Any], info: Any) -> Any:
    return await info.context.passes(ValueError("no"))


async def called(parent: Any, info: Any) -> Any:
    return await info.context.passes(2)


def _field(batch: Any) -> GraphQLField:
    return GraphQLField(GraphQLInt, extensions={"batch": batch})


_inner = GraphQLObjectType(
    "Inner",
    {"one": _field(batched), "bad": GraphQLField(GraphQLNonNull(GraphQLInt), extensions={"batch": failing})},
)


async def started(parent: Any, info: Any) -> Any:
    return await info.context.passes({})


async def opened(parents: Sequence[Any], info: Any) -> Any:
    return await info.context.passes([{} for _ in parents])


def at_once(parents: Sequence[Any], info: Any) -> Any:
    return [3] * len(parents)


_one = _field(batched)
_leaf = GraphQLObjectType("Leaf", {"called": GraphQLField(GraphQLInt, resolve=called), "one": _one})
_branch = GraphQLObjectType(
    "Branch",
    {
        "a": _field(lambda parents, info: batched(parents, info)),
        "one": _one,
        "other": GraphQLField(_leaf, extensions={"batch": opened}),
        "now": _field(at_once),
        "bad": GraphQLField(GraphQLNonNull(GraphQLInt), extensions={"batch": failing}),
        "same": GraphQLField(_leaf, resolve=lambda *_: {}),
        "inner": GraphQLField(_inner, resolve=lambda *_: {}),
        "branch": GraphQLField(_leaf, extensions={"batch": lambda parents, info: [{} for _ in parents]}),
    },
)
SCHEMA = GraphQLSchema(
    GraphQLObjectType(
        "Query",
        {
            # Functions of their own, or the three would be one call.
            **{name: _field(lambda parents, info: batched(parents, info)) for name in ("a", "b", "c")},
            "called": GraphQLField(GraphQLInt, resolve=called),
            "inner": GraphQLField(_inner, resolve=lambda *_: {}),
            "start": GraphQLField(_branch, resolve=started),
            "must": GraphQLField(GraphQLNonNull(_branch), resolve=started),
        },
    )
)
BATCHES = parse("{ a b c }")
MANY = driver._MANY


async def ask(document: Any, watch: Watch) -> ExecutionResult:
    result = execute(SCHEMA, document, {}, watch)
    return result if isinstance(result, ExecutionResult) else await result


async def crowd(document: Any, size: int) -> list[Watch]:
    watches = [Watch() for _ in range(size)]
    await asyncio.gather(*(ask(document, watch) for watch in watches))
    return watches


async def test_a_request_alone_has_its_batches_side_by_side() -> None:
    (watch,) = await crowd(BATCHES, 1)
    assert watch.most == 3


async def test_in_a_crowd_they_come_one_after_the_other_with_the_same_answer() -> None:
    watches = [Watch() for _ in range(4 * MANY)]
    results = await asyncio.gather(*(ask(BATCHES, watch) for watch in watches))
    assert all(result == ExecutionResult({"a": 1, "b": 1, "c": 1}, None) for result in results)
    # Whoever came first was not in a crowd yet.
    assert Counter(watch.most for watch in watches) == {1: 4 * MANY - (MANY - 1), 3: MANY - 1}


async def test_what_is_no_batch_is_never_held_back() -> None:
    watches = await crowd(parse("{ a b called }"), 4 * MANY)
    assert {watch.most for watch in watches} == {3}


async def _all(text: str) -> tuple[list[Watch], ExecutionResult]:
    """What all of a crowd answer, who answer the same."""
    document, watches = parse(text), [Watch() for _ in range(4 * MANY)]
    first, *others = await asyncio.gather(*(ask(document, watch) for watch in watches))
    assert all(other.data == first.data for other in others)
    return watches, first


async def test_no_batch_is_called_before_the_one_before_it_is_done() -> None:
    watches, result = await _all("{ start { a other { one } now } }")
    assert result == ExecutionResult({"start": {"a": 1, "other": {"one": 1}, "now": 3}}, None)
    assert {watch.most for watch in watches} == {1}


async def test_equal_ones_are_one_call_in_their_turn_too() -> None:
    watches, result = await _all("{ start { a one same { one } } }")
    assert result == ExecutionResult({"start": {"a": 1, "one": 1, "same": {"one": 1}}}, None)
    assert watches[-1].begun == 3


async def test_what_is_no_batch_ends_the_turns_of_those_that_were_not_called_yet() -> None:
    watches, result = await _all("{ start { other { called } a one same { one } } }")
    found = {"other": {"called": 2}, "a": 1, "one": 1, "same": {"one": 1}}
    assert result == ExecutionResult({"start": found}, None)
    assert watches[-1].most == 3
    assert watches[-1].begun == 5


async def test_where_the_answer_is_null_the_others_are_not_called() -> None:
    watches, result = await _all("{ must { bad a one } }")
    assert result.data is None
    assert [(error.message, error.path) for error in result.errors or ()] == [("no", ["must", "bad"])]
    assert watches[-1].begun == 2


async def test_what_answers_at_once_goes_on_where_something_became_null() -> None:
    watches, result = await _all("{ start { inner { bad } branch { one } } }")
    assert result.data == {"start": {"inner": None, "branch": {"one": 1}}}
    assert watches[-1].begun == 3


async def test_the_list_that_a_batch_goes_on_with_is_its_own() -> None:
    shared: list[Any] = []

    def coming(parents: Sequence[Any], info: Any) -> list[Any]:
        shared[:] = [asyncio.sleep(0, info.context) for _ in parents]
        return shared

    schema = GraphQLSchema(GraphQLObjectType("Query", {"one": _field(coming)}))
    results = [execute(schema, parse("{ one }"), {}, number) for number in range(3)]
    assert [(await result).data for result in results] == [{"one": 0}, {"one": 1}, {"one": 2}]  # type: ignore[misc]


async def test_an_error_leaves_the_rest_and_its_place() -> None:
    watches = [Watch() for _ in range(4 * MANY)]
    results = await asyncio.gather(*(ask(parse("{ a inner { bad one } b }"), watch) for watch in watches))
    for result in results:
        assert result.data == {"a": 1, "inner": None, "b": 1}
        assert [(error.message, error.path) for error in result.errors or ()] == [("no", ["inner", "bad"])]
    # `one` stands beside what made its parent null before its turn came.
    assert watches[-1].begun == 3


async def test_who_is_given_up_begins_nothing_more_and_counts_no_longer() -> None:
    before = len(driver._driving)
    watches = [Watch() for _ in range(4 * MANY)]
    tasks = [asyncio.ensure_future(ask(BATCHES, watch)) for watch in watches]
    await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError):
            await task
    assert len(driver._driving) == before
    assert watches[-1].begun == 1


@pytest.mark.parametrize("size", [1, 4 * MANY])
async def test_nothing_is_left_behind(size: int) -> None:
    await crowd(BATCHES, size)
    assert driver._driving == set()
