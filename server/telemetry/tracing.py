"""OpenTelemetry: a span for each operation or job, with its loader batches, statements and Redis commands inside.

No span carries a variable, a parameter, a header or an error's text.
"""

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import Decision, ParentBased, Sampler, SamplingResult
from opentelemetry.trace import Link, Span, SpanKind, Status, StatusCode, TraceState, get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import Attributes

from server.errors import FAULTS
from server.logging import RequestNotes
from server.settings import VERSION

_PROPAGATOR: Final = TraceContextTextMapPropagator()
_ERROR: Final = Status(StatusCode.ERROR)


class _Share(Sampler):
    """Keeps a share by lot: the trace's id and flags are what a caller wrote into a `traceparent`."""

    def __init__(self, rate: float) -> None:
        self._rate = rate

    def should_sample(
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        if random.random() < self._rate:  # noqa: S311 a lot, not a secret
            return SamplingResult(Decision.RECORD_AND_SAMPLE, attributes)
        return SamplingResult(Decision.DROP)

    def get_description(self) -> str:
        return f"Share{{{self._rate}}}"


class Tracing:
    """`endpoint` is a collector's base address; the rest, such as headers, say the library's OTEL_ variables."""

    def __init__(self, endpoint: str, rate: float) -> None:
        share = _Share(rate)
        self._provider = TracerProvider(
            resource=Resource.create({SERVICE_NAME: "plaza", SERVICE_VERSION: VERSION}),
            # Whoever sends a `traceparent` joins our span to theirs; how many we keep stays our decision.
            sampler=ParentBased(share, remote_parent_sampled=share, remote_parent_not_sampled=share),
            shutdown_on_exit=False,
        )
        exporter = OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces")
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("plaza", VERSION)

    @contextmanager
    def request(self, note: RequestNotes, headers: Mapping[str, str]) -> Iterator[None]:
        with self._span("POST /graphql", SpanKind.SERVER, _callers(headers)) as span:
            note.trace_id = _trace_of(span)
            try:
                yield
            finally:
                _describe(span, note)

    @contextmanager
    def job(self, note: RequestNotes) -> Iterator[None]:
        with self._span(f"job {note.operation.name}", SpanKind.CONSUMER) as span:
            note.trace_id = _trace_of(span)
            yield

    @contextmanager
    def loading(self, name: str, keys: int) -> Iterator[None]:
        if not get_current_span().is_recording():
            yield
            return
        with self._span(f"load {name}", SpanKind.INTERNAL) as span:
            span.set_attribute("plaza.loader.keys", keys)
            yield

    def statement(self, sql: str, seconds: float, error: BaseException | None) -> None:
        attributes = {"db.system.name": "postgresql", "db.query.text": sql}
        self._past("SQL", attributes, seconds, error)

    def command(self, command: str, seconds: float, error: BaseException | None) -> None:
        attributes = {"db.system.name": "redis", "db.operation.name": command}
        self._past(command, attributes, seconds, error)

    def close(self) -> None:
        """Send what is left; blocks."""
        self._provider.shutdown()

    @contextmanager
    def _span(self, name: str, kind: SpanKind, parent: Context | None = None) -> Iterator[Span]:
        # The library would tell an error's text, in the status as well as in an event.
        with self._tracer.start_as_current_span(
            name, parent, kind, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield span
            except BaseException as error:
                _mark(span, error)
                raise

    def _past(self, name: str, attributes: dict[str, str], seconds: float, error: BaseException | None) -> None:
        if not get_current_span().is_recording():
            return
        now = time.time_ns()
        span = self._tracer.start_span(
            name, kind=SpanKind.CLIENT, attributes=attributes, start_time=now - int(seconds * 1e9)
        )
        if error is not None:
            _mark(span, error)
        span.end(now)


def _callers(headers: Mapping[str, str]) -> Context:
    # Without `tracestate`: every span would carry it, however long.
    return _PROPAGATOR.extract({"traceparent": headers.get("traceparent", "")})


def _trace_of(span: Span) -> str:
    return format(span.get_span_context().trace_id, "032x")


def _mark(span: Span, error: BaseException) -> None:
    span.set_attribute("error.type", type(error).__name__)
    span.set_status(_ERROR)


def _describe(span: Span, note: RequestNotes) -> None:
    """What is known only once the document has been read and answered."""
    kind, name = note.operation.kind, note.operation.name
    if kind is not None:
        span.update_name(f"{kind} {name}" if name else kind)
        span.set_attribute("graphql.operation.type", kind)
    if name is not None:
        span.set_attribute("graphql.operation.name", name)
    span.set_attribute("plaza.request_id", note.request_id)
    span.set_attribute("plaza.sql.statements", note.statements)
    if note.errors:
        span.set_attribute("plaza.errors", note.errors)
    if FAULTS.intersection(note.errors):
        span.set_status(_ERROR)
