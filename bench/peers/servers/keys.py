"""Ids and cursors as clients see them, and where a page begins."""

from base64 import b64decode
from binascii import b2a_base64
from typing import Final

SIZE: Final = 20
_LAST: Final = 2**63 - 1


def encoded(kind: str, key: int) -> str:
    # Sixty times a page: what `b64encode` does besides would be seen.
    return b2a_base64(f"{kind}:{key}".encode(), newline=False).decode()


def place(after: str | None) -> int:
    """The key below which a page lies."""
    return _LAST if after is None else int(b64decode(after).partition(b":")[2])
