"""JSON logs on standard output, one line a request, without anything secret."""

import logging
import re
import sys
import time
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict

from schema.operation import Operation

JOB: Final = "job"  # the kind of an operation that is one

_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{8,64}")
_QUIET: Final = {"/livez", "/readyz", "/metrics"}
_log = structlog.get_logger("request")


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


notes: ContextVar[RequestNotes] = ContextVar("request_notes")
NOTES: Final = "plaza.notes"


def configure(level: str) -> None:
    """Send our own and the libraries' logs through one JSON line format."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
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
            structlog.processors.JSONRenderer(),
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


class RequestLog:
    """Gives each request an id (the client's own when it is a plain one) and logs it when it is over."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        note = RequestNotes(_request_id(scope))
        status = 500
        started = time.perf_counter()

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", note.request_id.encode())]
            await send(message)

        scope[NOTES] = note  # for what answers out of here
        reset = notes.set(note)
        try:
            with structlog.contextvars.bound_contextvars(request_id=note.request_id):
                await self.app(scope, receive, send_with_id)
        finally:
            notes.reset(reset)
            if scope["path"] not in _QUIET:
                _write(scope, note, status, time.perf_counter() - started)


def without_detail(text: str) -> str:
    """PostgreSQL's DETAIL repeats the row that it refused, addresses and hashes and all."""
    return text.partition("DETAIL:")[0].rstrip()


def _without_rows(_: Any, __: str, event: EventDict) -> EventDict:
    traces = event.get("exception")
    for trace in traces if isinstance(traces, list) else ():
        trace["exc_value"] = without_detail(trace["exc_value"])
    return event


def _write(scope: Scope, note: RequestNotes, status: int, seconds: float) -> None:
    _log.info(
        "request",
        request_id=note.request_id,
        method=scope["method"],
        path=scope["path"],
        status=status,
        operation=note.operation.name,
        viewer_id=note.viewer_id,
        errors=list(note.errors),
        ms=round(seconds * 1000, 1),
        statements=note.statements,
        sql_ms=round(note.sql_seconds * 1000, 1),
        **({"trace_id": note.trace_id} if note.trace_id else {}),
    )


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _REQUEST_ID.fullmatch(value.decode("latin-1")):
            return str(value.decode("latin-1"))
    return uuid4().hex
