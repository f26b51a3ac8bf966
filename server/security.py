"""Headers that keep a page of ours to itself, and those that every answer has."""

from collections.abc import Mapping
from typing import Final

# For an answer that says nothing else: it is somebody's own, and it is what its type says.
ANSWER_HEADERS: Final = {"cache-control": "no-store", "x-content-type-options": "nosniff"}

_POLICY: Final = {
    "default-src": "'none'",
    "base-uri": "'none'",
    "connect-src": "'self'",
    "font-src": "'self'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
    "img-src": "'self' data:",
    "script-src": "'self'",
    "style-src": "'self'",
}


def page_headers(policy: Mapping[str, str] = {}) -> dict[str, str]:
    """For an HTML page: nothing runs, loads or frames it but what it was made with.

    `policy` widens single directives of the content security policy.
    """
    directives = {**_POLICY, **policy}
    return {
        "content-security-policy": "; ".join(f"{name} {sources}" for name, sources in directives.items()),
        "cross-origin-opener-policy": "same-origin",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
    }
