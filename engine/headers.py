"""A request's headers, of which an endpoint asks for some twenty: found at once, however many were sent."""

from collections.abc import Mapping, MutableMapping
from typing import Any


def headers_of(scope: MutableMapping[str, Any]) -> Mapping[str, str]:
    """By their names in lower case, as ASGI has them. Of a name that comes twice the first counts."""
    sent = [*scope["headers"]]
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in reversed(sent)}
