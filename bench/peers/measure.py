"""`make bench-peers`: one page, made by hand, by Plaza and by other servers, in interleaved rounds."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench import executor, report
from bench.harness import ROUNDS
from bench.networks import copy_of, say, stores
from bench.peers import endurance, tables
from bench.peers.agreement import agree
from bench.peers.clients import CLIENTS
from bench.peers.contenders import NAMES, contenders, node_version
from bench.peers.lanes import Lane
from bench.peers.rounds import measure
from bench.processes import cores, on_cores

RESULTS = Path(__file__).parent.parent / "results"
SECONDS = 3.0
WARMING = 2000

_PEERS = """# Peers

{machine}

{versions}. {rounds} interleaved rounds of {seconds:g} s; medians, and of ratios the median of those of each round.

A page of 20 posts of the public feed with authors, counters and what the viewer likes, from the same PostgreSQL by
the same three statements; Plaza itself sends its own. All answers were found equal before. Each server is one
process on one core, and is asked by {clients} clients from another, where PostgreSQL is too. CPU is that of the
process for one request. Made by `make bench-peers`; `docs/performance.md` says how.

{table}

![CPU of a page](peers.png)

## Targets

Beside servers that use their driver as most people do, and the same beside those that were tuned for this race,
to which nothing is held; `docs/performance.md` tells how they differ.

{targets}

## The executor alone

In one process, in turns, without HTTP, SQL and JSON; the page is compared with that of Strawberry. CPU.

{executor}
"""
_ENDURANCE = """# Endurance

{machine}

{versions}. Resident memory of one process. Made by `make bench-peers PEERS=--endurance`.

{table}
"""


def main() -> None:
    wanted = _arguments()
    wanted.results.mkdir(parents=True, exist_ok=True)
    missed = _endurance(wanted) if wanted.endurance else _peers(wanted)
    if missed:
        sys.exit("\n".join(missed))


def _peers(wanted: argparse.Namespace) -> list[str]:
    machine = report.machine()
    with _lanes(wanted.people, NAMES) as lanes:
        with _agreeing(lanes):
            pass  # each round has new ones
        rounds = measure(lanes, rounds=wanted.rounds, seconds=wanted.seconds, warming=wanted.warming, progress=say)
    say("the executor alone")
    speeds = executor.speeds(wanted.rounds)
    text = _PEERS.format(
        machine=machine,
        versions=_versions(),
        rounds=wanted.rounds,
        seconds=wanted.seconds,
        clients=CLIENTS,
        table=tables.table(rounds),
        targets=tables.targets(rounds),
        executor=executor.table(speeds),
    )
    _write(wanted.results / "peers.md", text)
    tables.plot(rounds, wanted.results / "peers.png")
    return [*tables.missed(rounds), *executor.missed(speeds)]


def _endurance(wanted: argparse.Namespace) -> list[str]:
    machine = report.machine()
    with _lanes(wanted.people, endurance.NAMES) as lanes, _agreeing(lanes):
        held = endurance.endure(lanes, wanted.endurance, say)
    table = endurance.table(held, wanted.endurance)
    _write(wanted.results / "endurance.md", _ENDURANCE.format(machine=machine, versions=_versions(), table=table))
    return list(endurance.missed(held))


@contextmanager
def _lanes(people: int, names: Sequence[str]) -> Iterator[list[Lane]]:
    """All for the first core; PostgreSQL, Valkey and whoever asks are on the last."""
    mine = cores()
    with on_cores(mine[-1:]), stores() as servers:
        network = copy_of(servers, people)
        yield [Lane(contender, mine[:1]) for contender in contenders(network, names)]


@contextmanager
def _agreeing(lanes: Sequence[Lane]) -> Iterator[None]:
    """All of them run, and were found to answer the same."""
    with ExitStack() as stack:
        for lane in lanes:
            say(f"starting {lane.name}")
            stack.enter_context(lane)
        say("comparing what they answer")
        agree(lanes)
        yield


def _versions() -> str:
    return f"{report.versions('graphql-core', 'asyncpg', 'uvicorn', 'orjson')}, Node.js {node_version()}"


def _write(file: Path, text: str) -> None:
    file.write_text(text)
    print(text)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-peers", description=__doc__)
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--warming", metavar="REQUESTS", type=int, default=WARMING)
    parser.add_argument(
        "--endurance",
        metavar="REQUESTS",
        type=int,
        nargs="?",
        const=endurance.REQUESTS,
        help="compare the memory of Plaza and of its engine after so many requests with that after a tenth",
    )
    parser.add_argument("--results", type=Path, default=RESULTS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
