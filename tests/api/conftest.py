"""Whom tests of several operations are about, and what they look at besides rows."""

import asyncpg
import pytest

from schema.context import Services
from server.settings import Settings
from tests.api import passkeys
from tests.authenticator import Authenticator
from tests.conftest import Api
from tests.factories import Make, Person
from tests.letters import Mail


@pytest.fixture
def mail(settings: Settings, services: Services, owner: asyncpg.Connection) -> Mail:
    return Mail(settings, services, owner)


@pytest.fixture
async def ada(make: Make) -> Person:
    return await make.user("ada")


@pytest.fixture
async def key(api: Api, ada: Person) -> Authenticator:
    """Ada's passkey."""
    key = Authenticator(step=1)
    assert (await passkeys.add(api, ada, key))["__typename"] == "AddPasskeyPayload"
    return key
