"""Sessions, straight on the database."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import asyncpg
import pytest
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from auth.sessions import ABSOLUTE, IDLE, Outcome, Renewal, begin, renew, session_of, viewer_of
from auth.tokens import successor_of
from db.last_uses import LastUses
from db.models import RefreshToken, Session, SignInMethod, UserStatus
from db.reads import Read
from db.session_states import SessionStates
from db.transaction import write
from schema.context import Services
from tests.api.accounts import Rows, stored
from tests.factories import Make, Person

R = TypeVar("R")


@pytest.fixture
async def ada(make: Make) -> Person:
    return await make.user("ada")


@pytest.fixture
async def token(services: Services, ada: Person, owner: asyncpg.Connection) -> str:
    """The first refresh token of Ada's only session."""
    await owner.execute("DELETE FROM sessions")
    async with write(services.stores.sessions) as session:
        grant = await begin(session, ada.id, method=SignInMethod.PASSWORD, ip="192.0.2.1", user_agent="tests")
    return grant.refresh_token


async def renewed(services: Services, token: str) -> Renewal:
    while True:
        try:
            async with write(services.stores.sessions) as session:
                return await renew(session, token, keys=services.refresh_keys)
        except PoolTimeoutError:
            pass  # fifty wait for ten connections; on a slow machine some wait too long


async def test_a_session_lasts_ninety_days_and_thirty_unused(services: Services, ada: Person) -> None:
    async with write(services.stores.sessions) as session:
        before = datetime.now(UTC)
        grant = await begin(session, ada.id, method=SignInMethod.PASSWORD, ip=None, user_agent="")
        row = await session.get_one(Session, grant.session_id)
    assert (timedelta(days=90), timedelta(days=30)) == (ABSOLUTE, IDLE)
    assert timedelta() <= row.expires_at - before - ABSOLUTE < timedelta(minutes=1)
    assert row.expires_at - grant.expires_at == ABSOLUTE - IDLE
    assert (grant.user_id, row.ip, row.user_agent) == (ada.id, None, "")


async def test_the_successor_is_the_one_the_key_gives(services: Services, token: str) -> None:
    renewal = await renewed(services, token)
    assert (renewal.outcome, renewal.is_new) == (Outcome.RENEWED, True)
    assert renewal.grant is not None
    assert renewal.grant.refresh_token == successor_of(token, services.refresh_keys[0])


async def test_fifty_renewals_at_once_make_one_head(services: Services, token: str, rows: Rows) -> None:
    renewals = await asyncio.gather(*(renewed(services, token) for _ in range(50)))
    assert sorted(renewal.outcome.name for renewal in renewals) == ["RENEWED"] + ["REPEATED"] * 49
    assert len({renewal.grant for renewal in renewals if renewal.grant}) == 1
    tokens = await rows(RefreshToken)
    assert len(tokens) == 2
    assert [row.hash for row in tokens if row.used_at is None] == [
        stored(successor_of(token, services.refresh_keys[0]))
    ]
    assert [row.revoked_at for row in await rows(Session)] == [None]


async def test_fifty_replays_at_once_end_the_family_once(
    services: Services, token: str, rows: Rows, owner: asyncpg.Connection
) -> None:
    await renewed(services, token)
    await owner.execute("UPDATE refresh_tokens SET used_at = used_at - interval '11 s'")
    renewals = await asyncio.gather(*(renewed(services, token) for _ in range(50)))
    assert sorted(renewal.outcome.name for renewal in renewals) == ["REUSED"] + ["UNKNOWN"] * 49
    assert [row.revoked_at is not None for row in await rows(Session)] == [True]


async def test_a_replay_and_the_next_refresh_at_once_never_leave_two_heads(
    services: Services, token: str, rows: Rows
) -> None:
    first = await renewed(services, token)
    assert first.grant is not None
    head = first.grant.refresh_token
    renewals = await asyncio.gather(*(renewed(services, each) for each in [token, head] * 10))
    outcomes = [renewal.outcome for renewal in renewals]
    # The old token comes back either before its successor is used or after; then the session is over.
    assert outcomes.count(Outcome.RENEWED) == 1
    assert outcomes.count(Outcome.REUSED) <= 1
    heads = [row for row in await rows(RefreshToken) if row.used_at is None]
    assert len(heads) == 1
    assert [row.revoked_at is not None for row in await rows(Session)] == [Outcome.REUSED in outcomes]


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ("UPDATE sessions SET revoked_at = now()", Outcome.UNKNOWN),
        ("UPDATE sessions SET expires_at = now()", Outcome.EXPIRED),
        ("UPDATE refresh_tokens SET expires_at = now()", Outcome.EXPIRED),
        ("DELETE FROM refresh_tokens", Outcome.UNKNOWN),
        ("DELETE FROM users", Outcome.UNKNOWN),
    ],
)
async def test_what_is_over_is_not_renewed(
    services: Services, token: str, owner: asyncpg.Connection, change: str, outcome: Outcome
) -> None:
    await owner.execute(change)
    renewal = await renewed(services, token)
    assert (renewal.outcome, renewal.is_new, renewal.grant) == (outcome, False, None)
    assert (await renewed(services, token)).outcome is Outcome.UNKNOWN


async def test_a_successor_is_only_repeated_to_who_had_the_key(services: Services, token: str) -> None:
    await renewed(services, token)
    async with write(services.stores.sessions) as session:
        renewal = await renew(session, token, keys=[b"another key of thirty-two bytes!"])
    assert renewal.outcome is Outcome.REUSED


async def test_a_token_tells_its_session_used_or_not(services: Services, token: str, rows: Rows) -> None:
    await renewed(services, token)
    (session,) = await rows(Session)
    for each in (token, successor_of(token, services.refresh_keys[0])):
        assert await session_of(services.stores.reads, each) == session.id
    assert await session_of(services.stores.reads, "A" * 43) is None
    assert await session_of(services.stores.reads, "garbage") is None


async def test_a_viewer_is_who_the_session_belongs_to(services: Services, make: Make) -> None:
    ada, eve = await make.user("ada"), await make.user("eve", status=UserStatus.SUSPENDED)
    states = services.stores.session_states
    for person in (ada, eve):
        found = await viewer_of(states, user_id=person.id, session_id=person.session_id)
        assert found == person.viewer
    assert await viewer_of(states, user_id=ada.id, session_id=eve.session_id) is None


async def test_viewers_who_come_at_once_are_found_by_one_statement(services: Services, make: Make) -> None:
    people = [await make.user(f"person_{number}") for number in range(5)]
    asked: list[str] = []

    class Counted:
        async def fetch(self, statement: Read[R], **values: Any) -> list[R]:
            asked.append(statement.sql)
            return await services.stores.reads.fetch(statement, **values)

    states = SessionStates(Counted(), LastUses(services.stores.sessions))
    found = [viewer_of(states, user_id=each.id, session_id=each.session_id) for each in [*people, people[0]]]
    assert await asyncio.gather(*found) == [each.viewer for each in [*people, people[0]]]
    assert len(asked) == 1


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE sessions SET revoked_at = now()",
        "UPDATE sessions SET expires_at = now()",
        "UPDATE users SET status = 'DELETED', deleted_at = now()",
    ],
)
async def test_nobody_is_signed_in_through_what_is_over(
    services: Services, ada: Person, owner: asyncpg.Connection, change: str
) -> None:
    await owner.execute(change)
    states = services.stores.session_states
    assert await viewer_of(states, user_id=ada.id, session_id=ada.session_id) is None
