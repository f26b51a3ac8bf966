"""What telemetry adds to a request, in function calls, which are the same on a busy machine."""

import sys
from typing import Any

import pytest
from pydantic import SecretStr

from schema.operation import Operation
from server.logging import RequestNotes, notes
from server.settings import Settings
from server.telemetry import Telemetry

# Off, nothing but the watch that does nothing; a microsecond is ten calls or so.
OFF, SLOW_LOG, METRICS = 8, 20, 60


def calls(telemetry: Telemetry) -> int:
    """Of a request with three statements, each with its wait for a connection, and one command to Redis."""
    watch, observer = telemetry.watch, telemetry.observer
    made = 0

    def request() -> None:
        with watch({}):
            if observer is not None:
                for _ in range(3):
                    observer.waited("reads", 0.0001)
                    observer.ran("SELECT 1", 0.001, None)
                observer.asked("EVALSHA", 0.0005, None)

    def count(_: Any, event: str, __: Any) -> None:
        nonlocal made
        made += event in ("call", "c_call")

    reset = notes.set(RequestNotes("request-1", Operation("Home", "query")))
    request()  # what is made once is not counted
    before = sys.getprofile()
    sys.setprofile(count)
    try:
        request()
    finally:
        sys.setprofile(before)
        notes.reset(reset)
    return made


@pytest.mark.parametrize(
    ("changes", "most"),
    [
        ({"slow_statement_ms": 0}, OFF),
        ({}, SLOW_LOG),
        ({"metrics_token": SecretStr("t")}, METRICS),
    ],
    ids=["off", "slow statements", "metrics"],
)
def test_a_request_costs_few_calls(settings: Settings, changes: dict[str, Any], most: int) -> None:
    assert 0 < calls(Telemetry(settings.model_copy(update=changes))) <= most
