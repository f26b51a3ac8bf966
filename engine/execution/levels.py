"""Levels: the selection of one object type at one position, executed for all its objects at once."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import repeat
from operator import attrgetter
from typing import Any, Final

from engine.execution.attributes import Read
from engine.execution.fields import ByDefault, Field
from engine.execution.kinds import PLAIN, are_mappings
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
        # For the objects that come as a rule, as far as it is known by now.
        self.quick: Quick | None = None

    def execute(self, request: Request, objects: Sequence[Any], place: Place, /) -> Sequence[dict[str, Any]]:
        """A row for each object, in which what is still to come is None."""
        reading = self._reading(objects) if self._can_be_read else None
        rows = None
        if reading is not None:
            rows = reading.execute(request, objects, place)
            self.quick = reading.quick
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
        self._of_mappings = of_mappings
        self._function = row_function(columns, of_mappings=of_mappings)
        self._left = _Left(fields, columns)
        # For the class that came as a rule, and how often another one may yet be taken for it.
        self.quick: Quick | None = None
        self._trials = _FAILURES_MAX
        self.has_inner = any(column.inner for column in columns)
        self.failures = 0

    def execute(self, request: Request, objects: Sequence[Any], place: Place) -> list[dict[str, Any]] | None:
        """None where something is not plain."""
        quick = self.quick  # which another thread may change
        if quick is not None and not quick.has_failed and quick.suits(map(type, objects)):
            found = quick.execute(request, objects, place)
            if found is not None:
                return found
        taken = self._left.taken()
        try:
            rows = self._function(objects, *map(_append, taken))
        except Exception:
            self.failures += 1
            return None
        if self._trials and objects:
            self._trials -= 1
            self.quick = self._for_the_like_of(objects[0])
        if self._left.is_any:
            self._left.resolve(request, objects, place, rows, iter(taken))
        return rows

    def _for_the_like_of(self, sample: Any) -> "Quick | None":
        kind = type(sample)
        if kind not in PLAIN.known:
            return None
        try:
            function = None if self._of_mappings else function_for(self._columns, sample)
        except Exception:
            return None  # it was asked for an attribute a second time
        return Quick(kind, function or self._function, self._left)


class Quick:
    """A reading of objects that are all of one class, which `suits` has said."""

    __slots__ = ("_function", "_left", "has_failed", "suits")

    def __init__(self, kind: type, function: Rows, left: "_Left") -> None:
        self._function = function
        self._left = left
        self.suits: Callable[[Iterable[type]], bool] = frozenset({kind}).issuperset
        # Then it is not tried again.
        self.has_failed = False

    def execute(self, request: Request, objects: Sequence[Any], place: Place) -> list[dict[str, Any]] | None:
        """None where something is not plain."""
        left = self._left
        try:
            taken = left.taken() if left.inner_count else ()
            rows = self._function(objects, *map(_append, taken))
        except Exception:
            self.has_failed = True
            return None
        if left.is_any:
            left.resolve(request, objects, place, rows, iter(taken))
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

    def taken(self) -> Sequence[list[Any]]:
        """For the inner objects of which something is left, kind by kind as a row function meets them."""
        return [*map(list, repeat((), self.inner_count))]

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
