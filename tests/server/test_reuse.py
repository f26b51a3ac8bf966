"""A stolen refresh token: whoever uses it second ends the family, at once and in every process."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from schema.context import Services
from server.settings import Settings
from tests.api.accounts import OVER
from tests.factories import PASSWORD, Make
from tests.serving import Served, serving

pytestmark = pytest.mark.outside

_TOKENS = "session { accessToken refreshToken }"
_LOGIN = (
    f'mutation {{ login(input: {{usernameOrEmail: "ada", password: "{PASSWORD}"}})'
    f" {{ ... on LoginPayload {{ {_TOKENS} }} }} }}"
)


@pytest.fixture
def two(settings: Settings) -> Iterator[tuple[Served, Served]]:
    """Two processes of `plaza serve` over this worker's stores."""
    given = {
        "DATABASE_URL": settings.database_url.get_secret_value(),
        "MIGRATION_DATABASE_URL": settings.owner_url,
        "REDIS_URL": settings.redis_url.get_secret_value(),
        "SIGNING_KEYS": settings.signing_keys.get_secret_value(),
    }
    with (
        tempfile.TemporaryDirectory(prefix="plaza-reuse-") as folder,
        serving(Path(folder), **given) as one,
        serving(Path(folder), **given) as other,
    ):
        yield one.wait_ready(), other.wait_ready()


def refresh(served: Served, token: str) -> Any:
    document = (
        f'mutation {{ refreshSession(input: {{refreshToken: "{token}"}})'
        f" {{ __typename ... on RefreshSessionPayload {{ {_TOKENS} }} ... on UserError {{ message }} }} }}"
    )
    return served.ask(document)["data"]["refreshSession"]


def is_in(served: Served, token: str) -> bool:
    return "data" in served.ask("{ viewer { username } }", token)


async def test_reuse_after_eleven_seconds_ends_the_family_and_its_access_tokens_everywhere(
    two: tuple[Served, Served], services: Services, make: Make, owner: asyncpg.Connection
) -> None:
    one, other = two
    await make.user("ada")
    stolen = one.ask(_LOGIN)["data"]["login"]["session"]
    first = refresh(one, stolen["refreshToken"])["session"]
    access = [stolen["accessToken"], first["accessToken"]]
    assert [is_in(served, token) for served in two for token in access] == [True] * 4
    await owner.execute("UPDATE refresh_tokens SET used_at = used_at - interval '11 s'")
    assert refresh(other, stolen["refreshToken"]) == OVER
    assert [is_in(served, token) for served in two for token in access] == [False] * 4
    assert refresh(one, first["refreshToken"]) == OVER
