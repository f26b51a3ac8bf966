"""Who comes too often leaves a trace in the audit log: one for each limit and window, however often they come."""

import asyncio
from typing import Any

import asyncpg
import pytest

from db import notable
from db.buckets import Limit
from db.models import AuditEntry
from schema.context import Services
from tests.api.accounts import LOGIN, Rows
from tests.conftest import Api, Empty
from tests.factories import Make, Person

pytestmark = pytest.mark.usefixtures("no_time_passes")

EVENT = "excess_rate_limit_exceeded"
FEED = "{ publicFeed(first: 1) { edges { cursor } } }"


async def traces(rows: Rows) -> list[tuple[int | None, Any]]:
    return [(entry.actor_id, entry.details) for entry in await rows(AuditEntry) if entry.event == EVENT]


async def try_at(api: Api, name: str, ip: str = "192.0.2.1") -> list[str]:
    answer = await api.raw(LOGIN, ip=ip, input={"usernameOrEmail": name, "password": "wrong"})
    return [error["extensions"]["code"] for error in answer.get("errors", [])]


async def try_to_add_a_passkey(api: Api, person: Person, ip: str) -> dict[str, Any]:
    return await api.raw("mutation { startPasskey { __typename } }", viewer=person, ip=ip)


async def test_a_name_that_is_tried_too_often_is_noted_once(api: Api, make: Make, rows: Rows) -> None:
    await make.user("ada")
    for n in range(5):
        assert await try_at(api, "ada", f"192.0.2.{n}") == []
    assert await traces(rows) == []
    for n in range(5, 9):
        assert await try_at(api, "ada", f"192.0.2.{n}") == ["RATE_LIMITED"]
    assert await traces(rows) == [(None, {"limit": "sign-in-failures"})]
    (entry,) = [entry for entry in await rows(AuditEntry) if entry.event == EVENT]
    assert (str(entry.ip), entry.request_id) == ("192.0.2.5", "test-request")
    assert "ada" not in repr(entry.details)


async def test_so_is_an_address_however_many_come_from_it_at_once(api: Api, rows: Rows) -> None:
    for n in range(20):
        await try_at(api, f"name_{n}")
    answers = await asyncio.gather(*(try_at(api, f"name_{n}") for n in range(20, 30)))
    assert answers == [["RATE_LIMITED"]] * 10
    assert await traces(rows) == [(None, {"limit": "sign-in"})]
    for n in range(21):
        await try_at(api, f"other_{n}", "192.0.2.2")
    assert len(await traces(rows)) == 2


async def test_the_limit_that_is_full_is_noted_alone_though_redis_forgot_it(
    process: Services, ada: Person, rows: Rows, fresh_redis: Empty
) -> None:
    for _ in range(20):
        await try_to_add_a_passkey(Api(process), ada, "192.0.2.1")
    await fresh_redis()
    answer = await try_to_add_a_passkey(Api(process), ada, "192.0.2.2")
    assert answer["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
    assert await traces(rows) == [(ada.id, {"limit": "passkey"})]


async def test_a_crowd_of_addresses_fills_no_table(api: Api, rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notable, "MOST", Limit(3, 3600))
    for _ in range(5):
        await try_at(api, "ada")
    for n in range(2, 8):
        for name in ("ada", "bob"):
            for _ in range(6):
                await try_at(api, name, f"192.0.2.{n}")
    for n in range(5):
        for _ in range(6):
            await try_at(api, f"name_{n}", f"198.51.100.{n}")
    assert len(await traces(rows)) == 3


async def test_a_person_is_named_whose_limit_it_is(api: Api, make: Make, rows: Rows) -> None:
    ada = await make.user("ada")
    document = "mutation ($input: ConfirmIdentityInput!) { confirmIdentity(input: $input) { __typename } }"
    for _ in range(7):
        await api.raw(document, viewer=ada, input={"password": "wrong"})
    ((actor_id, details),) = await traces(rows)
    assert actor_id == ada.id
    assert details == {"limit": "own-password-failures"}


async def test_what_is_not_of_signing_in_is_counted_and_not_noted(api: Api, rows: Rows) -> None:
    answers = [await api.raw(FEED) for _ in range(301)]
    assert answers[-1]["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
    assert await traces(rows) == []


async def test_a_refusal_stays_one_where_no_trace_can_be_left(
    api: Api, rows: Rows, owner: asyncpg.Connection
) -> None:
    for n in range(5):
        assert await try_at(api, "ada", f"192.0.2.{n}") == []
    async with owner.transaction():
        await owner.execute("LOCK TABLE audit_log")
        assert await try_at(api, "ada") == ["RATE_LIMITED"]
    assert await traces(rows) == []
