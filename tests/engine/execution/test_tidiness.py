"""What the engine promises besides: errors in the order of the response, one for each null, and no litter."""

import asyncio
import gc
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from engine.execution import execute, no_fallthrough
from tests.engine.execution.answers import PATIENCE, Path, Positions, answer
from tests.engine.execution.cases import cases

pytestmark = pytest.mark.long


async def test_errors_stand_in_the_order_of_the_response_and_each_null_has_one() -> None:
    counted = 0
    for case in cases(range(15)):
        with no_fallthrough():
            answered = await answer(case, execute)
        positions = Positions(case.question.kinds)
        faults = positions.outermost([fault for fault in answered.faults if fault.path is not None])
        made = [positions.nulled_by(fault) for fault in faults]
        assert made == [path for path in _nulls(answered.raw) if path in made], str(case)
        counted += len(faults)
    assert counted > 300


async def test_what_a_null_made_needless_ends_and_nothing_is_never_awaited() -> None:
    gc.collect()  # what other tests left
    gc.disable()
    others = asyncio.all_tasks()
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            for case in cases(range(13)):
                with no_fallthrough():
                    await answer(case, execute)
            async with asyncio.timeout(PATIENCE):
                await asyncio.gather(*(asyncio.all_tasks() - others), return_exceptions=True)
            gc.collect()
    finally:
        gc.enable()
    assert [str(warning.message) for warning in caught] == []


def _nulls(value: Any, path: Path = ()) -> Iterator[Path]:
    """Every place of an answer that holds nothing, as a reader comes by them."""
    if value is None:
        yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inside:
        yield from _nulls(each, (*path, key))
