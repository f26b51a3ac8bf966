"""Logs statements that take long, with the operation they belong to and never with a parameter."""

import time
from collections.abc import Callable
from typing import Final

import structlog

from server.logging import RequestNotes

QUIET: Final = 10.0  # seconds between two lines of one statement: a slow database must not drown its log

_MOST_STATEMENTS: Final = 1000
_LONGEST: Final = 1000
_log = structlog.get_logger("sql")


class SlowStatements:
    """`clock` gives seconds that never go back."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self._clock = clock
        self._told: dict[str, float] = {}
        self._untold: dict[str, int] = {}

    def tell(self, sql: str, seconds: float, note: RequestNotes | None) -> None:
        """One line, unless there was one of the same statement just now; the next says how many had none."""
        now = self._clock()
        if now - self._told.get(sql, -QUIET) < QUIET:
            self._untold[sql] = self._untold.get(sql, 0) + 1
            return
        if len(self._told) >= _MOST_STATEMENTS:
            self._told.clear()
            self._untold.clear()
        self._told[sql] = now
        _log.warning(
            "slow_statement",
            ms=round(seconds * 1000, 1),
            operation=note and note.operation.name,
            request_id=note and note.request_id,
            sql=" ".join(sql.split())[:_LONGEST],
            untold=self._untold.pop(sql, 0),
        )
