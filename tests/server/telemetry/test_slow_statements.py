"""Statements that take long are logged with their operation and without what people sent."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from db.observing import Observer
from db.reads import Read, reads_in
from db.stores import open_stores
from db.transaction import write
from schema.operation import Operation
from server.logging import RequestNotes, notes
from server.settings import Settings
from server.telemetry import Telemetry
from server.telemetry.slow import QUIET, SlowStatements

SLEEP: Read[tuple[object]] = Read("SELECT pg_sleep(0.15), $1::text", ("secret",), list)


@contextmanager
def asking(name: str) -> Iterator[None]:
    reset = notes.set(RequestNotes("request-1", Operation(name, "query")))
    yield
    notes.reset(reset)


def slow(caplog: pytest.LogCaptureFixture) -> list[Any]:
    """What was logged of slow statements, without its time."""
    lines: list[Any] = [record.msg for record in caplog.records if record.name == "sql"]
    return [{name: line[name] for name in ("operation", "request_id", "sql", "untold", "level")} for line in lines]


def observer(settings: Settings) -> Observer:
    made = Telemetry(settings).observer
    assert made is not None
    return made


async def test_a_slow_statement_is_logged_once_with_its_operation(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    url, redis = settings.database_url.get_secret_value(), settings.redis_url.get_secret_value()
    async with open_stores(url, redis, observer=observer(settings)) as stores:
        with asking("Home"):
            await stores.reads.fetch(SLEEP, secret="geheim")
            await stores.reads.fetch(SLEEP, secret="geheim")
            await stores.reads.fetch(Read("SELECT 1", (), list))
        with asking("Say"):
            async with write(stores.sessions) as session:
                read = Read("SELECT pg_sleep(0.2)", (), list)
                await (await reads_in(session)).fetch(read)
    shared = {"request_id": "request-1", "untold": 0, "level": "warning"}
    assert slow(caplog) == [
        {"operation": "Home", "sql": "SELECT pg_sleep(0.15), $1::text", **shared},
        {"operation": "Say", "sql": "SELECT pg_sleep(0.2)", **shared},
    ]
    assert "geheim" not in caplog.text


def test_a_statement_that_stays_slow_is_told_again_with_how_often(caplog: pytest.LogCaptureFixture) -> None:
    moments = [0, 1, QUIET - 1, QUIET, QUIET + 1]
    statements = SlowStatements(0.1, clock=iter(moments).__next__)
    for _ in moments:
        statements.tell("SELECT 1", 0.2, None)
    assert [line["untold"] for line in slow(caplog)] == [0, 2]


def test_statements_of_any_number_are_remembered_in_bounded_memory() -> None:
    statements = SlowStatements(0.1)
    for number in range(3000):
        statements.tell(f"SELECT {number}", 0.2, None)
    assert len(statements._told) <= 1000
