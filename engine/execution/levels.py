"""Levels: the selection of one object type at one position, executed for all its objects at once."""

from collections.abc import Iterator, Sequence
from itertools import repeat
from operator import attrgetter
from typing import Any, Final

from engine.execution.attributes import Read
from engine.execution.fields import ByDefault, Field
from engine.execution.kinds import are_mappings
from engine.execution.places import Place
from engine.execution.request import Request
from engine.execution.rows import Column, Rows, row_function, width
from engine.execution.samples import function_for

# Of one-off documents most levels are executed once, for few objects: they do not repay the making of a function.
_WORTH_IT: Final = 32
# Nobody asks for as many, and to compile them takes long.
_COLUMNS_MAX: Final = 200
# Rows in rows that one function reads; what is deeper has functions of its own.
_DEPTH_MAX: Final = 4
# So often may inner objects be what cannot be read before they are left to levels of their own.
_FAILURES_MAX: Final = 4

_append: Final = attrgetter("append")


class FieldsLevel:
    def __init__(self, fields: Sequence[Field]) -> None:
        self.fields = fields
        self._columns = [field.column for field in fields]
        self._can_be_read = len(fields) <= _COLUMNS_MAX and any(
            not column.is_left or isinstance(field, Read)
            for field, column in zip(fields, self._columns, strict=True)
        )
        self._by_default = any(isinstance(field, ByDefault) for field in fields)
        self._empty = {column.key: column.constant for column in self._columns}
        self._readings: dict[bool, _Reading] = {}
        self._was_met = False

    def execute(self, request: Request, objects: Sequence[Any], place: Place, /) -> Sequence[dict[str, Any]]:
        """A row for each object, in which what is still to come is None."""
        reading = self._reading(objects) if self._can_be_read else None
        rows = None if reading is None else reading.execute(request, objects, place)
        if rows is None:
            rows = [self._empty.copy() for _ in objects]
            for field in self.fields:
                field.resolve(request, objects, place, rows)
        return rows

    def inner_columns(self, depth: int, /) -> Sequence[Column]:
        """As an attribute, at that depth, of an object that is read together with it; none where it is not."""
        return () if self._by_default else self._with_inner(depth)

    def _with_inner(self, depth: int) -> Sequence[Column]:
        if depth == _DEPTH_MAX:
            return self._columns
        columns = [field.with_inner(depth) for field in self.fields]
        return columns if width(columns) <= _COLUMNS_MAX else self._columns

    def _reading(self, objects: Sequence[Any]) -> "_Reading | None":
        """None where everything is resolved field by field."""
        are_maps = are_mappings(objects) if self._by_default else False
        if are_maps is None:
            return None
        reading = self._readings.get(are_maps)
        if reading is None:
            was_met, self._was_met = self._was_met, True
            if was_met or len(objects) >= _WORTH_IT:
                reading = _Reading(self.fields, self._with_inner(0), of_mappings=are_maps)
                self._readings[are_maps] = reading
        elif reading.failures >= _FAILURES_MAX and reading.has_inner:
            reading = self._readings[are_maps] = _Reading(self.fields, self._columns, of_mappings=are_maps)
        return reading


class _Reading:
    """How a level is read by one function."""

    def __init__(self, fields: Sequence[Field], columns: Sequence[Column], *, of_mappings: bool) -> None:
        self._columns = columns
        self._function = row_function(columns, of_mappings=of_mappings)
        # The same for the classes that came last, where they have properties, and how often it may be made anew.
        self._quick: Rows | None = None
        self._trials = 0 if of_mappings else _FAILURES_MAX
        self._left = _Left(fields, columns)
        self.has_inner = any(column.inner for column in columns)
        self.failures = 0

    def execute(self, request: Request, objects: Sequence[Any], place: Place) -> list[dict[str, Any]] | None:
        """None where something is not plain."""
        # The inner objects of which something is left, kind by kind.
        taken: list[list[Any]] = [*map(list, repeat((), self._left.inner_count))]
        try:
            rows = self._rows(objects, taken)
        except Exception:
            self.failures += 1
            return None
        if self._left.is_any:
            self._left.resolve(request, objects, place, rows, iter(taken))
        return rows

    def _rows(self, objects: Sequence[Any], taken: Sequence[list[Any]]) -> list[dict[str, Any]]:
        if self._quick is not None:
            try:
                return self._quick(objects, *map(_append, taken))
            except Exception:
                for each in taken:
                    each.clear()
        rows = self._function(objects, *map(_append, taken))
        if self._trials and objects:
            self._trials -= 1
            self._quick = function_for(self._columns, objects[0])
        else:
            self._quick = None
        return rows


class _Left:
    """What is left to be resolved of a level, and of the inner objects that are read with its own."""

    def __init__(self, fields: Sequence[Field], columns: Sequence[Column]) -> None:
        self._fields = []
        self._inner = []
        for field, column in zip(fields, columns, strict=True):
            if column.is_left:
                self._fields.append(field)
            elif (
                isinstance(field, Read)
                and column.inner
                and (inner := _Left(field.inner_fields, column.inner)).is_any
            ):
                self._inner.append((field, inner))
        self.is_any: bool = bool(self._fields or self._inner)
        # How many kinds of inner objects have to be known for it.
        self.inner_count: int = sum(bool(inner._fields) + inner.inner_count for _, inner in self._inner)

    def resolve(
        self,
        request: Request,
        objects: Sequence[Any],
        place: Place,
        rows: Sequence[dict[str, Any]],
        taken: Iterator[Sequence[Any]],
    ) -> None:
        """`taken` are the inner objects, kind by kind as the function met them."""
        for field in self._fields if rows else ():
            field.resolve(request, objects, place, rows)
        for field, inner in self._inner:
            inner_objects = next(taken) if inner._fields else ()
            inner_rows, here = field.inner_rows(rows, place)
            inner.resolve(request, inner_objects, here, inner_rows, taken)
