"""What pages of other sites are refused leaves a trace, one for each address and minute, and after the answer."""

import asyncio
from typing import Any

import asyncpg
import httpx
import pytest
from starlette.applications import Starlette
from starlette.types import Message

from db import notable
from db.buckets import Limit
from db.models import AuditEntry
from schema.context import Services
from tests.rows import Rows

EVIL = "https://evil.example"
FORM = {"content-type": "text/plain"}
PREFLIGHT = {"access-control-request-method": "POST", "access-control-request-headers": "content-type"}


@pytest.fixture
def app(app: Starlette) -> Starlette:
    """As if it had just begun: it remembers nobody."""
    app.middleware_stack = app.build_middleware_stack()
    return app


async def ask(app: Starlette, method: str, ip: str = "192.0.2.1", **headers: str) -> int:
    transport = httpx.ASGITransport(app, client=(ip, 1234))
    async with httpx.AsyncClient(transport=transport, base_url="http://plaza.test") as browser:
        return (await browser.request(method, "/graphql", content=b"{ __typename }", headers=headers)).status_code


async def traces(rows: Rows) -> list[tuple[str, str, Any]]:
    return [(each.event, str(each.ip), each.details) for each in await rows(AuditEntry)]


async def test_a_request_that_a_form_could_send_is_noted_once(app: Starlette, rows: Rows) -> None:
    for ip in ("192.0.2.1", "192.0.2.1", "192.0.2.2"):
        assert await ask(app, "POST", ip, origin=EVIL, **FORM) == 403
    assert await traces(rows) == [
        ("malicious_csrf", "192.0.2.1", {"page": EVIL}),
        ("malicious_csrf", "192.0.2.2", {"page": EVIL}),
    ]


async def test_so_is_a_page_that_asks_whether_it_may(app: Starlette, rows: Rows) -> None:
    for _ in range(2):
        assert await ask(app, "OPTIONS", origin=EVIL, **PREFLIGHT) == 400
    assert await traces(rows) == [("malicious_cors", "192.0.2.1", {"page": EVIL})]


async def test_of_several_processes_one_notes_it(app: Starlette, rows: Rows) -> None:
    for _ in range(2):
        app.middleware_stack = app.build_middleware_stack()
        assert await ask(app, "POST", origin=EVIL, **FORM) == 403
    assert len(await traces(rows)) == 1


async def test_what_is_no_origin_is_not_kept(app: Starlette, rows: Rows) -> None:
    assert await ask(app, "POST", origin="<script>", **FORM) == 403
    assert await ask(app, "GET", "192.0.2.2", **{"sec-fetch-site": "cross-site"}) == 403
    assert [details for *_, details in await traces(rows)] == [{"page": None}] * 2


@pytest.mark.parametrize("origin", ["http://localhost:5173", "http://plaza.test"])
async def test_whoever_may_ask_is_not_suspected(app: Starlette, rows: Rows, origin: str) -> None:
    await ask(app, "POST", origin=origin, **FORM)
    await ask(app, "POST", **FORM)
    await ask(app, "OPTIONS", origin="http://localhost:5173", **PREFLIGHT)
    assert await traces(rows) == []


async def test_a_crowd_fills_no_table(app: Starlette, rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notable, "MOST", Limit(3, 3600))
    for number in range(6):
        await ask(app, "POST", f"192.0.2.{number}", origin=EVIL, **FORM)
        await ask(app, "OPTIONS", f"192.0.2.{number}", origin=EVIL, **PREFLIGHT)
    assert len(await traces(rows)) == 6


async def test_the_answer_waits_for_no_trace_and_fails_with_none(
    app: Starlette, services: Services, rows: Rows, owner: asyncpg.Connection
) -> None:
    answered, status = asyncio.Event(), 0

    async def send(message: Message) -> None:
        nonlocal status
        status = message.get("status", status)
        if message["type"] == "http.response.body":
            answered.set()

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/graphql",
        "query_string": b"",
        "headers": [(b"origin", EVIL.encode()), (b"content-type", b"text/plain")],
        "client": ("192.0.2.1", 1234),
    }
    async with owner.transaction():
        await owner.execute("LOCK TABLE audit_log")
        request = asyncio.create_task(app(scope, receive, send))
        await answered.wait()
        assert not request.done()
        await request
    assert (status, await traces(rows)) == (403, [])
