"""Global ids and the interface of everything that has one."""

import base64
import binascii
import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Final, TypeVar, cast

import strawberry

from db.limits import MAX_ID
from schema.errors import bad_user_input

R = TypeVar("R")
T = TypeVar("T")

# A page has sixty ids and cursors, and what is new is read by many: found here, they take a quarter of the time.
_TEXTS_MAX: Final = 1 << 14
_FORM: Final = re.compile(r"([A-Z][A-Za-z]{0,31}):([1-9][0-9]{0,15})")


@strawberry.interface(description="Anything with an id that is unique across the whole API.")
class Node:
    id: strawberry.ID = strawberry.field(description="Opaque, unique across all types, and never reused.")


def _written(name: str, number: int) -> str:
    # Half as long as by `b64encode`, which looks at its arguments first.
    return binascii.b2a_base64(f"{name}:{number}".encode(), newline=False).decode()


# Both in base64; letters, digits and a colon never give the two signs in which its alphabets differ. What is
# remembered is our own: nothing that a client made up may take a place.
opaque = lru_cache(_TEXTS_MAX)(_written)

# Of a type and a row. A function around it would be called sixty times a page.
global_id = cast(Callable[[str, int], strawberry.ID], opaque)


def parse_global_id(value: str) -> tuple[str, int] | None:
    """The type's name and the row's id, or `None` for anything that is not exactly one of our ids."""
    try:
        text = base64.b64decode(value, validate=True).decode("ascii")
    except (ValueError, binascii.Error):
        return None
    match = _FORM.fullmatch(text)
    if match is None or int(match[2]) > MAX_ID or _written(match[1], int(match[2])) != value:
        return None
    return match[1], int(match[2])


def row_id(value: strawberry.ID, type_name: str, *, argument: str) -> int:
    """The id of a row of that type; anything else is `BAD_USER_INPUT` naming the argument."""
    parsed = parse_global_id(value)
    if parsed is None or parsed[0] != type_name:
        raise bad_user_input(argument, f"`{argument}` is not the id of a {type_name}.")
    return parsed[1]


def shown(make: Callable[[R], T], rows: Iterable[R | None]) -> list[T | None]:
    """Each row as its type; a row that is not there stays `None`."""
    return [None if row is None else make(row) for row in rows]
