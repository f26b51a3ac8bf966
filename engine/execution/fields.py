"""Fields: how the values of one field are had for all parents of a level."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from types import CoroutineType
from typing import Any, Protocol

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLFieldResolver,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLTypeResolver,
    get_nullable_type,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)
from graphql.execution.collect_fields import FieldDetails

from engine.execution.arguments import arguments
from engine.execution.batches import Batch
from engine.execution.completion import Late, Layer, Leaf, ListOf
from engine.execution.info import ResolveInfo, resolve_info, resolve_infos
from engine.execution.kinds import are_mappings
from engine.execution.objects import AbstractOf, Level, ObjectOf
from engine.execution.places import FieldOf, Place, Step
from engine.execution.request import Request
from engine.execution.rows import Column
from engine.execution.slots import InRows


class Planner(Protocol):
    """What a field needs of the plan that it is part of."""

    type_resolver: GraphQLTypeResolver
    hide_suggestions: bool

    def level(self, kind: GraphQLObjectType, details: list[FieldDetails], /) -> Level: ...


class Field(ABC):
    """One field of a selection; its kinds differ in how they `resolve`."""

    def __init__(
        self,
        planner: Planner,
        parent_type: GraphQLObjectType,
        definition: GraphQLField,
        key: str,
        order: int,
        details: list[FieldDetails],
    ) -> None:
        self.key = key
        self.name = details[0].node.name.value
        self.details = details
        self.nodes: list[FieldNode] = [each.node for each in details]
        self.definition = definition
        self.parent_type = parent_type
        self._planner = planner
        self.step = Step(order, key, not is_non_null_type(definition.type), parent_type.name)
        self._levels: dict[GraphQLObjectType, Level] = {}
        self._info = (self.name, self.nodes, definition.type, parent_type)
        self.arguments = arguments(definition, details[0], hide_suggestions=planner.hide_suggestions)
        self.layer = layers(self, definition.type, planner.type_resolver)

    @property
    def column(self) -> Column:
        """How a row function has it: here only its place in the row."""
        return Column(self.key)

    def with_inner(self, depth: int) -> Column:
        """The same, with the columns of its object where they are read together; `depth` is that of the level."""
        return self.column

    @abstractmethod
    def resolve(
        self, request: Request, objects: Sequence[Any], place: Place, rows: Sequence[dict[str, Any]]
    ) -> None:
        """The values for all `objects`, each into the row of its own."""

    def complete(
        self, request: Request, values: Sequence[Any], here: Place, rows: Sequence[dict[str, Any]]
    ) -> None:
        key = self.key
        for row, value in zip(rows, self.layer.complete(request, values, here, InRows(rows, key)), strict=True):
            row[key] = value

    def level(self, kind: GraphQLObjectType, /) -> Level:
        level = self._levels.get(kind)
        if level is None:
            level = self._levels[kind] = self._planner.level(kind, self.details)
        return level

    def info(self, request: Request, place: Place, index: int, /) -> ResolveInfo:
        return resolve_info(self._info, place, index, request.extensions, request.info)


class Valued(Field):
    """One whose values are at hand, or to be awaited one by one."""

    def resolve(
        self, request: Request, objects: Sequence[Any], place: Place, rows: Sequence[dict[str, Any]]
    ) -> None:
        here = FieldOf(place, self.step)
        values = self.values(request, objects, here)
        if len(values) == 1 and type(values[0]) is CoroutineType and not request.is_sync:
            # As at the root: there is nothing to be told apart.
            request.waits.append(Late(values, self.layer.complete, here, InRows(rows, self.key)))
        else:
            self.complete(request, values, here, rows)

    @abstractmethod
    def values(self, request: Request, objects: Sequence[Any], here: Place) -> Sequence[Any]:
        """As resolved; an exception stands for the value that it prevented."""


class Typename(Valued):
    @property
    def column(self) -> Column:
        return Column(self.key, constant=self.parent_type.name)

    def values(self, request: Request, objects: Sequence[Any], here: Place) -> Sequence[Any]:
        return [self.parent_type.name] * len(objects)


class Called(Valued):
    """Its resolver is called for every parent."""

    def __init__(self, *made: Any, resolver: GraphQLFieldResolver) -> None:
        super().__init__(*made)
        self.resolver = resolver

    def values(self, request: Request, objects: Sequence[Any], here: Place) -> Sequence[Any]:
        try:
            given = self.arguments(request.variables)
        except Exception as error:
            return [error] * len(objects)
        resolver = self.resolver if request.wrapped is None else request.wrapped(self.resolver)
        infos = resolve_infos(self._info, here, len(objects), request.extensions, request.info)
        found: list[Any] = []
        for each, info in zip(objects, infos, strict=True):
            try:
                found.append(resolver(each, info, **given) if given else resolver(each, info))
            except Exception as error:
                found.append(error)
        return found


class ByDefault(Called):
    """graphql-core's default resolver: an entry of a mapping or an attribute, called if it can be."""

    @property
    def column(self) -> Column:
        return leaf_column(self, self.name)

    def values(self, request: Request, objects: Sequence[Any], here: Place) -> Sequence[Any]:
        found = None if self.definition.args or self.nodes[0].arguments else self._read(objects)
        return super().values(request, objects, here) if found is None or any(map(callable, found)) else found

    def _read(self, objects: Sequence[Any]) -> Sequence[Any] | None:
        """None where it is not as simple as that."""
        name = self.name
        are_maps = are_mappings(objects)
        if are_maps is None:
            return None
        try:
            if are_maps:
                return [each.get(name) for each in objects]
            return [getattr(each, name, None) for each in objects]
        except Exception:
            return None


