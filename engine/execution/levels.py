"""Levels: the selection of one object type at one position, executed for all its objects at once."""

from collections.abc import Sequence
from typing import Any, Final

from engine.execution.fields import ByDefault, Field
from engine.execution.kinds import are_mappings
from engine.execution.places import Place
from engine.execution.request import Request
from engine.execution.rows import Rows, row_function

# Of one-off documents most levels are executed once, for few objects: they do not repay the making of a function.
_WORTH_IT: Final = 32
# Nobody asks for as many, and to compile them takes long.
_COLUMNS_MAX: Final = 200


class FieldsLevel:
    def __init__(self, fields: Sequence[Field]) -> None:
        self.fields = fields
        self._columns = [field.column for field in fields]
        # Those that a row function leaves to be resolved.
        self._left = [
            field
            for field, column in zip(fields, self._columns, strict=True)
            if column.leaf is None and column.constant is None
        ]
        self._can_be_read = len(self._left) < len(fields) <= _COLUMNS_MAX
        self._by_default = any(isinstance(field, ByDefault) for field in fields)
        self._empty = {field.key: column.constant for field, column in zip(fields, self._columns, strict=True)}
        self._functions: dict[bool, Rows] = {}
        self._was_met = False

    def execute(self, request: Request, objects: Sequence[Any], place: Place, /) -> Sequence[dict[str, Any]]:
        """A row for each object, in which what is still to come is None."""
        rows = self._read(objects) if self._can_be_read else None
        fields: Sequence[Field] = self._left
        if rows is None:
            rows = [self._empty.copy() for _ in objects]
            fields = self.fields
        for field in fields:
            field.resolve(request, objects, place, rows)
        return rows

    def _read(self, objects: Sequence[Any]) -> list[dict[str, Any]] | None:
        """What is plain of all objects, or None: then everything is resolved field by field."""
        are_maps = are_mappings(objects) if self._by_default else False
        if are_maps is None:
            return None
        function = self._functions.get(are_maps)
        if function is None:
            was_met, self._was_met = self._was_met, True
            if not was_met and len(objects) < _WORTH_IT:
                return None
            function = self._functions[are_maps] = row_function(self._columns, of_mappings=are_maps)
        try:
            return function(objects) if self._left else _each_once(function, objects)
        except Exception:
            return None


def _each_once(function: Rows, objects: Sequence[Any]) -> list[dict[str, Any]]:
    """Where an object stands at several places it is read once, and each has a row of its own."""
    different = {id(each): each for each in objects}
    if len(different) == len(objects):
        return function(objects)
    rows = dict(zip(different, function([*different.values()]), strict=True))
    return [rows[id(each)].copy() for each in objects]
