"""Types that show a row: what stands in the row is read there, and not copied for each of a page's objects."""

from operator import attrgetter
from typing import Any, Final, TypeVar

import strawberry
from strawberry.types import get_object_definition

T = TypeVar("T")

_OF_ROW: Final = "of_row"


def of_row(**options: Any) -> Any:
    """A field that the object's `row` has under the same name; `options` go to `strawberry.field`."""
    return strawberry.field(metadata={_OF_ROW: True}, **options)


def shows_row(kind: type[T]) -> type[T]:
    """Let a Strawberry type read its fields `of_row`. The engine knows such a property, and reads past it."""
    for field in get_object_definition(kind, strict=True).fields:
        if _OF_ROW in field.metadata:
            setattr(kind, field.python_name, property(attrgetter(f"row.{field.python_name}")))
    return kind
