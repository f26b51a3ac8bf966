"""`make figures`: what each gate costs Plaza per request that it refuses."""

import sys
from pathlib import Path
from typing import Final

from bench import report
from bench.inside import measured, plaza
from bench.networks import Network
from bench.refused import CASES, MILLISECONDS, TRIES, Cost, cost

RESULT: Final = Path(__file__).parent / "results" / "refusals.md"
_PEOPLE: Final = 100

_TEXT: Final = """# Refusals

{machine}

{versions}. CPU of the process for one request through the whole application, without a socket, the least of
{tries}. A refusal has to cost at most {most:g} ms. Made by `make figures`; `bench/refused.py` has the requests.

| request | bytes | refused with | CPU ms |
|---|---:|---|---:|
{rows}
"""


def main() -> None:
    machine = report.machine()
    costs = measured(_PEOPLE, _measured)
    text = _TEXT.format(
        machine=machine,
        versions=report.versions("graphql-core", "orjson", "starlette"),
        tries=TRIES,
        most=MILLISECONDS,
        rows="\n".join(map(_row, costs)),
    )
    RESULT.write_text(text)
    print(text)
    dear = [each.case.name for each in costs if each.milliseconds > MILLISECONDS]
    if dear:
        sys.exit(f"Dearer than they may be: {', '.join(dear)}.")


async def _measured(network: Network) -> list[Cost]:
    async with plaza(network) as app:
        return [await cost(app, case) for case in CASES]


def _row(each: Cost) -> str:
    return f"| {each.case.name} | {each.size:,} | `{each.case.code}` | {each.milliseconds:.2f} |"


if __name__ == "__main__":
    main()
