"""Registering through the API."""

import asyncio
from typing import Any

import pytest

from db.models import AuditEntry, Credential, Role, Session, User, UserStats, UserStatus
from schema.context import Services
from tests.api.accounts import REGISTER, Rows, log_in
from tests.conftest import Api, Refused
from tests.factories import Make

ADA = {"username": "Ada", "email": "Ada@Example.ORG", "password": "a quiet engine"}
TAKEN = {"__typename": "InvalidInput", "field": "username", "message": "This username is taken."}


async def test_makes_an_account_and_signs_nobody_in(api: Api, rows: Rows) -> None:
    answer = await api(REGISTER, input=ADA)
    assert (answer["username"], answer["email"]) == ("Ada", "Ada@example.org")
    (user,) = await rows(User)
    assert (user.username, user.display_name, user.bio, user.avatar_url) == ("Ada", "Ada", "", None)
    assert (user.role, user.status, user.is_private) == (Role.USER, UserStatus.ACTIVE, False)
    (credential,) = await rows(Credential)
    assert (credential.user_id, credential.email) == (user.id, "Ada@example.org")
    assert credential.password_hash.startswith("$argon2id$v=19$m=47104,t=1,p=1$")
    assert [stats.user_id for stats in await rows(UserStats)] == [user.id]
    assert await rows(Session) == []
    assert (await log_in(api, "ada", ADA["password"]))["viewer"] == {"username": "Ada"}


async def test_takes_a_display_name(api: Api, rows: Rows) -> None:
    await api(REGISTER, input={**ADA, "displayName": "  Ada L.  "})
    assert [user.display_name for user in await rows(User)] == ["Ada L."]


@pytest.mark.parametrize("username", ["bob", "BOB"])
async def test_tells_a_taken_username(api: Api, make: Make, rows: Rows, username: str) -> None:
    await make.user("bob")
    assert await api(REGISTER, input={**ADA, "username": username}) == TAKEN
    assert [user.username for user in await rows(User)] == ["bob"]
    assert await rows(AuditEntry) == []


async def test_a_taken_username_is_told_whatever_the_address(api: Api, make: Make) -> None:
    await make.user("bob")
    assert await api(REGISTER, input={**ADA, "username": "bob", "email": "bob@example.org"}) == TAKEN


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", "admin"),
        ("username", "ab"),
        ("username", "ad a"),
        ("username", "x" * 31),
        ("email", "nobody"),
        ("email", "a@b"),
        ("email", "ж@example.org"),
        ("email", "a" * 65 + "@example.org"),
        ("password", "short"),
        ("password", "password1"),
        ("password", "Ada-1990-1990"),
        ("password", "x" * 1025),
        ("displayName", "   "),
        ("displayName", "\u3164"),
        ("displayName", "x" * 51),
    ],
)
async def test_refuses_what_no_account_can_have(api: Api, rows: Rows, field: str, value: str) -> None:
    answer = await api(REGISTER, input={**ADA, field: value})
    assert (answer["__typename"], answer["field"]) == ("InvalidInput", field)
    assert await rows(User) == []
    assert await rows(AuditEntry) == []


async def test_of_several_at_once_who_want_a_username_one_gets_it(api: Api, rows: Rows) -> None:
    answers = await asyncio.gather(
        *(api.raw(REGISTER, ip=f"192.0.2.{n}", input={**ADA, "email": f"ada{n}@example.org"}) for n in range(8))
    )
    kinds = sorted(answer["data"]["register"]["__typename"] for answer in answers)
    assert kinds == ["InvalidInput"] * 7 + ["RegisterPayload"]
    assert (len(await rows(User)), len(await rows(Credential)), len(await rows(UserStats))) == (1, 1, 1)


async def test_has_no_input_for_what_is_not_theirs_to_say(api: Api) -> None:
    fields: dict[str, Any] = {"role": "ADMIN", "status": "ACTIVE", "id": "1", "createdAt": "2026-01-01T00:00:00Z"}
    for name, value in fields.items():
        with pytest.raises(Refused) as refused:
            await api(REGISTER, input={**ADA, name: value})
        assert refused.value.code == "BAD_USER_INPUT"


@pytest.mark.usefixtures("no_time_passes")
async def test_lets_an_address_register_five_times_an_hour(api: Api, services: Services) -> None:
    short = {**ADA, "password": "short"}
    for _ in range(5):
        assert (await api(REGISTER, input=short))["__typename"] == "InvalidInput"
    with pytest.raises(Refused) as refused:
        await api(REGISTER, input=short)
    assert refused.value.code == "RATE_LIMITED"
    assert refused.value.extensions["retryAfter"] == 720
    assert "errors" not in await api.raw(REGISTER, ip="192.0.2.1", input=short)
