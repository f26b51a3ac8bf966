"""The engine beside graphql-core: generated cases, with the fall-through raising, answered alike.

`python -m tests.engine.execution NAME` shows the case that a failure names. The full dose runs in processes of its
own: twenty thousand cases cover no more than some hundreds do, and measuring it takes longer than they do.
"""

import os
import subprocess
import sys

import pytest

from engine.execution import execute, no_fallthrough
from tests.dose import IS_FULL
from tests.engine.execution.cases import DOCUMENTS, RUNS, cases
from tests.engine.execution.comparing import differences
from tests.servers import ROOT

SMALL, FULL = 26, 338
AT_ONCE = 26


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("first", range(0, SMALL, 13))
async def test_the_engine_answers_as_graphql_core_does(first: int) -> None:
    for case in cases(range(first, first + 13)):
        with no_fallthrough():
            found = await differences(case, execute)
        assert not found, f"python -m tests.engine.execution {case}: {found}"


@pytest.mark.long
@pytest.mark.parametrize("first", range(SMALL, FULL if IS_FULL else 2 * SMALL, AT_ONCE))
def test_in_thousands_of_cases_as_well(first: int) -> None:
    schemas = f"{first}-{first + AT_ONCE - 1}"
    untraced = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    ran = subprocess.run(
        [sys.executable, "-m", "tests.engine.execution", schemas],
        cwd=ROOT,
        env=untraced,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_doses_are_large_enough() -> None:
    assert SMALL * DOCUMENTS * RUNS >= 1_500
    assert FULL * DOCUMENTS * RUNS >= 20_000
