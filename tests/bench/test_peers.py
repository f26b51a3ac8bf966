"""`make bench-peers` as it is run; needs the dependencies of the group `bench`, and Node.js."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bench.peers.lanes import Figures
from server.local import LocalServers
from tests.servers import ROOT

pytestmark = pytest.mark.outside

SERVERS = [
    "by hand, one statement",
    "by hand, three statements",
    "by hand, three statements, asyncpg's pool",
    "Plaza's engine alone",
    "Plaza: tokens, limits, metrics, logs",
    "Strawberry",
    "Mercurius",
    "Mercurius",
    "Apollo Server",
    "GraphQL Yoga",
]


def _bench(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    folder.chmod(0o755)
    plaza = folder / "plaza"
    try:
        return subprocess.run(
            [sys.executable, "-m", "bench.peers.measure", "--people", "100", "--results", folder, *arguments],
            cwd=ROOT,
            env={**os.environ, "PLAZA_FOLDER": str(plaza)},
            capture_output=True,
            text=True,
            timeout=600,
        )
    finally:
        LocalServers(plaza / "bench", durable=True).erase()


def _rows(file: Path) -> list[str]:
    """The first cell of each row of the first table."""
    return re.findall(r"^\| (.+?) \| \d", file.read_text().partition("\n## ")[0], re.MULTILINE)


def test_all_answer_the_same_and_have_a_row(tmp_path: Path) -> None:
    done = _bench(tmp_path, "--rounds", "1", "--seconds", "0.1", "--warming", "20")
    # Whoever answers otherwise ends the run before the first round.
    assert "round 1 of 1" in done.stderr, done.stderr
    rows = _rows(tmp_path / "peers.md")
    assert len(rows) == len(SERVERS)
    assert all(map(str.startswith, rows, SERVERS))
    assert (tmp_path / "peers.png").read_bytes().startswith(b"\x89PNG")


def test_the_engine_and_plaza_hold_what_they_held(tmp_path: Path) -> None:
    _bench(tmp_path, "--endurance", "200")
    assert _rows(tmp_path / "endurance.md") == ["engine", "plaza"]


def test_a_target_that_was_missed_is_said() -> None:
    from bench.peers import tables

    kept = {
        "engine": 0.4,
        "plaza": 0.85,
        "hand-written": 0.2,
        "hand-written-pool": 0.32,
        "mercurius": 1.0,
        "mercurius-unnamed": 1.0,
        "strawberry": 4.0,
    }
    assert list(tables.missed([_round(kept)])) == []
    assert len(list(tables.missed([_round(dict.fromkeys(kept, 1.0))]))) == 4
    assert "| Plaza's engine alone | by hand, three statements | 2.00 |  |" in tables.targets([_round(kept)])


def _round(cpu: dict[str, float]) -> dict[str, Figures]:
    return {name: Figures(each, 100, 10, 1e6) for name, each in cpu.items()}
