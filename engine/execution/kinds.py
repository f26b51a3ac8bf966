"""What a value is, by its type: the executor asks once for a type and not once for a value."""

from collections.abc import Awaitable, Iterable, Mapping
from inspect import CO_ITERABLE_COROUTINE
from types import CoroutineType, GeneratorType
from typing import Any, Final, TypeGuard

from graphql import Undefined

# Types that make themselves as they go must not be kept for ever.
_TYPES_MAX: Final = 1024


def is_awaitable(value: Any) -> TypeGuard[Awaitable[Any]]:
    """Can it be awaited? As graphql-core decides it."""
    if type(value) is CoroutineType:
        return True
    if isinstance(value, GeneratorType):
        return bool(value.gi_code.co_flags & CO_ITERABLE_COROUTINE)
    try:
        return hasattr(value, "__await__")
    except Exception:
        return False  # an object whose attributes raise is none, and fails where they are read


class _Gone:
    def __repr__(self) -> str:
        return "GONE"


# Stands for a value that nobody needs any more, and was not waited for to the end.
GONE: Final = _Gone()


class PlainTypes:
    """Types whose values can be completed as they are: not null, no exception, nothing to wait for."""

    __slots__ = ("hold_all", "known")

    def __init__(self) -> None:
        # Always the same set, which row functions ask as well.
        self.known: Final[set[type]] = set()
        # Are these types all plain, as far as known? Asked of whole columns, so it is the set's own method.
        self.hold_all: Final = self.known.issuperset

    def learn(self, value: Any) -> bool:
        """Is it plain? Remembered for its type where the type alone decides."""
        kind = type(value)
        if kind in self.known:
            return True
        if (
            value is None
            or value is Undefined
            or value is GONE
            or isinstance(value, Exception)
            or is_awaitable(value)
        ):
            return False
        if kind is not GeneratorType and not hasattr(value, "__getattr__"):
            if len(self.known) >= _TYPES_MAX:
                self.known.clear()
            self.known.add(kind)
        return True


PLAIN: Final = PlainTypes()


def is_nothing(value: Any) -> bool:
    return value is None or value is Undefined


def is_async_iterable(value: Any) -> bool:
    return hasattr(value, "__aiter__")


def are_mappings(objects: Iterable[Any]) -> bool | None:
    """Are all of them mappings, or none? None where they differ."""
    found = {issubclass(kind, Mapping) for kind in set(map(type, objects))}
    return found.pop() if len(found) == 1 else None
