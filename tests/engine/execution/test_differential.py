"""The engine beside graphql-core: generated cases, with the fall-through raising, answered alike.

`python -m tests.engine.execution NAME` shows the case that a failure names.
"""

import pytest

from engine.execution import execute, no_fallthrough
from tests.dose import IS_FULL
from tests.engine.execution.cases import DOCUMENTS, RUNS, cases
from tests.engine.execution.comparing import differences

SCHEMAS = {"small": 26, "full": 338}
AT_ONCE = 13

pytestmark = pytest.mark.usefixtures("settled")


@pytest.mark.parametrize("first", range(0, SCHEMAS["full" if IS_FULL else "small"], AT_ONCE))
async def test_the_engine_answers_as_graphql_core_does(first: int) -> None:
    for case in cases(range(first, first + AT_ONCE)):
        with no_fallthrough():
            found = await differences(case, execute)
        assert not found, f"python -m tests.engine.execution {case}: {found}"


def test_the_doses_are_large_enough() -> None:
    assert SCHEMAS["small"] * DOCUMENTS * RUNS >= 1_500
    assert SCHEMAS["full"] * DOCUMENTS * RUNS >= 20_000
