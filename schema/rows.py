"""Types that show a row: what stands in the row is read there, and not copied for each of a page's objects."""

from collections.abc import Callable
from operator import attrgetter
from typing import TypeVar

T = TypeVar("T")


def shows_row(*names: str) -> Callable[[type[T]], type[T]]:
    """Make these fields of a Strawberry type those of its `row`, under the same names.

    The engine knows such a property, and reads past it.
    """

    def decorate(kind: type[T]) -> type[T]:
        for name in names:
            setattr(kind, name, property(attrgetter(f"row.{name}")))
        return kind

    return decorate
