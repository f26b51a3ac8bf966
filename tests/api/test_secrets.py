"""No password, token or address is ever written down, whatever happens to the request that carries it."""

import logging
from collections.abc import Iterator
from io import StringIO

import asyncpg
import httpx
import pytest
from structlog.typing import EventDict

import server.logging
from server.logging import _json
from tests.api.accounts import (
    CANCEL_DELETION,
    CHANGE_PASSWORD,
    DELETE_ACCOUNT,
    LOGIN,
    LOGOUT,
    REFRESH,
    REGISTER,
    VIEWER,
    post,
)

FIRST, SECOND, WRONG = "canary battery one", "canary battery two", "canary battery three"
ADDRESS = "canary@example.org"


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[StringIO]:
    """Every line of the log as it is written, down to the libraries' own remarks."""
    lines, root = StringIO(), logging.getLogger()
    copy = logging.StreamHandler(lines)
    copy.setFormatter(root.handlers[0].formatter)
    level = root.level
    root.addHandler(copy)
    root.setLevel(logging.DEBUG)

    def write(event: EventDict) -> str:
        line = _json(event)
        lines.write(line)
        return line

    monkeypatch.setattr(server.logging, "_json", write)
    yield lines
    root.setLevel(level)
    root.removeHandler(copy)


async def _live(client: httpx.AsyncClient) -> list[str]:
    """A short life with an account; the tokens it had."""
    account = {"username": "ada", "email": ADDRESS, "password": FIRST}
    who = {"usernameOrEmail": ADDRESS, "password": FIRST}
    await post(client, REGISTER, input=account)
    await post(client, REGISTER, input={**account, "username": "bob"})
    await post(client, REGISTER, input={**account, "surprise": FIRST})
    await post(client, LOGIN, input={**who, "password": WRONG})
    await post(client, LOGIN, input={**who, "password": [FIRST]})
    await post(client, LOGIN, input=who)
    session = (await post(client, LOGIN, input={**who, "usernameOrEmail": "ada"}))["data"]["login"]["session"]
    access, token = session["accessToken"], session["refreshToken"]
    answer = await post(client, REFRESH, input={"refreshToken": token})
    newest = answer["data"]["refreshSession"]["session"]["refreshToken"]
    await post(client, CHANGE_PASSWORD, access, input={"currentPassword": WRONG, "newPassword": SECOND})
    await post(client, CHANGE_PASSWORD, access, input={"currentPassword": FIRST, "newPassword": SECOND})
    await post(client, DELETE_ACCOUNT, access, input={"password": SECOND})
    await post(client, CANCEL_DELETION, input={**who, "password": SECOND})
    await post(client, LOGOUT, access, input={"refreshToken": newest})
    await post(client, VIEWER, access)
    return [access, token, newest]


async def test_nothing_secret_is_logged_or_kept(
    client: httpx.AsyncClient, owner: asyncpg.Connection, written: StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    secrets = [FIRST, SECOND, WRONG, *await _live(client)]
    log = written.getvalue() + "".join(capfd.readouterr())
    assert log.count('"event":"request"') >= 13
    assert [secret for secret in [*secrets, ADDRESS] if secret in log] == []
    for table in ("audit_log", "sessions", "refresh_tokens", "users", "credentials"):
        text = await owner.fetchval(f"SELECT string_agg({table}::text, ' ') FROM {table}")
        assert [secret for secret in secrets if secret in text] == []
        assert (ADDRESS in text) == (table == "credentials")


async def test_a_statement_that_fails_does_not_tell_what_it_carried(
    client: httpx.AsyncClient, owner: asyncpg.Connection, written: StringIO
) -> None:
    await owner.execute("ALTER TABLE credentials RENAME TO hidden")
    try:
        account = {"username": "ada", "email": ADDRESS, "password": FIRST}
        answer = await post(client, REGISTER, input=account)
    finally:
        await owner.execute("ALTER TABLE hidden RENAME TO credentials")
    assert answer["errors"][0]["extensions"]["code"] == "INTERNAL"
    log = written.getvalue()
    assert '"event":"unexpected_error"' in log
    assert [secret for secret in (FIRST, ADDRESS, "$argon2id$") if secret in log] == []
