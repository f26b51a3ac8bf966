"""The comparison itself: an executor with a single thing wrong is found out within a few hundred cases."""

from collections.abc import Awaitable, Callable
from functools import partial
from inspect import isawaitable
from typing import Any

import pytest
from graphql import ExecutionResult, GraphQLError
from graphql import execute as core
from graphql.execution import Executor

from engine.execution import FellThrough
from tests.engine.execution.answers import answer
from tests.engine.execution.cases import Case, cases
from tests.engine.execution.comparing import differences

Breaks = Callable[[ExecutionResult], None]

pytestmark = [pytest.mark.usefixtures("settled"), pytest.mark.long]


def turns_keys_around(result: ExecutionResult) -> None:
    result.data = dict(reversed((result.data or {}).items()))


def keeps_what_should_be_null(result: ExecutionResult) -> None:
    if result.data is None:
        result.data = {}


def makes_true_of_one(result: ExecutionResult) -> None:
    data = result.data or {}
    data.update({key: True for key, value in data.items() if value == 1})


def empties_lists(result: ExecutionResult) -> None:
    data = result.data or {}
    data.update({key: None for key, value in data.items() if value == []})


def forgets_the_last_error(result: ExecutionResult) -> None:
    if result.errors:
        result.errors.pop()


def adds_an_error(result: ExecutionResult) -> None:
    if result.errors and result.errors[0].path:
        result.errors.append(GraphQLError("one more", path=result.errors[0].path))


def tells_an_error_twice(result: ExecutionResult) -> None:
    if result.errors:
        result.errors.append(result.errors[0])


def forgets_where_in_the_document(result: ExecutionResult) -> None:
    result.errors = [GraphQLError(each.message, path=each.path) for each in result.errors or ()]


def forgets_where_in_the_answer(result: ExecutionResult) -> None:
    for error in result.errors or ():
        error.path = (error.path or [])[:1]


def says_less(result: ExecutionResult) -> None:
    result.errors = [GraphQLError("", nodes=each.nodes, path=each.path) for each in result.errors or ()]


BREAKS = (
    turns_keys_around,
    keeps_what_should_be_null,
    makes_true_of_one,
    empties_lists,
    forgets_the_last_error,
    adds_an_error,
    tells_an_error_twice,
    forgets_where_in_the_document,
    forgets_where_in_the_answer,
    says_less,
)


def broken(breaks: Breaks) -> Callable[..., Any]:
    """Graphql-core's executor, and then something is wrong with the answer."""

    def done(result: ExecutionResult) -> ExecutionResult:
        breaks(result)
        return result

    async def later(result: Awaitable[ExecutionResult]) -> ExecutionResult:
        return done(await result)

    def execute(**arguments: Any) -> Any:
        result = core(**arguments)
        return later(result) if isawaitable(result) else done(result)

    return execute


def never_at_once(**arguments: Any) -> Any:
    async def later() -> Any:
        result = core(**arguments)
        return await result if isawaitable(result) else result

    return later()


class Hasty(Executor[Any]):
    """Begins every mutation at once."""

    execute_fields_serially = Executor.execute_fields


class Stubborn(Executor[Any]):
    """Keeps a null where it is, whatever its type says."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.error_propagation = False


WRONG: list[Callable[..., Any]] = [
    never_at_once,
    partial(core, executor_class=Hasty),
    partial(core, executor_class=Stubborn),
    *map(broken, BREAKS),
]


@pytest.mark.parametrize("execute", WRONG)
async def test_an_executor_that_is_wrong_is_found_out(execute: Callable[..., Any]) -> None:
    for case in cases(range(10)):
        if await differences(case, execute):
            return
    pytest.fail("nobody noticed")


async def test_an_executor_that_raises_is_told_with_what_it_raised() -> None:
    def execute(**arguments: Any) -> Any:
        raise FellThrough("no reason")

    assert await differences(Case(0, 0, 0), execute) == ["raised FellThrough('no reason')"]


async def test_any_one_of_several_errors_for_a_null_will_do() -> None:
    """graphql-core in another pace loses other races, and is not found out."""

    def execute(**arguments: Any) -> Any:
        arguments["context_value"].pace = 7
        return core(**arguments)

    others = 0
    for case in cases(range(10)):
        if case.is_async:
            assert await differences(case, execute) == []
            others += (await answer(case, core)).faults != (await answer(case, execute)).faults
    assert others
