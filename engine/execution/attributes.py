"""Fields that are attributes of their parents, and the objects there, which are read together with them."""

from collections.abc import Callable, Sequence
from typing import Any

from graphql import GraphQLError

from engine.execution.claims import own_class
from engine.execution.completion import ListOf
from engine.execution.fields import Field, Valued, leaf_column
from engine.execution.inner import Stride
from engine.execution.objects import ObjectOf
from engine.execution.places import Place
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

    @property
    def stride(self) -> Stride:
        """From a row to those objects' rows in it."""
        return Stride(self.step, self._list.item.is_nullable if self._list else None)

    def values(self, request: Request, objects: Sequence[Any], here: Place) -> Sequence[Any]:
        name = self.attribute
        try:
            return [getattr(each, name) for each in objects]
        except Exception:
            return [_attempted(getattr, each, name) for each in objects]


def _attempted(call: Callable[..., Any], *args: Any) -> Any:
    try:
        return call(*args)
    except Exception as error:
        return error
