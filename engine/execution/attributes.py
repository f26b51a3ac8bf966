"""Fields that are attributes of their parents, and the objects there, which are read together with them."""

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

from graphql import GraphQLError

from engine.execution.claims import own_class
from engine.execution.completion import ListOf
from engine.execution.fields import Field, Valued, leaf_column
from engine.execution.objects import ObjectOf
from engine.execution.places import FieldOf, Items, Place, Some
from engine.execution.request import Request
from engine.execution.rows import Column


class Read(Valued):
    """Its value is an attribute of the parent."""

    def __init__(self, *made: Any, attribute: str) -> None:
        super().__init__(*made)
        self.attribute = attribute
        self._list = self.layer if isinstance(self.layer, ListOf) else None
        layer = self.layer if self._list is None else self._list.item
        # The layer of the objects that it has, be it one or a list.
        self._objects = layer if isinstance(layer, ObjectOf) else None

    @property
    def column(self) -> Column:
        return leaf_column(self, self.attribute)

    def with_inner(self, depth: int) -> Column:
        column, objects = self.column, self._objects
        own = own_class(objects.kind) if objects else None
        if objects is None or (objects.kind.is_type_of is not None and own is None):
            return column
        try:
            inner = self.level(objects.kind).inner_columns(depth + 1)
        except GraphQLError:
            return column  # its own level tells it, for every object
        return Column(
            self.key,
            self.attribute,
            is_nullable=self.layer.is_nullable,
            inner=inner,
            own=own,
            items_may_be_null=objects.is_nullable if self._list else None,
        )

    @property
    def inner_fields(self) -> Sequence[Field]:
        """Those of the objects that are read together with their parent."""
        assert self._objects
        return self.level(self._objects.kind).fields

    def inner_rows(self, rows: Sequence[dict[str, Any]], place: Place) -> tuple[Sequence[dict[str, Any]], Place]:
        """The rows of those objects, one after the other, and their place."""
        key = self.key
        found, here = _those_there([row[key] for row in rows], FieldOf(place, self.step))
        if self._list is None:
            return found, here
        here = Items(here, [*map(len, found)], is_nullable=self._list.item.is_nullable)
        return _those_there([*chain.from_iterable(found)], here)

    def values(self, request: Request, objects: Sequence[Any], here: Place) -> Sequence[Any]:
        name = self.attribute
        try:
            return [getattr(each, name) for each in objects]
        except Exception:
            return [_attempted(getattr, each, name) for each in objects]


def _those_there(values: list[Any], place: Place) -> tuple[list[Any], Place]:
    """All that are not null."""
    if all(values):  # sooner said than that None is not among them
        return values, place
    kept = [index for index, value in enumerate(values) if value is not None]
    return [values[index] for index in kept], Some(place, kept)


def _attempted(call: Callable[..., Any], *args: Any) -> Any:
    try:
        return call(*args)
    except Exception as error:
        return error
