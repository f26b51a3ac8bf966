"""`make load` and the report of `make bench`, as they are run; both need the dependencies of the group `bench`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.harness import Sample
from server.local import LocalServers
from tests.servers import ROOT

pytestmark = pytest.mark.outside


def test_a_small_crowd_is_served_and_told_of(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    folder = tmp_path / "plaza"
    arguments = ["--people", "100", "--users", "5", "--seconds", "10", "--no-search"]
    try:
        done = subprocess.run(
            [sys.executable, "-m", "bench.load", *arguments],
            cwd=ROOT,
            env={**os.environ, "PLAZA_FOLDER": str(folder)},
            capture_output=True,
            text=True,
            timeout=300,
        )
    finally:
        LocalServers(folder / "bench", durable=True).erase()
    # How quickly is not asked of a machine that does other things as well.
    assert "requests/s; 0.00% failed" in done.stdout, done.stdout + done.stderr
    assert "home_feed" in done.stdout
    assert "SQL: " in done.stdout
    assert "statements, p95" in done.stdout
    steps = [
        "Starting PostgreSQL",
        "Making a network of 100 people",
        "Letting PostgreSQL",
        "Copying",
        "Starting a Plaza",
    ]
    assert [step for line in done.stderr.splitlines() for step in steps if line.startswith(step)] == steps


def test_load_is_refused_for_any_other_machine() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench.load", "--url", "http://plaza.example"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "loopback" in done.stderr


def test_the_report_compares_and_draws(tmp_path: Path) -> None:
    from bench import report

    names = ["small", "large"]
    found = {("read", name): Sample(name, "read", cpu, 1, 3, 4) for name, cpu in zip(names, (2, 3), strict=True)}
    head, _, row = report.table(found, names).splitlines()
    assert head.split(" | ")[1:4] == ["server CPU ms, small", "server CPU ms, large", "ratio"]
    assert row == "| `read` | 2.0 | 3.0 | 1.50 | 1.0 | 1.0 | 1.00 | 3.0 | 3.0 | 4.0 | 4.0 |"
    report.plot(found, names, tmp_path / "plot.png")
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")
