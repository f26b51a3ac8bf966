"""What an executor answers to a case, and what may stand among its errors."""

import asyncio
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from graphql import (
    DirectiveNode,
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    NameNode,
    OperationDefinitionNode,
    is_non_null_type,
)
from graphql import execute as core

from tests.engine.execution.cases import Case

Execute: TypeAlias = Callable[..., Any]
Path: TypeAlias = tuple[str | int, ...]

PATIENCE = 60


class Fault(NamedTuple):
    """An error as a client sees it; one without a path is the whole request's."""

    path: Path | None
    message: str
    locations: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, error: GraphQLError) -> "Fault":
        path = None if error.path is None else tuple(error.path)
        return cls(path, error.message, tuple((each.line, each.column) for each in error.locations or ()))


@dataclass(frozen=True)
class Answer:
    """`data` as text that tells apart what equals otherwise: `1`, `1.0` and `True`, and the order of keys."""

    data: str
    faults: list[Fault]
    is_at_once: bool
    roots_in_turn: list[str]
    raw: Any = field(compare=False, repr=False)


async def answer(case: Case, execute: Execute) -> Answer:
    arguments = case.arguments()
    result = execute(**arguments)
    is_at_once = not inspect.isawaitable(result)
    if not is_at_once:
        async with asyncio.timeout(PATIENCE):
            result = await result
    assert isinstance(result, ExecutionResult)
    faults = [Fault.of(error) for error in result.errors or ()]
    return Answer(repr(result.data), faults, is_at_once, arguments["context_value"].roots_in_turn, result.data)


async def every_fault(case: Case) -> list[Fault]:
    """All there is to find: graphql-core's answer when a null stays where it is and hides nothing."""

    def execute(document: DocumentNode, **arguments: Any) -> Any:
        return core(document=_without_propagation(document), **arguments)

    return (await answer(case, execute)).faults


class Positions:
    """Where a case's errors leave null."""

    def __init__(self, kinds: dict[str, Any]) -> None:
        self._kinds = kinds

    def nulled_by(self, fault: Fault) -> Path:
        """The nearest place at or above the fault's that may be null; the root may."""
        path = fault.path or ()
        while path and is_non_null_type(self._kind(path)):
            path = path[:-1]
        return path

    def outermost(self, faults: list[Fault]) -> list[Fault]:
        """Those whose null no other one's swallows."""
        nulled = {self.nulled_by(fault) for fault in faults}
        return [fault for fault in faults if not _is_below(self.nulled_by(fault), nulled)]

    def _kind(self, path: Path) -> Any:
        names = [index for index, key in enumerate(path) if isinstance(key, str)]
        kind = self._kinds[str(path[names[-1]])]
        for _ in path[names[-1] + 1 :]:
            kind = (kind.of_type if is_non_null_type(kind) else kind).of_type
        return kind


def _is_below(path: Path, nulled: set[Path]) -> bool:
    return any(path[:end] in nulled for end in range(len(path)))


def _without_propagation(document: DocumentNode) -> DocumentNode:
    definitions = tuple(
        _told(each) if isinstance(each, OperationDefinitionNode) else each for each in document.definitions
    )
    return DocumentNode(definitions=definitions, loc=document.loc)


def _told(operation: OperationDefinitionNode) -> OperationDefinitionNode:
    told = DirectiveNode(name=NameNode(value="experimental_disableErrorPropagation"), arguments=())
    parts = {name: getattr(operation, name) for name in operation.keys}
    return OperationDefinitionNode(**{**parts, "directives": (*(operation.directives or ()), told)})
