"""No hot read scans a table: every compiled read has an index for its way, even for one row among thousands."""

import importlib
import json
import pkgutil
from collections.abc import AsyncIterator, Iterator
from typing import Any

import asyncpg
import pytest

import db.queries
from db.queries.pages import PagedRead
from db.reads import Read
from schema.context import Services
from tests.conftest import Empty
from tests.worlds import build

# A statement that may read a whole table, and why.
EXEMPT: dict[str, str] = {}

# A value of the right type for each parameter's name; a new name is added here.
VALUES: dict[str, Any] = {
    "ids": [1, 2, 3],
    "parent_ids": [1, 2, 3],
    "viewer_id": 1,
    "user_id": 1,
    "session_id": 1,
    "session_ids": [1, 2, 3],
    "low": 0,
    "high": 2**62,
    "size": 21,
    "username": "person_7",
    "address": "person_7@example.org",
    "hash": bytes(32),
    "next_hashes": [bytes(32)],
    "id": 1,
    "issuer": "https://accounts.google.com",
    "subject": "1",
    "credential_id": bytes(16),
    "events": ["authn_login_success"],
    "comment_id": 1,
    "text": "plaza",
}


def _reads() -> Iterator[tuple[str, Read[Any]]]:
    for module in pkgutil.iter_modules(db.queries.__path__, "db.queries."):
        for name, value in vars(importlib.import_module(module.name)).items():
            label = f"{module.name.removeprefix('db.queries.')}.{name}"
            if isinstance(value, Read):
                yield label, value
            elif isinstance(value, PagedRead):
                yield f"{label}.from_start", value.from_start
                yield f"{label}.from_end", value.from_end


READS = dict(_reads())


@pytest.fixture(scope="module")
async def connection(process: Services, owner: Any, empty: Empty) -> AsyncIterator[Any]:
    """The application's connection to a network of some thousands of rows that PostgreSQL has looked at."""
    await build(process.stores, 300)
    await owner.execute("ANALYZE")
    async with process.stores.reads.pool.lent() as connection, connection.transaction():
        await connection.execute("SET LOCAL enable_seqscan = off")
        yield connection
    await empty()
    await owner.execute("ANALYZE")


def test_finds_the_reads_of_every_noun() -> None:
    nouns = {label.split(".")[0] for label in READS}
    assert {"accounts", "comments", "feeds", "follows", "posts", "users"} <= nouns
    assert len(READS) >= 30


def test_every_exemption_is_of_a_read_that_exists_and_says_why() -> None:
    assert [label for label, reason in EXEMPT.items() if label not in READS or len(reason) < 20] == []


@pytest.mark.parametrize("generic", [False, True], ids=["custom", "generic"])
@pytest.mark.parametrize("label", READS)
async def test_a_read_scans_no_table(
    connection: "asyncpg.Connection[asyncpg.Record]", label: str, generic: bool
) -> None:
    plan = await _plan(connection, READS[label], generic=generic)
    scanned = sorted({node["Relation Name"] for node in _nodes(plan) if node["Node Type"] == "Seq Scan"})
    if label in EXEMPT:
        assert scanned != [], f"{label} needs its exemption no longer"
    else:
        assert scanned == [], json.dumps(plan, indent=1)


async def test_a_scan_would_be_found(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    planted = Read("SELECT id FROM posts WHERE text = $1::text", ("text",), list)
    plan = await _plan(connection, planted, generic=True)
    assert [node["Relation Name"] for node in _nodes(plan) if node["Node Type"] == "Seq Scan"] == ["posts"]


async def _plan(connection: Any, statement: Read[Any], *, generic: bool) -> dict[str, Any]:
    """For the values at hand, or the one that a prepared statement keeps for any."""
    values = ", ".join(_literal(VALUES[name]) for name in statement.parameters)
    await connection.execute(f"SET LOCAL plan_cache_mode = force_{'generic' if generic else 'custom'}_plan")
    await connection.execute(f"PREPARE hot AS {statement.sql}")
    try:
        text = await connection.fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE hot{f'({values})' if values else ''}")
    finally:
        await connection.execute("DEALLOCATE hot")
    plan: dict[str, Any] = json.loads(text)[0]["Plan"]
    return plan


def _literal(value: Any) -> str:
    if isinstance(value, list):
        return "'{" + ", ".join(_member(each) for each in value) + "}'"
    if isinstance(value, bytes):
        return f"'\\x{value.hex()}'"
    return f"'{value}'"


def _member(value: Any) -> str:
    """Of an array's literal, in which a backslash is written twice."""
    return f'"\\\\x{value.hex()}"' if isinstance(value, bytes) else str(value)


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)
