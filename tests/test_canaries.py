"""The plugin sees what is secret at every way out, and in nothing else."""

import logging
import secrets
from collections.abc import Callable

import pytest
import structlog
from graphql import GraphQLError
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import CollectorRegistry, Gauge

from auth.tokens import AccessTokens, new_refresh_token
from server.errors import formatted
from server.logging import RequestNotes, notes, tell
from server.telemetry import exposition
from server.telemetry.reports import Reports
from tests.canaries import SIGNING_KEY, canaries
from tests.factories import PASSWORD


def log(secret: str) -> None:
    structlog.get_logger("planted").warning("planted", value=f"it is {secret}!")


def log_with_arguments(secret: str) -> None:
    logging.getLogger("planted").warning("%s", {"headers": f"Bearer {secret}"})


def log_an_error(secret: str) -> None:
    try:
        raise ValueError(secret)
    except ValueError:
        structlog.get_logger("planted").exception("planted")


def log_a_request(secret: str) -> None:
    tell(RequestNotes("test-request"), method="GET", path=f"/{secret}", status=200, seconds=0.1)


def refuse(secret: str) -> None:
    reset = notes.set(RequestNotes("test-request"))
    formatted([GraphQLError(f"no such thing: {secret}")])
    notes.reset(reset)


def trace(secret: str) -> None:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(InMemorySpanExporter()))
    with provider.get_tracer("planted").start_as_current_span("planted") as span:
        span.set_attribute("value", secret)
    provider.shutdown()


def report(secret: str) -> None:
    reports = Reports("http://key@127.0.0.1:9/1", "test")
    reports.send(ValueError(secret), None)
    reports.close()


def measure(secret: str) -> None:
    registry = CollectorRegistry()
    Gauge("planted", "Planted.", ["value"], registry=registry).labels(secret).set(1)
    vars(exposition)["generate_latest"](registry)


WAYS = [log, log_with_arguments, log_an_error, log_a_request, refuse, trace, report, measure]


@pytest.mark.parametrize("leave", WAYS)
@pytest.mark.parametrize(
    "secret",
    [
        PASSWORD,
        SIGNING_KEY,
        new_refresh_token(),
        secrets.token_bytes(32).hex(),
        AccessTokens({"k": b"k" * 32}, "plaza", "plaza").issue(1, 2).token,
    ],
    ids=["password", "key", "refresh token", "bytes", "access token"],
)
def test_a_planted_secret_is_seen(leave: Callable[[str], None], secret: str) -> None:
    leave(secret)
    seen = canaries.take()
    assert {line.partition(":")[0] for line in seen} & {"log", "error", "span", "report", "metrics"}


@pytest.mark.parametrize("leave", WAYS)
def test_what_is_not_secret_is_not_seen(leave: Callable[[str], None]) -> None:
    leave("0123456789abcdef-correct-horse-battery")
    assert canaries.take() == []
