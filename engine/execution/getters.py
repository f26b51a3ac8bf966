"""Properties of classes: what surely reads an attribute of their objects, without the class between."""

from collections.abc import Callable, Sequence
from operator import attrgetter, itemgetter
from types import WrapperDescriptorType
from typing import Any


def getter_of(kind: type | None, name: str) -> Callable[[Any], Any] | None:
    """The function of the property that the attribute is; None where it may be anything else."""
    if kind is None or hasattr(kind, "__getattr__"):
        return None
    if type(kind.__getattribute__) is not WrapperDescriptorType:
        return None  # it has its own way to attributes
    found = next((vars(each)[name] for each in kind.__mro__ if name in vars(each)), None)
    return found.fget if type(found) is property else None


def shortcut(getter: Callable[[Any], Any]) -> int | Sequence[str] | None:
    """The number of the item that it gets, or the attributes along which it goes; None of every other function."""
    match getter.__reduce__() if type(getter) in (attrgetter, itemgetter) else None:
        case (_, (item,)) if type(item) is int:  # an enumeration's are not written as their number
            return item
        case (_, (str(path),)) if type(getter) is attrgetter:
            return path.split(".")
    return None
