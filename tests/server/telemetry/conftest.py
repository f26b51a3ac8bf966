"""Fixtures of telemetry's tests."""

from collections.abc import AsyncIterator

import pytest

from schema.context import Services
from server.settings import Settings
from tests.server.telemetry.serving import Watched, watched


@pytest.fixture
async def plaza(settings: Settings, services: Services) -> AsyncIterator[Watched]:
    """An application with metrics, over an empty database."""
    async with watched(settings) as plaza:
        yield plaza
