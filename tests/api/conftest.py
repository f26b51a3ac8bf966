"""What tests of several operations look at besides rows."""

import asyncpg
import pytest

from schema.context import Services
from server.settings import Settings
from tests.letters import Mail


@pytest.fixture
def mail(settings: Settings, services: Services, owner: asyncpg.Connection) -> Mail:
    return Mail(settings, services, owner)
