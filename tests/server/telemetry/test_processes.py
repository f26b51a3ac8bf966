"""Several processes behind one port of the API, each with a port of its own for its metrics."""

import os
import signal
import time
import urllib.request
from collections.abc import Set as AbstractSet
from pathlib import Path

import pytest

from tests.server.telemetry.serving import Scrape
from tests.serving import Served, free_port, serving_briefly

pytestmark = [pytest.mark.outside, pytest.mark.xdist_group("prometheus")]

STARTED = "process_start_time_seconds"


def scrape(port: int) -> Scrape | None:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            return Scrape(answer.read().decode())
    except OSError:
        return None


def started(ports: range, *, other_than: AbstractSet[float | None] = frozenset()) -> set[float | None]:
    """When the two processes began, once both tell and they are not the same two as before."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        told = [scrape(port) for port in ports]
        if all(told) and (found := {each(STARTED) for each in told if each}) != other_than:
            return found
        time.sleep(0.2)
    raise AssertionError(f"{ports} do not answer")


def a_worker_of(served: Served) -> int:
    pid = served.process.pid
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return next(int(each) for each in children if "spawn_main" in Path(f"/proc/{each}/cmdline").read_text())


def test_each_process_tells_of_itself_and_a_dead_ones_port_goes_to_its_successor() -> None:
    first = free_port()
    ports = range(first, first + 2)
    with serving_briefly(WORKERS="2", METRICS_PORT=str(first)) as served:
        served.wait_ready()
        both = started(ports)
        asked = 20
        for _ in range(asked):
            served.ask("query Home { viewer { id } }")
        counts = [told("plaza_requests_total", operation="Home") or 0 for told in map(scrape, ports) if told]
        assert sum(counts) == asked
        os.kill(a_worker_of(served), signal.SIGKILL)
        assert len(started(ports, other_than=both) & both) == 1
