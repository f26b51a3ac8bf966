"""One execution while it runs: what it was asked with, what went wrong, and what it still waits for."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from graphql import FieldNode
from graphql.execution.values import VariableValues

from engine.execution.failures import Failure, Position, failure
from engine.execution.kinds import is_async_iterable
from engine.execution.places import Place

if TYPE_CHECKING:
    from engine.execution.batches import Batch


class Wait(Protocol):
    """Values to come, one for each awaitable."""

    awaitables: Sequence[Awaitable[Any]]
    # Is it a batch, which waits for no other one?
    is_batch: bool

    def resume(self, request: "Request", came: Sequence[Any], /) -> None:
        """Take them in order, an exception for one that failed."""

    def positions(self, index: int, /) -> Iterable[tuple[Place, int]]:
        """Those for which the awaitable of that index is waited for."""


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
    batches: list["Batch"] = field(default_factory=list)
    # What became null for a failure below it, and whether there is more of it since somebody looked.
    nulled: set[Position] = field(default_factory=set)
    has_bubbled: bool = False

    def fail(self, error: Exception, nodes: Sequence[FieldNode], place: Place, index: int) -> None:
        found = failure(error, nodes, place.trail(index), propagates=self.propagates)
        self.failures.append(found)
        if found.bubbles:
            self.nulled.add(found.position)
            self.has_bubbled = True

    @property
    def is_void(self) -> bool:
        """Is the whole answer null already?"""
        return () in self.nulled
