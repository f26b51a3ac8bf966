"""One execution while it runs: what it was asked with, what went wrong, and what it still waits for."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from graphql import FieldNode
from graphql.execution.values import VariableValues

from engine.execution.failures import Failure, failure
from engine.execution.kinds import is_async_iterable
from engine.execution.places import Place


@dataclass(slots=True, eq=False)
class Wait:
    """Values to come, one for each awaitable; `resume` takes them in order, an exception for one that failed.

    `positions` are those for which the awaitable of an index is waited for.
    """

    awaitables: Sequence[Awaitable[Any]]
    resume: Callable[[Sequence[Any]], None]
    positions: Callable[[int], Iterable[tuple[Place, int]]]
    # Is it a batch, which waits for no other one?
    is_batch: bool = False


class Asking(Protocol):
    """A field whose resolver takes all parents."""

    def ask(
        self, request: "Request", parents: Sequence[Any], place: Place, given: Mapping[str, Any], /
    ) -> Any: ...

    def complete(
        self, request: "Request", values: Sequence[Any], here: Place, rows: Sequence[dict[str, Any]], /
    ) -> None: ...


@dataclass(slots=True, eq=False)
class Batch:
    """A call for all parents of a level, whose rows take a value or an exception for each.

    Those of equal `key` that come up in the same pass are made as one. A key of None is never merged.
    """

    key: object
    field: "Asking"
    given: Mapping[str, Any]
    parents: Sequence[Any]
    place: Place
    rows: Sequence[dict[str, Any]]


@dataclass(slots=True, eq=False)
class Request:
    variables: VariableValues
    # What every resolver's info ends with: all that is the same for the whole request.
    info: tuple[Any, ...]
    # What the request carried beside its variables.
    extensions: Any = None
    # Does an error reach above its own position?
    propagates: bool = True
    # Where there is middleware: wraps a resolver.
    wrapped: Callable[[Callable[..., Any]], Callable[..., Any]] | None = None
    is_async_iterable: Callable[[Any], bool] = is_async_iterable
    # Is nothing waited for? Then an awaitable is a value like any other.
    is_sync: bool = False
    failures: list[Failure] = field(default_factory=list)
    waits: list[Wait] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)
    # Has something above a failure's own position become null since somebody looked?
    has_bubbled: bool = False

    def fail(self, error: Exception, nodes: Sequence[FieldNode], place: Place, index: int) -> None:
        found = failure(error, nodes, place.trail(index), propagates=self.propagates)
        self.failures.append(found)
        self.has_bubbled = self.has_bubbled or found.bubbles

    @property
    def is_void(self) -> bool:
        """Is the whole answer null already?"""
        return bool(self.failures) and any(each.reach == 0 for each in self.failures)
