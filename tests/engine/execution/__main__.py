"""Shows one case, or compares all cases of some schemas.

    python -m tests.engine.execution 12.3.1
    python -m tests.engine.execution 0-25

The first takes the name that a failure tells; the second says what differs, and ends with an error if anything
does.
"""

import asyncio
import json
import sys
import warnings

from graphql import execute as core
from graphql import print_schema

from engine.execution import execute, no_fallthrough
from tests.engine.execution.answers import answer
from tests.engine.execution.cases import Case, cases
from tests.engine.execution.comparing import differences


async def show(case: Case) -> None:
    world = case.world()
    print(print_schema(case.schema), case.question.written.text, json.dumps(case.variables, indent=2), sep="\n\n")
    print(f"\n{world.faults} % wrong, {world.waits} % awaitable\n")
    print("graphql-core:", await answer(case, core), sep="\n")
    with no_fallthrough():
        print("\ndifferences:", *await differences(case, execute), sep="\n")


async def compare(first: int, last: int) -> bool:
    is_equal = True
    for case in cases(range(first, last + 1)):
        with no_fallthrough():
            found = await differences(case, execute)
        if found:
            is_equal = False
            print(f"python -m tests.engine.execution {case}: {found}")
    return is_equal


asked = sys.argv[1]
if "-" in asked:
    # Of graphql-core: what a null made needless it never awaits.
    warnings.filterwarnings("ignore", "coroutine .* was never awaited", RuntimeWarning)
    sys.exit(not asyncio.run(compare(*map(int, asked.split("-")))))
asyncio.run(show(Case.named(asked)))
