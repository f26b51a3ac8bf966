"""Random schemas: a pool of fields, and types that each have some of them.

A name means the same field everywhere, so that whatever a document selects can be merged.
"""

from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
)

from tests.engine.execution import inputs, resolvers
from tests.engine.execution.dice import Dice

_POOL = [f"f{number}" for number in range(16)]


def build(seed: int, *, is_async: bool) -> GraphQLSchema:
    return _Builder(Dice("schema", seed), is_async=is_async).schema()


class _Builder:
    """Draws which type has which fields first, and then what the fields are."""

    def __init__(self, dice: Dice, *, is_async: bool) -> None:
        self._dice, self._is_async = dice, is_async
        self._inputs = inputs.types(dice)
        self._pool: dict[str, GraphQLField] = {}
        self._interfaces = self._draw_interfaces()
        self._objects = [self._object(f"O{number}") for number in range(5)]
        self._unions = [self._union(f"U{number}") for number in range(2)]

    def schema(self) -> GraphQLSchema:
        query, mutation = (self._root(name) for name in ("Query", "Mutation"))
        self._pool.update((name, self._field(name)) for name in _POOL)
        return GraphQLSchema(query, mutation, types=[*self._objects, *self._unions])

    def _draw_interfaces(self) -> list[GraphQLInterfaceType]:
        """The second may be more than the first."""
        first = self._interface("N0", self._draw(25), [])
        above = [first] if self._dice.happens(40) else []
        return [first, self._interface("N1", self._draw(25) | _names(above), above)]

    def _interface(self, name: str, fields: set[str], above: list[GraphQLInterfaceType]) -> GraphQLInterfaceType:
        resolve_type = resolvers.type_resolver if self._dice.happens(65) else None
        return GraphQLInterfaceType(
            name, self._some(fields), above, resolve_type=resolve_type, extensions={"names": fields}
        )

    def _object(self, name: str) -> GraphQLObjectType:
        interfaces = self._dice.some(self._interfaces, 100 if name == "O0" else 50)
        above = [more for each in interfaces for more in each.interfaces if more not in interfaces]
        fields = self._draw(40) | _names([*interfaces, *above])
        is_type_of = resolvers.type_check(name) if self._dice.happens(50) else None
        return GraphQLObjectType(name, self._some(fields), [*interfaces, *above], is_type_of=is_type_of)

    def _union(self, name: str) -> GraphQLUnionType:
        members = self._dice.some(self._objects, 50) or self._objects[:2]
        resolve_type = resolvers.type_resolver if self._dice.happens(65) else None
        return GraphQLUnionType(name, members, resolve_type=resolve_type)

    def _root(self, name: str) -> GraphQLObjectType:
        return GraphQLObjectType(name, self._some(self._draw(60)))

    def _draw(self, percent: int) -> set[str]:
        return {self._dice.pick(_POOL), *self._dice.some(_POOL, percent)}

    def _some(self, names: set[str]) -> Any:
        return lambda: {name: self._pool[name] for name in sorted(names)}

    def _field(self, name: str) -> GraphQLField:
        dice = self._dice
        composite = [*self._objects, *self._interfaces, *self._unions]
        kind = inputs.wrapped(dice.pick(composite if dice.happens(45) else inputs.LEAVES), dice)
        arguments = {f"a{number}": self._argument() for number in range(dice.pick([0, 0, 0, 1, 2, 3]))}
        how = dice.pick(resolvers.ASYNC if self._is_async else resolvers.SYNC)
        return GraphQLField(kind, arguments, **how(name, kind))

    def _argument(self) -> GraphQLArgument:
        kind = self._dice.pick(self._inputs)
        out_name = f"out_{self._dice.below(99999)}" if self._dice.happens(20) else None
        return GraphQLArgument(kind, default=inputs.default(kind, self._dice), out_name=out_name)


def _names(interfaces: list[GraphQLInterfaceType]) -> set[str]:
    return set().union(*(each.extensions["names"] for each in interfaces))
