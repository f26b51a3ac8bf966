"""Showing again who one is, through the API."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from auth.sessions import viewer_of
from auth.viewer import Viewer
from db.models import AuditEntry, Session
from schema.context import Services
from tests.api.accounts import CONFIRM_IDENTITY, Rows
from tests.conftest import Api, Refused
from tests.factories import PASSWORD, Make, Person

Now = Callable[[], Awaitable[Viewer | None]]


@pytest.fixture
async def ada(make: Make, owner: asyncpg.Connection) -> Person:
    """Signed in long ago."""
    ada = await make.user("ada")
    await owner.execute("UPDATE sessions SET proven_at = now() - interval '11 minutes'")
    long_ago = datetime.now(UTC) - timedelta(minutes=11)
    return replace(ada, viewer=replace(ada.viewer, proven_at=long_ago))


@pytest.fixture
def now(ada: Person, services: Services) -> Now:
    """Ada as her next request knows her."""
    return lambda: viewer_of(services.stores.session_states, user_id=ada.id, session_id=ada.session_id)


async def _is_fresh(now: Now) -> bool:
    viewer = await now()
    assert viewer is not None
    return viewer.is_fresh


async def test_a_password_makes_the_session_fresh_for_ten_minutes(
    api: Api, ada: Person, now: Now, rows: Rows
) -> None:
    assert not await _is_fresh(now)
    answer = await api(CONFIRM_IDENTITY, viewer=ada, input={"password": PASSWORD})
    until = datetime.fromisoformat(answer["goodUntil"])
    assert timedelta(minutes=9) < until - datetime.now(UTC) <= timedelta(minutes=10)
    assert await _is_fresh(now)
    (entry,) = await rows(AuditEntry)
    assert (entry.event, entry.actor_id, entry.subject_id) == ("authn_confirmed", ada.id, ada.id)
    assert entry.details == {"by": "password", "session_id": ada.session_id}


async def test_another_session_of_the_same_person_stays_as_it_was(
    api: Api, ada: Person, rows: Rows, owner: asyncpg.Connection
) -> None:
    await owner.execute(
        "INSERT INTO sessions (user_id, expires_at, proven_at) VALUES ($1, now() + interval '1 day', $2)",
        ada.id,
        ada.viewer.proven_at,
    )
    await api(CONFIRM_IDENTITY, viewer=ada, input={"password": PASSWORD})
    _, other = await rows(Session)
    assert other.proven_at == ada.viewer.proven_at


async def test_a_wrong_password_proves_nothing_and_leaves_a_trace(
    api: Api, ada: Person, now: Now, rows: Rows
) -> None:
    answer = await api(CONFIRM_IDENTITY, viewer=ada, input={"password": "wrong"})
    assert (answer["__typename"], answer["field"]) == ("InvalidInput", "password")
    assert not await _is_fresh(now)
    (entry,) = await rows(AuditEntry)
    assert (entry.event, entry.subject_id) == ("authn_confirmation_fail", ada.id)


async def test_nothing_proves_nothing(api: Api, ada: Person, now: Now) -> None:
    answer = await api(CONFIRM_IDENTITY, viewer=ada, input={})
    assert answer["__typename"] == "InvalidInput"
    assert not await _is_fresh(now)


async def test_a_session_that_has_ended_meanwhile_stays_ended(
    api: Api, ada: Person, now: Now, owner: asyncpg.Connection
) -> None:
    await owner.execute("UPDATE sessions SET revoked_at = now()")
    answer = await api(CONFIRM_IDENTITY, viewer=ada, input={"password": PASSWORD})
    assert answer == {"__typename": "NotAllowed", "message": "Your session has ended. Sign in again."}
    assert await now() is None


@pytest.mark.usefixtures("no_time_passes")
async def test_failures_count_with_those_of_other_proofs(api: Api, ada: Person) -> None:
    for _ in range(5):
        await api(CONFIRM_IDENTITY, viewer=ada, input={"password": "wrong"})
    with pytest.raises(Refused) as refused:
        await api(CONFIRM_IDENTITY, viewer=ada, input={"password": PASSWORD})
    assert refused.value.code == "RATE_LIMITED"


async def test_refuses_the_anonymous(api: Api) -> None:
    with pytest.raises(Refused) as refused:
        await api(CONFIRM_IDENTITY, input={"password": PASSWORD})
    assert refused.value.code == "UNAUTHENTICATED"