class Batched(Field):
    """Its resolver takes all parents of the level at once; calls of the same `identity` may be made as one."""

    def __init__(self, *made: Any, resolver: Callable[..., Any], identity: object) -> None:
        super().__init__(*made)
        self.resolver = resolver
        # With the field, which its resolver may ask for.
        self._bare_key = _hashable((identity, id(self.definition)))

    def resolve(
        self, request: Request, objects: Sequence[Any], place: Place, rows: Sequence[dict[str, Any]]
    ) -> None:
        here = FieldOf(place, self.step)
        try:
            given = self.arguments(request.variables)
        except Exception as error:
            self.complete(request, [error] * len(objects), here, rows)
            return
        key = self._key(given) if given else self._bare_key
        request.batches.append(Batch(key, self, given, objects, here, rows))

    def ask(self, request: Request, parents: Sequence[Any], place: Place, given: Mapping[str, Any], /) -> Any:
        """For a value or an exception for each, or what they are to be awaited from."""
        info = resolve_info(self._info, place, 0, request.extensions, request.info)
        return self.resolver(parents, info, **given) if given else self.resolver(parents, info)

    def _key(self, given: Mapping[str, Any]) -> object:
        if self._bare_key is None:
            return None
        # With the types, for 1 and true are equal.
        return _hashable((self._bare_key, *((name, type(value), value) for name, value in given.items())))


def layers(field: Field, kind: GraphQLOutputType, type_resolver: GraphQLTypeResolver) -> Layer:
    """For a field's type, from its outermost layer in."""
    is_nullable = not is_non_null_type(kind)
    bare: Any = get_nullable_type(kind)
    if is_list_type(bare):
        return ListOf(field, layers(field, bare.of_type, type_resolver), is_nullable=is_nullable)
    if is_leaf_type(bare):
        return Leaf(field, bare, is_nullable=is_nullable)
    if is_abstract_type(bare):
        return AbstractOf(field, bare, type_resolver, is_nullable=is_nullable)
    return ObjectOf(field, bare, is_nullable=is_nullable)


def leaf_column(field: Field, name: str) -> Column:
    """Of a field that is the attribute or entry `name`; its place alone where it is no leaf."""
    kind = field.definition.type
    is_nullable = not is_non_null_type(kind)
    bare: Any = get_nullable_type(kind)
    if not is_leaf_type(bare) or field.definition.args or field.nodes[0].arguments:
        return Column(field.key)
    return Column(field.key, name, bare, is_nullable)


def _hashable(key: object) -> object:
    """None where it is not."""
    try:
        hash(key)
    except TypeError:
        return None
    return key
