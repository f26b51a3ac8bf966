"""`make bench`: every hot operation on networks of several sizes, or with a switch off and on, in turns."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import psutil

from bench import report
from bench.harness import ROUNDS, SECONDS, Contender, measure, medians
from bench.networks import copy_of, database_pid, say, stores
from bench.operations import OPERATIONS
from bench.plaza import plaza
from server.local import LocalServers

RESULTS = Path(__file__).parent / "results"
# Ten times the people may cost a request at most so much more of the server's CPU: its work is a page's.
MOST_GROWTH = 1.5

_TEXT = """# {title}

{machine}

{versions}. {rounds} interleaved rounds of {seconds:g} s an operation and contender; medians.

CPU is what one request costs the process of `plaza serve` and, beside it, PostgreSQL; latency is what one client
sees that asks for one thing after another over a socket of this machine. The ratio is the last contender's figure
by the first one's. Made by `make bench`; `docs/performance.md` says how.

{table}

![CPU of each operation]({name}.png)
"""


def main() -> None:
    wanted = _arguments()
    machine = report.machine()
    with stores() as servers:
        contenders = _switched(servers, wanted) if wanted.switch else _sizes(servers, wanted)
        samples = measure(contenders, rounds=wanted.rounds, seconds=wanted.seconds, progress=say)
    found, names = medians(samples), [contender.name for contender in contenders]
    _write(wanted, machine, report.table(found, names))
    report.plot(found, names, wanted.results / f"{wanted.name}.png")
    grown = [] if wanted.switch else _grown(found, names)
    if grown:
        sys.exit(f"Costs more than {MOST_GROWTH:g} times as much in the larger network: {', '.join(grown)}.")


def _sizes(servers: LocalServers, wanted: argparse.Namespace) -> list[Contender]:
    database = psutil.Process(database_pid(servers))
    return [plaza(f"{people:,} people", copy_of(servers, people), database=database) for people in wanted.people]


def _switched(servers: LocalServers, wanted: argparse.Namespace) -> list[Contender]:
    """The same Plaza twice, the second with variables that the first has not."""
    database = psutil.Process(database_pid(servers))
    given = dict(each.split("=", 1) for each in wanted.switch)
    without, with_it = (copy_of(servers, wanted.people[0], number=number) for number in (1, 2))
    return [
        plaza("without", without, database=database),
        plaza(f"with {', '.join(given)}", with_it, database=database, **given),
    ]


def _write(wanted: argparse.Namespace, machine: str, table: str) -> None:
    text = _TEXT.format(
        title=wanted.name.capitalize(),
        name=wanted.name,
        machine=machine,
        versions=report.versions("strawberry-graphql", "graphql-core", "asyncpg", "sqlalchemy", "uvicorn"),
        rounds=wanted.rounds,
        seconds=wanted.seconds,
        table=table,
    )
    wanted.results.mkdir(parents=True, exist_ok=True)
    (wanted.results / f"{wanted.name}.md").write_text(text)
    print(text)


def _grown(found: report.Medians, names: Sequence[str]) -> list[str]:
    return [
        operation.name
        for operation in OPERATIONS
        if found[operation.name, names[-1]].cpu > MOST_GROWTH * found[operation.name, names[0]].cpu
    ]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--people", type=int, nargs="+", default=[2000, 20_000])
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument(
        "--switch", metavar="NAME=VALUE", nargs="+", help="compare without and with these variables instead"
    )
    parser.add_argument("--name", default="operations", help="of the files that are written")
    parser.add_argument("--results", type=Path, default=RESULTS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
