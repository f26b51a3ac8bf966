"""The timetable and its short jobs on a real database: mutes, sessions, the log of jobs."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

from db.limits import DELETION_GRACE_DAYS, TOMBSTONE_DAYS
from db.models import Mute, PersonalToken, RefreshToken, Session
from db.queue import enqueue
from db.stores import Stores
from domain import consents, tasks
from server.worker import run
from tests.domain.aging import NOT_OVER, OVER
from tests.factories import Make
from tests.rows import Rows

# What the clock does not ask for, and an example of how it is.
ASKED_FOR: dict[str, dict[str, Any]] = {"exports.make": {"export_id": 12345, "account_only": False}}


class TestJobs:
    def test_every_job_of_the_timetable_exists(self) -> None:
        assert {timed.name for timed in tasks.TIMETABLE} == (
            tasks.JOBS.keys() | {consents.END_LATE}
        ) - ASKED_FOR.keys()

    def test_a_deleted_account_and_a_deleted_post_are_kept_for_thirty_days(self) -> None:
        assert (DELETION_GRACE_DAYS, TOMBSTONE_DAYS) == (30, 30)

    async def test_a_worker_runs_every_job_on_an_empty_database(self, stores: Stores, settings: Any) -> None:
        done: list[str] = []
        stop = asyncio.Event()

        def noted(name: str) -> Any:
            async def job(stores: Stores, **payload: Any) -> None:
                await tasks.JOBS[name](stores, **payload)
                done.append(name)
                if len(done) == len(tasks.JOBS):
                    stop.set()

            return job

        async with stores.sessions.begin() as session:
            for name in tasks.JOBS:
                await enqueue(session, name, **ASKED_FOR.get(name, {}))
        async with asyncio.timeout(60):
            await run(stores.database_url, stores, {name: noted(name) for name in tasks.JOBS}, stop=stop)
        assert sorted(done) == sorted(tasks.JOBS)


class TestEndMutes:
    async def test_only_mutes_that_are_over_go(
        self, make: Make, rows: Rows, stores: Stores, small_slices: None
    ) -> None:
        ada, *others = [await make.user() for _ in range(6)]
        now = datetime.now(UTC)
        for other in others[:3]:
            await make.mute(ada, other, until=now - timedelta(seconds=1))
        await make.mute(ada, others[3], until=now + timedelta(hours=1))
        await make.mute(ada, others[4])
        await tasks.end_mutes(stores)
        assert [mute.muted_id for mute in await rows(Mute)] == [others[3].id, others[4].id]


class TestEndSessions:
    async def test_long_ended_sessions_go_with_their_tokens_and_others_lose_used_ones(
        self, make: Make, rows: Rows, stores: Stores, owner: asyncpg.Connection, small_slices: None
    ) -> None:
        names = ("expired", "revoked", "lately_expired", "lately_revoked", "living")
        people = {name: await make.user(name) for name in names}
        sessions = {name: person.viewer.session_id for name, person in people.items()}
        ends = "UPDATE sessions SET expires_at = now() - $2::interval WHERE id = $1"
        revokes = "UPDATE sessions SET revoked_at = now() - $2::interval WHERE id = $1"
        await owner.execute(ends, sessions["expired"], OVER)
        await owner.execute(ends, sessions["lately_expired"], NOT_OVER)
        await owner.execute(revokes, sessions["revoked"], OVER)
        await owner.execute(revokes, sessions["lately_revoked"], NOT_OVER)
        for number, session_id in enumerate(sessions.values()):
            for name, used in (("old", timedelta(hours=25)), ("late", timedelta(hours=23)), ("head", None)):
                await owner.execute(
                    "INSERT INTO refresh_tokens (hash, session_id, expires_at, used_at)"
                    " VALUES ($1, $2, now() + interval '1 day', now() - $3::interval)",
                    f"{number} {name}".encode().ljust(32),
                    session_id,
                    used,
                )
        await tasks.end_sessions(stores)
        kept = [sessions[name] for name in ("lately_expired", "lately_revoked", "living")]
        assert [session.id for session in await rows(Session)] == kept
        tokens = [(token.session_id, token.hash.strip()[2:]) for token in await rows(RefreshToken)]
        assert sorted(tokens) == sorted((each, name) for each in kept for name in (b"late", b"head"))


class TestEndPersonalTokens:
    async def test_only_those_that_ended_long_ago_go(
        self, make: Make, rows: Rows, stores: Stores, owner: asyncpg.Connection, small_slices: None
    ) -> None:
        ada, hour = await make.user("ada"), timedelta(hours=1)
        # When each runs out and when it was revoked, ago.
        tokens = {
            "expired": (OVER, None),
            "revoked": (-hour, OVER),
            "lately expired": (NOT_OVER, None),
            "lately revoked": (-hour, NOT_OVER),
            "good": (-hour, None),
        }
        for name, (expired, revoked) in tokens.items():
            await owner.execute(
                "INSERT INTO personal_tokens (user_id, hash, name, scopes, expires_at, revoked_at)"
                " VALUES ($1, $2, $3, '{READ}', now() - $4::interval, now() - $5::interval)",
                ada.id,
                name.encode().ljust(32),
                name,
                expired,
                revoked,
            )
        await tasks.end_personal_tokens(stores)
        kept = ["good", "lately expired", "lately revoked"]
        assert sorted(token.name for token in await rows(PersonalToken)) == kept


class TestPruneJobLog:
    async def test_only_what_happened_long_ago_is_forgotten(
        self, stores: Stores, owner: asyncpg.Connection, small_slices: None
    ) -> None:
        await owner.execute(
            "INSERT INTO queue.pgqueuer_log (job_id, status, priority, entrypoint, created)"
            " SELECT 1, 'successful', 0, 'greet', now() - days * interval '1 day'"
            " FROM unnest(array[1, 6, 8, 9, 10, 11, 12]) days"
        )
        try:
            await tasks.prune_job_log(stores)
            left = "SELECT count(*) FROM queue.pgqueuer_log WHERE entrypoint = 'greet'"
            assert await owner.fetchval(left) == 2
        finally:
            await owner.execute("DELETE FROM queue.pgqueuer_log")
