"""What goes on the wire: a status, a body, and the headers that every answer has."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import orjson

from engine.codes import ErrorCode

NO_STORE: Final = "no-store"
# What may be answered if it is asked again, and after how many seconds where nothing says.
_COMES_BACK: Final = frozenset({ErrorCode.RATE_LIMITED, ErrorCode.UNAVAILABLE})
_SOON: Final = 1


class Reply(NamedTuple):
    status: int
    body: bytes
    headers: Mapping[str, str]


def json(shown: Any) -> bytes:
    """With datetimes as ISO 8601 has them, those of UTC with a Z: a scalar may leave its moments to this."""
    return orjson.dumps(shown, option=orjson.OPT_UTC_Z)


def headers(media_type: str, more: Mapping[str, str]) -> dict[str, str]:
    return {"content-type": f"{media_type}; charset=utf-8", "cache-control": NO_STORE, "vary": "Accept", **more}


def retry_after(shown: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The longest that any error asks to wait, be it one among data."""
    told = [error.get("extensions", {}) for error in shown]
    seconds = [each.get("retryAfter", _SOON) for each in told if each.get("code") in _COMES_BACK]
    return {"retry-after": str(max(seconds))} if seconds else {}
