"""A request's headers, of which an endpoint asks for some twenty: found at once, however many were sent."""

from collections.abc import MutableMapping
from typing import Any

from starlette.datastructures import Headers


class RequestHeaders(Headers):
    """Starlette's look through all of them each time. Of a name that comes twice the first counts, as there."""

    def __init__(self, scope: MutableMapping[str, Any]) -> None:
        super().__init__(scope=scope)
        self._first = {name.decode("latin-1"): value.decode("latin-1") for name, value in reversed(self._list)}

    def __getitem__(self, key: str) -> str:
        return self._first[key.lower()]

    def __contains__(self, key: Any) -> bool:
        return isinstance(key, str) and key.lower() in self._first

    def get(self, key: str, default: Any = None) -> Any:
        return self._first.get(key.lower(), default)
