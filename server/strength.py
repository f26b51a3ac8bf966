"""Secrets that are none: those that an attacker tries first, and those that were never drawn at random."""

import math
from collections import Counter
from itertools import pairwise
from typing import Final

# Below what 16 random bytes in base64 come to.
_LEAST_BITS: Final = 75
# None of 43 characters of base64 or 64 of hexadecimal that were drawn at random repeats so many.
_LONGEST_REPEAT: Final = 8
_WORDS: Final = (
    *("secret", "password", "changeme", "change-me", "change_me", "example", "default", "insecure", "replace"),
    *("signing", "plaza", "postgres", "production", "development", "testing", "qwerty"),
)
_DEFAULTS: Final = frozenset(
    {*_WORDS, "", "admin", "postgresql", "redis", "valkey", "test", "root", "guest", "123456", "12345678"}
)


def weakness(secret: str) -> str | None:
    """Why nobody should rely on it, to be said after "it"; `None` for what looks drawn at random.

    Reads what is written and knows no more: a random secret that was published is strong to it.
    """
    if word := next((word for word in _WORDS if word in secret.lower()), None):
        return f'holds the word "{word}"'
    if " " in secret:
        return "is a sentence"
    if _repeats(secret):
        return "repeats itself"
    if _counts_up(secret):
        return "counts up or down"
    return "is too easily guessed" if _bits(secret) < _LEAST_BITS else None


def is_default(password: str, *, user: str) -> bool:
    """Is it one that everybody tries? A store's password may be short, for strangers do not reach it."""
    return password.lower() in {user.lower(), *_DEFAULTS}


def _repeats(secret: str) -> bool:
    pieces = [secret[place : place + _LONGEST_REPEAT] for place in range(len(secret) - _LONGEST_REPEAT + 1)]
    return len(set(pieces)) < len(pieces)


def _counts_up(secret: str) -> bool:
    steps = [abs(ord(one) - ord(other)) == 1 for one, other in pairwise(secret)]
    return sum(steps) > len(steps) / 2


def _bits(secret: str) -> float:
    """By Shannon, over the secret's own characters: of 32 random bytes in base64 about 200."""
    counts = Counter(secret)
    return sum(count * math.log2(len(secret) / count) for count in counts.values())
