"""Chance from a seed: quick to make, and the same everywhere and in whatever order it is asked for."""

from collections.abc import Sequence
from typing import TypeVar
from zlib import crc32

T = TypeVar("T")

_64_BITS = 2**64 - 1


def number(*what: object) -> int:
    """The same number for the same things, whose `repr` tells them apart."""
    return crc32(repr(what).encode())


class Dice:
    """A sequence of numbers that the seed determines (Knuth's linear congruential generator)."""

    __slots__ = ("_state",)

    def __init__(self, *seed: object) -> None:
        self._state = number(*seed)

    def below(self, end: int) -> int:
        self._state = (self._state * 6364136223846793005 + 1442695040888963407) & _64_BITS
        return (self._state >> 33) % end

    def happens(self, percent: int) -> bool:
        return self.below(100) < percent

    def pick(self, choices: Sequence[T]) -> T:
        return choices[self.below(len(choices))]

    def some(self, choices: Sequence[T], percent: int) -> list[T]:
        return [each for each in choices if self.happens(percent)]
