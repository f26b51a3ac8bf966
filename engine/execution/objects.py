"""Completion of objects: which type each is, whether it says so itself, and then one level for all of a type."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from graphql import GraphQLAbstractType, GraphQLError, GraphQLObjectType, GraphQLTypeResolver
from graphql.execution.collect_fields import FieldDetails
from graphql.execution.executor import Executor, invalid_return_type_error

from engine.execution.claims import are_of_own_class
from engine.execution.completion import Completed, Late, Layer
from engine.execution.kinds import GONE, PLAIN, is_awaitable
from engine.execution.places import Place, Some
from engine.execution.request import Request
from engine.execution.rows import Column
from engine.execution.slots import InSome, Slot


class Quick(Protocol):
    """A level for objects that are all of one class, which `suits` has said."""

    suits: Callable[[Iterable[type]], bool]
    # Then it is not tried again.
    has_failed: bool

    def execute(
        self, request: Request, objects: Sequence[Any], place: Place, /
    ) -> Sequence[dict[str, Any]] | None:
        """None where something is not plain."""


class Level(Protocol):
    """The selection of one object type, executed for all its objects at once."""

    fields: Sequence[Any]

    @property
    def quick(self) -> Quick | None: ...

    def execute(self, request: Request, objects: Sequence[Any], place: Place, /) -> Sequence[dict[str, Any]]: ...

    def inner_columns(self, depth: int, /) -> Sequence[Column]: ...


class Selecting(Completed, Protocol):
    """What completing objects needs of their field, beside."""

    details: list[FieldDetails]

    def level(self, kind: GraphQLObjectType, /) -> Level:
        """Raises what collecting the fields raises."""

    def info(self, request: Request, place: Place, index: int, /) -> Any: ...


class Objects(Layer):
    """The two layers whose values are objects."""

    field: Selecting
    # How objects like the last ones are read; where the type is sure, they need no other look at what they are.
    quick: Quick | None = None

    def of_type(
        self, kind: GraphQLObjectType, request: Request, values: Sequence[Any], place: Place, slot: Slot
    ) -> Sequence[Any]:
        """Completed as objects of that type."""
        if kind.is_type_of is None or are_of_own_class(kind, values):
            return self._level(kind, request, values, place)
        claims = self._each(
            request,
            values,
            place,
            lambda value, info: kind.is_type_of(value, info),  # type: ignore[misc]
        )

        def claimed(claims: Sequence[Any], values: Sequence[Any], place: Place, slot: Slot) -> Sequence[Any]:
            completed: list[Any] = [None] * len(values)
            agreed = []
            for index, claim in enumerate(claims):
                if isinstance(claim, Exception):
                    self.fail(request, claim, place, index)
                elif not claim:
                    wrong = invalid_return_type_error(kind, values[index], self.field.details)
                    self.fail(request, wrong, place, index)
                elif claim is not GONE:
                    agreed.append(index)
            if len(agreed) == len(values):
                return self._level(kind, request, values, place)
            if agreed:
                chosen = [values[index] for index in agreed]
                for index, done in zip(
                    agreed, self._level(kind, request, chosen, Some(place, agreed)), strict=True
                ):
                    completed[index] = done
            return completed

        return self._when_there(request, claims, values, place, slot, claimed)

    def _level(
        self, kind: GraphQLObjectType, request: Request, values: Sequence[Any], place: Place
    ) -> Sequence[Any]:
        try:
            level = self.field.level(kind)
            rows = level.execute(request, values, place)
        except (GraphQLError, RecursionError) as error:
            return self._none(request, error, values, place)
        self.quick = level.quick
        return rows

    def _none(self, request: Request, error: Exception, values: Sequence[Any], place: Place) -> Sequence[Any]:
        for index in range(len(values)):
            self.fail(request, error, place, index)
        return [None] * len(values)

    def _each(
        self, request: Request, values: Sequence[Any], place: Place, ask: Callable[[Any, Any], Any]
    ) -> Sequence[Any]:
        """What is said of each value, or the exception that it raised."""
        answers: list[Any] = []
        for index, value in enumerate(values):
            try:
                answers.append(ask(value, self.field.info(request, place, index)))
            except Exception as error:
                answers.append(error)
        return answers

    def _when_there(
        self,
        request: Request,
        answers: Sequence[Any],
        values: Sequence[Any],
        place: Place,
        slot: Slot,
        go_on: "GoOn",
    ) -> Sequence[Any]:
        """Go on with the values of which the answer is there, and later with the others."""
        coming = [index for index, answer in enumerate(answers) if is_awaitable(answer)]
        if not coming or request.is_sync:
            return go_on(answers, values, place, slot)
        there, into = Some(place, coming), InSome(slot, coming)
        waiting = _at(values, coming)

        def complete(request: Request, came: Sequence[Any], place: Place, slot: Slot) -> Sequence[Any]:
            return go_on(came, waiting, place, slot)

        request.waits.append(Late(_at(answers, coming), complete, there, into))
        completed: list[Any] = [None] * len(values)
        ready = [index for index in range(len(values)) if index not in {*coming}]
        if ready:
            done = go_on(_at(answers, ready), _at(values, ready), Some(place, ready), InSome(slot, ready))
            for index, value in zip(ready, done, strict=True):
                completed[index] = value
        return completed


class ObjectOf(Objects):
    def __init__(self, field: Selecting, kind: GraphQLObjectType, *, is_nullable: bool) -> None:
        super().__init__(field, is_nullable=is_nullable)
        self.kind = kind

    def complete(self, request: Request, values: Sequence[Any], place: Place, slot: Slot) -> Sequence[Any]:
        if not values:
            return values
        quick = self.quick
        if (
            quick is not None
            and not quick.has_failed
            and quick.suits(map(type, values))
            and (self.kind.is_type_of is None or are_of_own_class(self.kind, values))
        ):
            try:
                rows = quick.execute(request, values, place)
            except RecursionError as error:
                return self._none(request, error, values, place)
            if rows is not None:
                return rows
        if not PLAIN.hold_all(map(type, values)):
            return self.others(request, values, place, slot)
        if self.kind.is_type_of is not None:
            return self.of_type(self.kind, request, values, place, slot)
        # Straight on: objects in objects may be the deeper for it.
        return self._level(self.kind, request, values, place)

    def plain_ones(self, request: Request, values: Sequence[Any], place: Place, slot: Slot) -> Sequence[Any]:
        return self.of_type(self.kind, request, values, place, slot)


class AbstractOf(Objects):
    def __init__(
        self, field: Selecting, kind: GraphQLAbstractType, resolve_type: GraphQLTypeResolver, *, is_nullable: bool
    ) -> None:
        super().__init__(field, is_nullable=is_nullable)
        self._kind = kind
        self._default = resolve_type

    def plain_ones(self, request: Request, values: Sequence[Any], place: Place, slot: Slot) -> Sequence[Any]:
        resolve = self._kind.resolve_type or self._default
        names = self._each(request, values, place, lambda value, info: resolve(value, info, self._kind))

        def named(names: Sequence[Any], values: Sequence[Any], place: Place, slot: Slot) -> Sequence[Any]:
            completed: list[Any] = [None] * len(values)
            for kind, indices in self._by_type(request, names, values, place).items():
                some, into = Some(place, indices), InSome(slot, indices)
                done = self.of_type(kind, request, _at(values, indices), some, into)
                for index, value in zip(indices, done, strict=True):
                    completed[index] = value
            return completed

        return self._when_there(request, names, values, place, slot, named)

    def _by_type(
        self, request: Request, names: Sequence[Any], values: Sequence[Any], place: Place
    ) -> dict[GraphQLObjectType, list[int]]:
        found: defaultdict[GraphQLObjectType, list[int]] = defaultdict(list)
        for index, name in enumerate(names):
            if name is GONE:
                continue
            try:
                if isinstance(name, Exception):
                    raise name
                info = self.field.info(request, place, index)
                found[_runtime_type(name, self._kind, self.field.details, info, values[index])].append(index)
            except Exception as error:
                self.fail(request, error, place, index)
        return found


GoOn = Callable[[Sequence[Any], Sequence[Any], Place, Slot], Sequence[Any]]


def _runtime_type(
    name: Any, kind: GraphQLAbstractType, details: list[FieldDetails], info: Any, value: Any
) -> GraphQLObjectType:
    # Of the executor it reads nothing but its schema, which the info has as well.
    return Executor.ensure_valid_runtime_type(info, name, kind, details, info, value)


def _at(values: Sequence[Any], indices: Iterable[int]) -> list[Any]:
    return [values[index] for index in indices]
