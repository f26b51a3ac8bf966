"""Hears what the stores do: counts it, traces it where that is on, and logs statements that take long."""

from typing import TYPE_CHECKING

from db.observing import Loading
from server.logging import notes
from server.telemetry.slow import SlowStatements

if TYPE_CHECKING:
    from server.telemetry.stores import StoreMetrics
    from server.telemetry.tracing import Tracing


class StoresObserver:
    """What `db.observing` asks for; each of its parts may be missing."""

    def __init__(
        self,
        slow: SlowStatements | None,
        metrics: "StoreMetrics | None",
        tracing: "Tracing | None",
    ) -> None:
        self._slow = slow
        self._metrics = metrics
        self._tracing = tracing
        self.loading: Loading | None = tracing.loading if tracing else None

    def waited(self, pool: str, seconds: float) -> None:
        if self._metrics is not None:
            self._metrics.waited(pool, seconds)

    def ran(self, sql: str, seconds: float, error: BaseException | None) -> None:
        note = notes.get(None)
        if note is not None:
            note.statements += 1
            note.sql_seconds += seconds
        if self._metrics is not None:
            self._metrics.ran(seconds)
        if self._tracing is not None:
            self._tracing.statement(sql, seconds, error)
        if self._slow is not None and seconds >= self._slow.seconds:
            self._slow.tell(sql, seconds, note)

    def asked(self, command: str, seconds: float, error: BaseException | None) -> None:
        if self._metrics is not None:
            self._metrics.asked(command, seconds, failed=error is not None)
        if self._tracing is not None:
            self._tracing.command(command, seconds, error)
