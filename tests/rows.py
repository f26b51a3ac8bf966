"""The type of the `rows` fixture: `await rows(Post)` is every post there is."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

Rows: TypeAlias = Callable[[type[Any]], Awaitable[list[Any]]]
