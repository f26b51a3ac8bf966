"""`make load`: people use a served Plaza for a minute, and it keeps its targets or not."""

import argparse
import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import ceil
from urllib.parse import urlsplit

import psutil

from auth.tokens import AccessTokens
from bench import targets
from bench.networks import copy_of, database_log, database_pid, say, stores
from bench.plaza import COMMAND, READERS, access_tokens
from bench.processes import running
from bench.readers import readers
from bench.sql_times import SETTINGS
from bench.stage import Figures, Stage, Target, run
from server.environment import environment
from server.settings import Settings
from tests.serving import free_port

_STEP = 1.25  # from one crowd of the search to the next
_STEP_SECONDS = 12
_MOST_STEPS = 12


def main() -> None:
    wanted = _arguments()
    with _given(wanted.url) if wanted.url else _own(wanted.people) as target:
        print(f"{wanted.users} people at once for {wanted.seconds} s at {target.url} ...", flush=True)
        stage = run(target, users=wanted.users, seconds=wanted.seconds)
        if stage.total.requests:
            _tell(stage)
        missed = list(targets.missed(stage))
        if wanted.search and not missed:
            _search(target, stage)
    if missed:
        sys.exit("Missed: " + "; ".join(missed) + ".")
    print("Every target was kept.")


@contextmanager
def _own(people: int) -> Iterator[Target]:
    """A `plaza serve` on a fresh copy of a demonstration network."""
    with stores(SETTINGS) as servers:
        network = copy_of(servers, people)
        url = f"http://127.0.0.1:{free_port()}"
        port = str(urlsplit(url).port)
        say("Starting a Plaza on it ...")
        with running(COMMAND, {**network.environment, "PORT": port}, f"{url}/readyz") as server:
            yield Target(
                url,
                server,
                asyncio.run(readers(network.owner_url, READERS)),
                access_tokens(),
                database_log(servers),
                psutil.Process(database_pid(servers)),
            )


@contextmanager
def _given(url: str) -> Iterator[Target]:
    """A Plaza that runs on this machine already, with the stores that `plaza` finds in this environment."""
    where = urlsplit(url)
    if where.hostname not in ("localhost", "127.0.0.1", "::1"):
        sys.exit("Load is for a Plaza on this machine alone: name a loopback address.")
    with environment() as found:
        found.wait_ready()
        settings = Settings()
        tokens = AccessTokens(settings.keys, settings.issuer, settings.audience)
        people = asyncio.run(readers(settings.owner_url, READERS))
        yield Target(url.rstrip("/"), _listener(where.port or 80), people, tokens)


def _listener(port: int) -> psutil.Process:
    for connection in psutil.net_connections("tcp"):
        if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port and connection.pid:
            return psutil.Process(connection.pid)
    sys.exit(f"Nothing listens on port {port}.")


def _search(target: Target, stage: Stage) -> None:
    """Larger crowds until a target is missed: what one process carries on this machine."""
    print(f"\nLarger crowds, {_STEP_SECONDS} s each, until a target is missed:", flush=True)
    carried = stage
    for _ in range(_MOST_STEPS):
        tried = run(target, users=ceil(carried.users * _STEP), seconds=_STEP_SECONDS)
        missed = list(targets.missed(tried))
        print(
            f"  {tried.users:>5} people, {tried.rate:6.1f} requests/s, p95 {tried.total.p95:>5} ms, "
            f"server {tried.cpu:.2f} cores{': ' + missed[0] if missed else ''}",
            flush=True,
        )
        if missed:
            break
        carried = tried
    print(
        f"This process carried {carried.users} people at once, {carried.rate:.1f} requests/s, within the targets."
    )


def _tell(stage: Stage) -> None:
    print(f"\n{'operation':<16}{'requests':>9}{'failed':>8}{'p50 ms':>8}{'p95 ms':>8}{'p99 ms':>8}")
    for name, figures in sorted(stage.operations.items(), key=lambda item: -item[1].requests):
        _row(name, figures)
    _row("all", stage.total)
    for error, times in stage.errors.items():
        print(f"  {times} × {error}")
    print(f"\n{stage.rate:.1f} requests/s; {stage.total.error_rate:.2%} failed")
    print(
        f"Server: {stage.cpu:.2f} cores, {1000 * stage.cpu / stage.rate:.1f} ms of CPU a request, "
        f"{stage.memory / 2**20:.0f} MiB"
    )
    if stage.database_cpu is not None:
        print(f"PostgreSQL: {stage.database_cpu:.2f} cores")
    if stage.sql is None or stage.sql_p95 is None:
        print("SQL: not measured, the server's log is not at hand")
    else:
        print(f"SQL: {len(stage.sql)} statements, p95 {stage.sql_p95:.2f} ms, longest {max(stage.sql):.1f} ms")


def _row(name: str, figures: Figures) -> None:
    print(f"{name:<16}{figures.requests:>9}{figures.failures:>8}{figures.p50:>8}{figures.p95:>8}{figures.p99:>8}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make load", description=__doc__)
    parser.add_argument("--users", type=_within(1, 5000), default=100, help="people at once, in the mean")
    # Access tokens live for ten minutes, and each person has one.
    parser.add_argument("--seconds", type=_within(5, 500), default=60, help="how long it counts")
    parser.add_argument("--people", type=_within(100, 200_000), default=2000, help="of the network it makes")
    parser.add_argument("--url", default="", help="a Plaza that runs already, on this machine")
    parser.add_argument("--no-search", dest="search", action="store_false", help="no larger crowds afterwards")
    return parser.parse_args()


def _within(least: int, most: int) -> Callable[[str], int]:
    def parsed(text: str) -> int:
        if not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"from {least} to {most}")
        return int(text)

    return parsed


if __name__ == "__main__":
    main()
