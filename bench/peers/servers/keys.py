"""Ids and cursors as clients see them, and where a page begins."""

from base64 import b64decode, b64encode
from typing import Final

SIZE: Final = 20
_LAST: Final = 2**63 - 1


def encoded(kind: str, key: int) -> str:
    return b64encode(b"%s:%d" % (kind.encode(), key)).decode()


def place(after: str | None) -> int:
    """The key below which a page lies."""
    return _LAST if after is None else int(b64decode(after).partition(b":")[2])
