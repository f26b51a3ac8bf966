"""Requests that another site makes a browser send: refused unless the browser had to ask first.

A browser asks (by a CORS preflight) before it sends a content type or a header that no form can; so a request
with neither, which it says itself comes from elsewhere, may be anybody's. Clients that are no browsers say
nothing of where they come from and are not asked.
"""

from collections.abc import Callable, Mapping
from typing import Final

from engine.refusals import bad_http

HEADERS: Final = ("graphql-require-preflight", "apollo-require-preflight", "x-apollo-operation-name")
# With a GET, browsers have been seen to send others unasked; so this alone tells that there was a preflight.
_ASKED_FOR: Final = "application/json"
_OURS: Final = (None, "same-origin", "same-site", "none")


def check(headers: Mapping[str, str], is_allowed: Callable[[str], bool]) -> None:
    """Raises a 403 where a site whose origin is not `is_allowed` may be behind the request."""
    origin = headers.get("origin")
    if headers.get("sec-fetch-site") in _OURS if origin is None else is_allowed(origin):
        return
    essence = headers.get("content-type", "").partition(";")[0].strip().lower()
    if essence != _ASKED_FOR and not any(headers.get(name) for name in HEADERS):
        raise bad_http(f"A request from another site needs one of the headers {', '.join(HEADERS)}.", 403)
