"""JSON logs on standard output, one line a request, without anything secret."""

import json
import logging
import sys
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import orjson
import structlog
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict

from schema.operation import Operation

_PATH_MAX: Final = 500
JOB: Final = "job"  # the kind of an operation that is one

_REQUESTS: Final = logging.getLogger("request")
_COMPACT: Final = (",", ":")


@dataclass(slots=True)
class RequestNotes:
    """What is learnt of a request (or a job) on its way, told in its one line and counted."""

    request_id: str
    operation: Operation = field(default_factory=Operation)
    viewer_id: int | None = None
    errors: tuple[str, ...] = ()
    bugs: list[Exception] = field(default_factory=list)
    statements: int = 0
    sql_seconds: float = 0.0
    trace_id: str | None = None
    suspicion: str | None = None  # what the audit log calls it, if it is refused as something of the kind


notes: ContextVar[RequestNotes] = ContextVar("request_notes")
NOTES: Final = "plaza.notes"


def configure(level: str) -> None:
    """Send our own and the libraries' logs through one JSON line format."""
    shared: list[Any] = [
        _with_request_id,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            # Without local variables: they hold what people sent, passwords included.
            structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
            _without_rows,
            structlog.processors.JSONRenderer(separators=_COMPACT),
        ],
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    # The library logs every error with variables and source; the API's errors are logged once, by the view.
    logging.getLogger("strawberry.execution").disabled = True
    for chatty in ("alembic", "httpx2", "uvicorn", "pgqueuer"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def tell(note: RequestNotes, *, method: str, path: str, status: int, seconds: float) -> None:
    """The line of a request that is over; a record and its way through the library would cost four times that."""
    if not _REQUESTS.isEnabledFor(logging.INFO):
        return
    line = _json(
        {
            "request_id": note.request_id,
            "method": method,
            "path": path[:_PATH_MAX],
            "status": status,
            "operation": note.operation.name,
            "viewer_id": note.viewer_id,
            "errors": note.errors,
            "ms": round(seconds * 1000, 1),
            "statements": note.statements,
            "sql_ms": round(note.sql_seconds * 1000, 1),
            **({"trace_id": note.trace_id} if note.trace_id else {}),
            "event": "request",
            "level": "info",
            "logger": "request",
            "timestamp": datetime.now(UTC),
        }
    )
    with suppress(OSError, ValueError):  # nobody reads it any more; what was asked is answered all the same
        sys.stdout.write(line)
        sys.stdout.flush()


def without_detail(text: str) -> str:
    """PostgreSQL's DETAIL repeats the row that it refused, addresses and hashes and all."""
    return text.partition("DETAIL:")[0].rstrip()


def _without_rows(_: Any, __: str, event: EventDict) -> EventDict:
    traces = event.get("exception")
    for trace in traces if isinstance(traces, list) else ():
        trace["exc_value"] = without_detail(trace["exc_value"])
    return event


def _with_request_id(_: Any, __: str, event: EventDict) -> EventDict:
    note = notes.get(None)
    if note is not None and note.operation.kind != JOB:
        event.setdefault("request_id", note.request_id)
    return event


def _json(event: EventDict) -> str:
    """One line. In ASCII, like those that the library writes: some terminals obey what is beyond it."""
    line = orjson.dumps(event, option=orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE)
    return line.decode() if line.isascii() else json.dumps(orjson.loads(line), separators=_COMPACT) + "\n"
