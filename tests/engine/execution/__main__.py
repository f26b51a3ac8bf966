"""Shows one case: `python -m tests.engine.execution 12.3.1`, by the name that a failure tells."""

import asyncio
import json
import sys

from graphql import execute as core
from graphql import print_schema

from engine.execution import execute, no_fallthrough
from tests.engine.execution.answers import answer
from tests.engine.execution.cases import Case
from tests.engine.execution.comparing import differences


async def show(case: Case) -> None:
    world = case.world()
    print(print_schema(case.schema), case.question.written.text, json.dumps(case.variables, indent=2), sep="\n\n")
    print(f"\n{world.faults} % wrong, {world.waits} % awaitable\n")
    print("graphql-core:", await answer(case, core), sep="\n")
    with no_fallthrough():
        print("\ndifferences:", *await differences(case, execute), sep="\n")


asyncio.run(show(Case.named(sys.argv[1])))
