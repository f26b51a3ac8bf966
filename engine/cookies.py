"""Cookies that one host alone may set and read, over TLS alone, and no script of a page at all.

Browsers hold the prefix `__Host-` to that (RFC 6265bis §4.1.3.2), so that no neighbouring host can slip one in.
"""

from typing import Final

_PREFIX: Final = "__Host-"


def read(header: str, name: str) -> str | None:
    """The value of the cookie `__Host-name` in a `Cookie` header; of several none, for we never set two."""
    found = [value for key, is_pair, value in _pairs(header) if is_pair and key == _PREFIX + name]
    return found[0] if len(found) == 1 else None


def written(name: str, value: str, *, seconds: int) -> str:
    """A `Set-Cookie` header for so many seconds, for pages of its own site; 0 takes the cookie away."""
    return f"{_PREFIX}{name}={value}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Strict"


def _pairs(header: str) -> list[tuple[str, str, str]]:
    return [each.strip().partition("=") for each in header.split(";")]
