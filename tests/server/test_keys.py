"""Keys: changed in three steps, as `plaza keys rotate` says them, while processes know different ones."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from schema.context import Services
from server.app import create_app
from server.cli import app
from server.keys import read, rotated
from server.mistakes import UserMistake
from server.settings import Settings
from tests.api.accounts import LOGIN, REFRESH, VIEWER, post
from tests.factories import PASSWORD, Make

OLD = "first:" + "0123456789abcdef" * 2


def after(value: str) -> str:
    return rotated(read(value)).value


def kids(value: str) -> list[str]:
    return list(read(value))


def test_the_new_key_is_learned_then_signs_then_stands_alone() -> None:
    learned = after(OLD)
    old, new = kids(learned)
    assert old == "first"
    signing, alone = after(learned), after(after(learned))
    assert (kids(signing), kids(alone)) == ([new, "first"], [new])
    assert {read(each)[new] for each in (learned, signing, alone)} == {read(learned)[new]}
    assert len(read(alone)[new]) == 43
    assert kids(after(alone))[0] == new


def test_keys_that_somebody_else_named_are_never_dropped_unasked() -> None:
    both = OLD + ",second:" + "f" * 40
    learned = after(both)
    assert kids(learned)[:2] == ["first", "second"]
    assert kids(after(learned)) == [kids(learned)[2], "first", "second"]


@pytest.mark.parametrize("value", ["x", ":secret", "kid:", "a:b,c"])
def test_what_is_no_list_of_keys_is_told(value: str) -> None:
    with pytest.raises(UserMistake, match="kid:secret"):
        read(value)


def test_the_command_prints_the_next_value_and_says_what_it_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNING_KEYS", OLD)
    ran = CliRunner().invoke(app, ["keys", "rotate"])
    assert ran.exit_code == 0
    assert ran.stdout.startswith(f"{OLD},k20")
    assert ran.stderr.startswith("Step 1 of 3")
    assert "first:" not in ran.stderr
    listed = CliRunner().invoke(app, ["keys", "list"])
    assert listed.stdout == "first  signs and verifies\n"


def test_without_keys_there_is_nothing_to_rotate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNING_KEYS", "")
    ran = CliRunner().invoke(app, ["keys", "rotate"])
    assert (ran.exit_code, ran.stderr) == (1, "SIGNING_KEYS is not set.\n")


@asynccontextmanager
async def process(settings: Settings, keys: str) -> AsyncIterator[httpx.AsyncClient]:
    served = create_app(Settings(**{**settings.model_dump(), "signing_keys": SecretStr(keys)}))
    async with (
        served.router.lifespan_context(served),
        httpx.AsyncClient(transport=httpx.ASGITransport(served), base_url="http://plaza.test") as client,
    ):
        yield client


async def tokens(client: httpx.AsyncClient, document: str, given: dict[str, str]) -> dict[str, str]:
    answer: Any = await post(client, document, input=given)
    found: dict[str, str] = next(iter(answer["data"].values()))["session"]
    return found


async def test_a_drill_signs_nobody_out(settings: Settings, services: Services, make: Make) -> None:
    """At each step one process is a step ahead of the other, and every client meets now this one, now that."""
    await make.user("ada")
    learned = after(OLD)
    steps = [OLD, learned, after(learned), after(after(learned))]
    async with process(settings, OLD) as first:
        session = await tokens(first, LOGIN, {"usernameOrEmail": "ada", "password": PASSWORD})
    for behind, ahead in pairwise(steps):
        async with process(settings, behind) as one, process(settings, ahead) as other:
            for here, there in ((one, other), (other, one)):
                before = session
                session = await tokens(here, REFRESH, {"refreshToken": before["refreshToken"]})
                # The answer was lost, and the same is asked of the other process.
                again = await tokens(there, REFRESH, {"refreshToken": before["refreshToken"]})
                assert again["refreshToken"] == session["refreshToken"]
                for client in (one, other):
                    for token in (session["accessToken"], again["accessToken"]):
                        assert await post(client, VIEWER, token) == {"data": {"viewer": {"username": "ada"}}}
