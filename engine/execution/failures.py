"""Errors of fields: collected while the answer is built, put in order and into effect when it is there.

An error becomes null at the nearest position above it that may be null. Several can meet: in the order of the
answer (depth first, what stands below a position before the position itself), one is left out when its position
or one above it is null already, as section 6.4.4 of the specification asks.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from graphql import FieldNode, GraphQLError, located_error

from engine.execution.places import Trail

Position: TypeAlias = tuple[str | int, ...]

# Sorts after every step, so that a list's own error follows those of its items.
_LAST: Final = 2**62


class Failure(NamedTuple):
    error: Exception
    nodes: Sequence[FieldNode]
    trail: Trail
    # What becomes null for it: so many steps of the trail; none is the whole answer.
    reach: int

    @property
    def path(self) -> list[str | int]:
        return [step.key for step in self.trail]

    @property
    def position(self) -> Position:
        return tuple(step.key for step in self.trail[: self.reach])

    @property
    def bubbles(self) -> bool:
        return self.reach < len(self.trail)


def failure(error: Exception, nodes: Sequence[FieldNode], trail: Trail, *, propagates: bool) -> Failure:
    reach = len(trail)
    if propagates:
        while reach and not trail[reach - 1].is_nullable:
            reach -= 1
    return Failure(error, nodes, trail, reach)


def settled(data: dict[str, Any], failures: Sequence[Failure]) -> tuple[dict[str, Any] | None, list[GraphQLError]]:
    """The answer with its nulls in place, and the errors that are told."""
    nulled: set[Position] = set()
    errors: list[GraphQLError] = []
    for each in sorted(failures, key=_place_in_answer):
        position = each.position
        if not is_within(position, nulled):
            nulled.add(position)
            errors.append(located_error(each.error, each.nodes, each.path))
    if () in nulled:
        return None, errors
    for position in nulled:
        _make_null(data, position)
    return data, errors


def is_within(position: Position, nulled: set[Position]) -> bool:
    """Is the position, or one above it, among these?"""
    return any(position[:steps] in nulled for steps in range(len(position) + 1))


def _place_in_answer(each: Failure) -> list[int]:
    return [*(step.order for step in each.trail), _LAST]


def _make_null(data: dict[str, Any], position: Position) -> None:
    *above, last = position
    container: Any = data
    for key in above:
        container = container[key]
        if container is None:
            return
    container[last] = None
