"""A process says in the audit log when it begins and ends, and begins as well where it cannot."""

import asyncpg
import pytest

from db.models import AuditEntry
from schema.context import Services
from server import living
from server.app import create_app
from server.settings import VERSION, Settings
from tests.rows import Rows


async def events(rows: Rows) -> list[str]:
    return [entry.event for entry in await rows(AuditEntry)]


async def test_a_server_says_when_it_begins_and_ends(settings: Settings, services: Services, rows: Rows) -> None:
    for _ in range(2):  # as two processes would that begin together
        app = create_app(settings)
        async with app.router.lifespan_context(app):
            begun, *_ = await rows(AuditEntry)
            assert begun.event == "sys_startup"
            assert (begun.actor_id, begun.details["duty"], begun.details["version"]) == (None, "serve", VERSION)
    assert await events(rows) == ["sys_startup", "sys_shutdown"]


async def test_what_breaks_says_so(services: Services, rows: Rows) -> None:
    with pytest.raises(ZeroDivisionError):
        async with living.noted(services, "work"):
            raise ZeroDivisionError
    assert await events(rows) == ["sys_startup", "sys_crash"]


async def test_who_cannot_write_it_down_begins_all_the_same(
    settings: Settings, services: Services, rows: Rows, owner: asyncpg.Connection
) -> None:
    app = create_app(settings)
    async with owner.transaction():
        await owner.execute("LOCK TABLE audit_log")
        async with app.router.lifespan_context(app):
            pass
    assert await events(rows) == []
