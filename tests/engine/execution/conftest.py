"""Cleans up after graphql-core: what a null made needless it leaves running, or never awaits at all."""

import asyncio
import gc
from collections.abc import AsyncIterator

import pytest

_FORGIVEN = (
    "ignore:coroutine .* was never awaited:RuntimeWarning",
    # Where the garbage happens to be collected in code that cannot even warn.
    "ignore::pytest.PytestUnraisableExceptionWarning",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "settled" in getattr(item, "fixturenames", ()):
            for forgiven in _FORGIVEN:
                item.add_marker(pytest.mark.filterwarnings(forgiven))


@pytest.fixture
async def settled() -> AsyncIterator[None]:
    """For a test that lets graphql-core execute: it ends when all is done and swept up."""
    others = asyncio.all_tasks()
    yield
    left = asyncio.all_tasks() - others - {asyncio.current_task()}
    await asyncio.gather(*left, return_exceptions=True)
    gc.collect()
