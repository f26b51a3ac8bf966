"""Jobs are counted, timed and named, each with what it asks of the database."""

import asyncio

import pytest

from db.reads import Read
from db.stores import Stores
from tests.server.telemetry.serving import Watched

ONE = Read("SELECT 1", (), list)


async def test_a_job_is_counted_with_its_outcome_and_its_statements(plaza: Watched) -> None:
    async def tidy(stores: Stores, *, error: BaseException | None) -> None:
        await stores.reads.fetch(ONE)
        if error is not None:
            raise error

    stores = plaza.app.state.services.stores
    job = plaza.app.state.telemetry.jobs({"tidy": tidy})["tidy"]
    idle = await plaza.scrape()
    assert idle("plaza_job_runs_total", name="tidy", outcome="failed") == 0
    await job(stores, error=None)
    with pytest.raises(ValueError, match="cannot"):
        await job(stores, error=ValueError("cannot"))
    with pytest.raises(asyncio.CancelledError):
        await job(stores, error=asyncio.CancelledError())
    told = await plaza.scrape()
    for outcome in ("done", "failed", "interrupted"):
        assert told("plaza_job_runs_total", name="tidy", outcome=outcome) == 1
    assert told("plaza_job_seconds_count", name="tidy") == 3
    assert told("plaza_sql_statements_total", operation="tidy", kind="job") == 3
    assert told("plaza_worker") == 1
