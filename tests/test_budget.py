"""What each hot operation asks of PostgreSQL on one seeded network: statements, rows and buffers, never time.

`tests/budget.json` holds the figures of five readers together. Run with `PLAZA_SNAPSHOT=write` to write them anew.
"""

import json
from pathlib import Path

from bench.networks import MOMENT, settle
from bench.operations import OPERATIONS
from bench.readers import readers
from server import demo
from server.settings import Settings
from tests.conftest import Empty
from tests.operation_costs import PEOPLE_NEEDED, Cost, costs
from tests.servers import Addresses, clone, drop
from tests.snapshots import WRITES

BUDGET = Path(__file__).parent / "budget.json"
# So few that ANALYZE looks at every row of every table (it takes 30,000): its figures, and with them the plans,
# are then the same everywhere.
PEOPLE = 300
# Statements and rows are exact. Pages are not quite: where a row lies and how full a page is depend on
# PostgreSQL's release, on the bytes of a hash, on a plan's choice between equals. A read that lost its index, or
# a list read whole, costs several times as much.
TOLERANCE = 1.25
# A connection that was lost on a busy machine has its plans to make again, and other ones. Each attempt begins
# with the network as it was seeded and with the same people, so that it can be right.
_ATTEMPTS = 3


async def test_no_hot_operation_costs_more_than_its_budget(
    addresses: Addresses, settings: Settings, worker_number: int, fresh_limits: Empty
) -> None:
    name = f"budget_{worker_number}"
    budget = json.loads(BUDGET.read_text())
    differences: list[str] = []
    for attempt in range(1, _ATTEMPTS + 1):
        await fresh_limits()
        found = await _measured(name, addresses, settings)
        await drop(addresses, name)
        if WRITES:
            budget = found
            BUDGET.write_text(json.dumps(found, indent=2) + "\n")
        lines = compared(budget, found)
        if not lines:
            return
        differences += [f"attempt {attempt}:", *lines]
    raise AssertionError("\n".join([*differences, f"{BUDGET.name} is written anew by PLAZA_SNAPSHOT=write."]))


async def _measured(name: str, addresses: Addresses, settings: Settings) -> dict[str, Cost]:
    """The costs on a database of its own with the network in it: no plan or page in it has a history."""
    await clone(addresses, name)
    await demo.seed(addresses.owner.format(database=name), people=PEOPLE, now=MOMENT)
    await settle(addresses.superuser.format(database=name))
    people = await readers(addresses.owner.format(database=name), PEOPLE_NEEDED)
    return await costs(name, addresses, settings, OPERATIONS, people)


def compared(budget: dict[str, Cost], found: dict[str, Cost]) -> list[str]:
    """A line for each figure that is not its budget's; also where it fell, for a loose budget hides a rise."""
    lines = [f"{name:<16} is only on one side" for name in sorted(budget.keys() ^ found.keys())]
    for name in sorted(budget.keys() & found.keys()):
        for figure, allowed in budget[name].items():
            now = found[name][figure]
            slack = TOLERANCE if figure == "buffers" else 1
            if not allowed / slack <= now <= allowed * slack:
                lines.append(f"{name:<16} {figure:<10} {allowed:>7} → {now:<7} {now / max(allowed, 1):.2f}×")
    return lines


def test_a_statement_more_a_row_more_and_many_pages_more_are_told() -> None:
    budget = {"home_feed": {"statements": 20, "rows": 100, "buffers": 1000}}
    assert compared(budget, budget) == []
    assert compared(budget, {"home_feed": {"statements": 20, "rows": 100, "buffers": 1200}}) == []
    lines = compared(budget, {"home_feed": {"statements": 21, "rows": 99, "buffers": 1300}, "new": {}})
    assert [line.split()[:2] for line in lines] == [
        ["new", "is"],
        ["home_feed", "statements"],
        ["home_feed", "rows"],
        ["home_feed", "buffers"],
    ]
