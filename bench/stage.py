"""One stage of a load: a crowd of one size for some seconds, and what the server used meanwhile."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from auth.tokens import AccessTokens
from bench.harness import p95
from bench.processes import ROOT, cpu_seconds, family, memory
from bench.readers import Reader
from bench.sql_times import SqlTimes


@dataclass(frozen=True)
class Target:
    """A served Plaza and what is known of it; `log` and `database` are those of a PostgreSQL of our own."""

    url: str
    server: psutil.Process
    people: Sequence[Reader]
    tokens: AccessTokens
    log: Path | None = None
    database: psutil.Process | None = None


@dataclass(frozen=True)
class Figures:
    """Of one operation or of all: counts, and percentiles in milliseconds."""

    requests: int
    failures: int
    p50: int
    p95: int
    p99: int

    @property
    def error_rate(self) -> float:
        return self.failures / self.requests if self.requests else 0.0


@dataclass(frozen=True)
class Stage:
    """`cpu` and `database_cpu` are cores in use; `memory` is bytes; `sql` is each statement's milliseconds."""

    users: int
    seconds: float
    total: Figures
    operations: Mapping[str, Figures]
    errors: Mapping[str, int]
    cpu: float
    database_cpu: float | None
    memory: int
    sql: Sequence[float] | None

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.total.requests / self.seconds

    @property
    def sql_p95(self) -> float | None:
        return p95(self.sql) if self.sql else None


def run(target: Target, *, users: int, seconds: int) -> Stage:
    """So many people in the mean, for so long after a short warming."""
    crowd = subprocess.Popen(
        [sys.executable, "-m", "bench.crowd"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with crowd:
        assert crowd.stdin
        assert crowd.stdout
        json.dump(_plan(target, users, seconds), crowd.stdin)
        crowd.stdin.close()
        _expect(crowd, "counting")
        server, database = family(target.server), family(target.database) if target.database else []
        before, before_database = cpu_seconds(server), cpu_seconds(database)
        times = SqlTimes(target.log) if target.log else None
        _expect(crowd, "counted")
        cpu, database_cpu = cpu_seconds(server) - before, cpu_seconds(database) - before_database
        held, sql = memory(server), times.read() if times else None
        result = json.loads(crowd.stdout.readline())
    return Stage(
        users,
        seconds,
        Figures(**result["total"]),
        {name: Figures(**figures) for name, figures in result["operations"].items()},
        result["errors"],
        cpu / seconds,
        database_cpu / seconds if database else None,
        held,
        sql,
    )


def _plan(target: Target, users: int, seconds: int) -> dict[str, Any]:
    people = [
        {**reader.as_dict(), "token": target.tokens.issue(reader.id, reader.session_id).token}
        for reader in target.people
    ]
    return {"url": target.url, "users": users, "seconds": seconds, "seed": 2026, "people": people}


def _expect(crowd: "subprocess.Popen[str]", word: str) -> None:
    assert crowd.stdout
    said = crowd.stdout.readline().strip()
    if said != word:
        raise RuntimeError(f"The crowd said {said!r} instead of {word!r}.")
