"""Reads JSON that a stranger sent: UTF-8, not too deep, not too much, no number without end, no key twice."""

import re
from typing import Any, Final

import orjson

from engine.refusals import Refusal, bad_http

DEPTH: Final = 32
DIGITS: Final = 40
# Items, members, objects and lists; more than any operation takes, and few enough to be looked at one by one.
VALUES: Final = 2_500
# Of one sign, those in texts as well: an imported document has up to 16,384 commas.
_SIGNS: Final = 20_000
_STRINGS: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_AS_NOUGHT: Final = bytes.maketrans(b"123456789", b"0" * 9)
_ENDLESS: Final = b"0" * (DIGITS + 1)
_KEY_END: Final = re.compile(rb'"\s*:')
_BRACKETS: Final = re.compile(rb"[\[\]{}]")
_DEEPER: Final = frozenset(b"[{")


def loads(body: bytes) -> Any:
    """Raises `Refusal` for anything else. A parser alone takes the last of two equal keys, and goes deeper."""
    # Nothing is in a body more often than it has bytes.
    if len(body) > _SIGNS and max(map(body.count, (b'"', b",", b"[", b"{"))) > _SIGNS:
        raise _too_much()
    try:
        # Before all else: it is the fastest, and what follows need not expect broken JSON.
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise bad_http("The body is not JSON in UTF-8.") from None
    # Few signs are few, whatever of them are in texts, and most bodies have few: then they need not be told apart.
    if (
        body.count(b"[") + body.count(b"{") > DEPTH
        or (len(body) > VALUES and _values(body) > VALUES)
        or _ENDLESS in body.translate(_AS_NOUGHT)
        or _keys(value) != len(_KEY_END.findall(body))
    ):
        _check(_STRINGS.sub(b'""', body), value)
    return value


def _check(bare: bytes, value: Any) -> None:
    """`bare` is the body with empty texts."""
    if _ENDLESS in bare.translate(_AS_NOUGHT):
        raise bad_http(f"The JSON holds a number of more than {DIGITS} digits.")
    if _values(bare) > VALUES:
        raise _too_much()
    if _depth(bare) > DEPTH:
        raise bad_http(f"The JSON is more than {DEPTH} levels deep.")
    if _keys(value) != len(_KEY_END.findall(bare)):
        raise bad_http("The JSON holds a key twice in one object.")


def _values(body: bytes) -> int:
    return sum(map(body.count, (b",", b"[", b"{")))


def _too_much() -> Refusal:
    return bad_http(f"The JSON holds more than {VALUES:,} values.")


def _depth(bare: bytes) -> int:
    depth = deepest = 0
    for bracket in _BRACKETS.findall(bare):
        depth += 1 if bracket[0] in _DEEPER else -1
        deepest = max(deepest, depth)
    return deepest


def _keys(value: Any) -> int:
    if isinstance(value, dict):
        return len(value) + sum(map(_keys, value.values()))
    return sum(map(_keys, value)) if isinstance(value, list) else 0
