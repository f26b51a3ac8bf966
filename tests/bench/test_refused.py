"""Every gate refuses what it is there for, and refusing costs next to nothing."""

import pytest
from starlette.applications import Starlette

from bench.refused import CASES, MILLISECONDS, Case, cost

# Of what `make figures` holds each to: the suite runs on slow and busy machines as well, and while coverage is
# measured every line takes several times as long.
TIMES = 10


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_is_refused_for_next_to_nothing(app: Starlette, case: Case) -> None:
    assert (await cost(app, case, tries=5)).milliseconds < TIMES * MILLISECONDS


def test_no_two_cases_are_called_the_same() -> None:
    assert len({case.name for case in CASES}) == len(CASES)
