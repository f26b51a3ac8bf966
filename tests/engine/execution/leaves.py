"""Values for leaves: of their type, of one that is coerced, and of none."""

from typing import Any, Final

from tests.engine.execution.dice import Dice


class Name(str):
    """Text of a class of its own, as libraries for translation have it."""


class Count(int):
    """A number of a class of its own."""


_NAN: Final = float("nan")

_RIGHT: Final[dict[str, tuple[Any, ...]]] = {
    "String": ("text", "", "ä", "text", Name("name"), 7, True, 1.5),
    "Int": (1, 0, -5, 2**31 - 1, -(2**31), Count(3), True, 4.0, "12"),
    "Float": (0.5, 1, -2.5, 1e300, True, "1.5", Count(2)),
    "Boolean": (True, False, True, False, 1, 0, 0.5),
    "ID": ("a1", 7, "", Name("id"), Count(9), 3.0),
    "Even": (0, *range(2, 40, 2)),
    "Any": (1, "any", [1, 2], {"one": 1}, True, 0.5),
    "Colour": (1, "green", (0, 0, 255), 1),
}

WRONG: Final[tuple[Any, ...]] = (None, "wrong", 2**31, 3, 1.5, _NAN, True, [], ["a"], {}, {"a": 1}, (), b"bytes")


def value(name: str, dice: Dice) -> Any:
    return dice.pick(_RIGHT[name])
